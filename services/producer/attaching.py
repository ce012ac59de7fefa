"""`--attach FILE`: a file as it will be sent, and what was taken out of it; `tocsin attachment preview`.

A picture is made anew from what can be seen in it. A document is sent as it is, but not if something in it
names a place, or if that cannot be seen. Nothing is written but what the officer asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tocsin.adapters.documents_inside import names_a_place
from tocsin.adapters.pictures import CleanPicture, clean_picture
from tocsin.adapters.whole_files import write_new
from tocsin.core.attachments import MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS, FileToSend
from tocsin.core.errors import MalformedError, RefusedByRuleError, SettingsError
from tocsin.core.file_names import safe_name
from tocsin.core.media_types import EXTENSIONS, GIF, PICTURES, TEXT, in_words, media_type_of, why_not
from tocsin.core.primitives import sha256
from tocsin.runtime import console

MAX_SHRUNK_FILE_BYTES = 40_000_000
_TAKEN = "JPEG, PNG, WebP, GIF, PDF, XLSX, DOCX, plain text and CSV"
_WAYS_OUT = "export it anew without, or send it with --keep-location"


@dataclass(frozen=True, slots=True)
class ReadyFile:
    """A file to send, and what is to be said of it."""

    file: FileToSend = field(repr=False)
    sentences: tuple[str, ...]


def prepare_files(
    paths: Sequence[Path], *, keep_location: bool, shrink: bool = False
) -> tuple[FileToSend, ...]:
    """The files at `paths` as they will be sent; says of each what was taken out.

    Raises SettingsError for what cannot be read, RefusedByRuleError for what may not be sent.
    """
    if len(paths) > MAX_ATTACHMENTS:
        raise RefusedByRuleError(f"a report has at most {MAX_ATTACHMENTS} files, {len(paths)} given")
    ready = [prepare_file(path, keep_location=keep_location, shrink=shrink) for path in paths]
    for one in ready:
        say(one)
    return tuple(one.file for one in ready)


def prepare_file(path: Path, *, keep_location: bool, shrink: bool = False) -> ReadyFile:
    """One file as it will be sent; `shrink` scales a picture down until it fits.

    Raises as `prepare_files` does, naming the path.
    """
    content = _read(path, shrink=shrink)
    media_type = _media_type(path, content)
    max_bytes = MAX_ATTACHMENT_BYTES if shrink else None
    try:
        if media_type in PICTURES:
            clean = clean_picture(content, keep_location=keep_location, max_bytes=max_bytes)
            made, sentences = (
                clean.content,
                of_picture(clean, keeps_location=keep_location and media_type != GIF),
            )
        else:
            made, sentences = content, _of_document(content, media_type, keep_location=keep_location)
    except MalformedError as error:
        raise RefusedByRuleError(f"{path}: {error}") from error
    if len(made) > MAX_ATTACHMENT_BYTES:
        raise _too_large(path, len(made), media_type, shrink=shrink)
    return ReadyFile(FileToSend(safe_name(path.name, media_type), media_type, made), sentences)


def read_picture(path: Path) -> bytes:
    """The bytes of a picture to be made smaller. Raises as `prepare_files` does."""
    content = _read(path, shrink=True)
    media_type = _media_type(path, content)
    if media_type not in PICTURES:
        raise RefusedByRuleError(f"{path}: is {in_words(media_type)}, and a picture is wanted")
    return content


def preview(path: Path, out: Path, *, keep_location: bool, shrink: bool = False) -> None:
    """Write what would be sent of `path` to `out` (0600), which must not be there yet."""
    ready = prepare_file(path, keep_location=keep_location, shrink=shrink)
    if not write_new(out, ready.file.content):
        raise RefusedByRuleError(f"{out} is there already: nothing was written")
    say(ready)
    console.say(f"{out}: as it will be sent, SHA-256 {sha256(ready.file.content).hex()}")


def say(ready: ReadyFile) -> None:
    """What is sent of a file, and what is not."""
    file = ready.file
    told = "; ".join([f"{in_words(file.media_type)}, {len(file.content):,} bytes", *ready.sentences])
    console.say(f"{file.name}: {told}")


def _read(path: Path, *, shrink: bool) -> bytes:
    """At most one byte more than may be taken is ever read."""
    max_bytes = MAX_SHRUNK_FILE_BYTES if shrink else MAX_ATTACHMENT_BYTES
    try:
        if not path.is_file():
            raise SettingsError(f"{path} is no file that can be read")
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
        size_bytes = path.stat().st_size
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > max_bytes:
        raise _too_large(path, size_bytes, media_type_of(content), shrink=shrink)
    if not content:
        raise RefusedByRuleError(f"{path}: is empty")
    return content


def _too_large(path: Path, size_bytes: int, media_type: str | None, *, shrink: bool) -> RefusedByRuleError:
    most = MAX_SHRUNK_FILE_BYTES if shrink and media_type in PICTURES else MAX_ATTACHMENT_BYTES
    way_out = "let --shrink make it smaller" if media_type in PICTURES and not shrink else "make it smaller"
    return RefusedByRuleError(f"{path}: has {size_bytes:,} bytes, over {most:,}: {way_out}")


def _media_type(path: Path, content: bytes) -> str:
    """By the content; a name that says otherwise is no accident."""
    media_type = media_type_of(content)
    if media_type is None:
        raise RefusedByRuleError(f"{path}: {why_not(content)}; what can be attached is {_TAKEN}")
    extension = path.suffix.lower()
    claimed = [one for one, extensions in EXTENSIONS.items() if extension in extensions]
    if claimed and claimed != [media_type]:
        raise RefusedByRuleError(
            f"{path}: its name says {in_words(claimed[0])}, its content is {in_words(media_type)}: look at "
            "it, and rename it"
        )
    return media_type


def _of_document(content: bytes, media_type: str, *, keep_location: bool) -> tuple[str, ...]:
    if not keep_location:
        _refuse_places(content, media_type)
    return ("sent as it is" if media_type == TEXT else "sent as it is, with its author and dates",)


def _refuse_places(content: bytes, media_type: str) -> None:
    try:
        named = names_a_place(content, media_type)
    except MalformedError as error:
        raise MalformedError(f"{error}, so a place in it may go unseen: {_WAYS_OUT}") from error
    if named:
        raise MalformedError(f"a picture or field inside it names a place: {_WAYS_OUT}")


def of_picture(clean: CleanPicture, *, keeps_location: bool) -> tuple[str, ...]:
    """What was done to a picture, in sentences."""
    location = "location kept" if keeps_location else "location removed"
    sentences = [location if clean.held_location else "held no location"]
    if clean.scaled_to:
        sentences.append("made smaller: {} × {} pixels".format(*clean.scaled_to))
    if clean.left_behind:
        sentences.append(f"also removed: {', '.join(clean.left_behind)}")
    return tuple(sentences)
