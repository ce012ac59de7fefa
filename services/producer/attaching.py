"""`--attach FILE`: a file as it will be sent, and what was taken out of it; `tocsin attachment preview`.

A picture is made anew from what can be seen in it. A document is sent as it is, but not if something in it
names a place, or if that cannot be seen. Nothing is written but what the officer asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tocsin.adapters.documents_inside import names_a_place
from tocsin.adapters.pictures import clean_picture
from tocsin.adapters.whole_files import write_new
from tocsin.core.attachments import MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS, FileToSend
from tocsin.core.errors import MalformedError, RefusedByRuleError, SettingsError
from tocsin.core.file_names import safe_name
from tocsin.core.media_types import EXTENSIONS, GIF, PICTURES, in_words, media_type_of, why_not
from tocsin.core.primitives import sha256
from tocsin.runtime import console

_TAKEN = "JPEG, PNG, WebP, GIF, PDF, XLSX, DOCX, plain text and CSV"
_LOCATED = "a picture or field inside it names a place: export it without, or send it with --keep-location"


@dataclass(frozen=True, slots=True)
class ReadyFile:
    """A file to send, and what is to be said of it."""

    file: FileToSend = field(repr=False)
    sentences: tuple[str, ...]


def prepare_files(paths: Sequence[Path], *, keep_location: bool) -> tuple[FileToSend, ...]:
    """The files at `paths` as they will be sent; says of each what was taken out.

    Raises SettingsError for what cannot be read, RefusedByRuleError for what may not be sent.
    """
    if len(paths) > MAX_ATTACHMENTS:
        raise RefusedByRuleError(f"a report has at most {MAX_ATTACHMENTS} files, {len(paths)} given")
    ready = [prepare_file(path, keep_location=keep_location) for path in paths]
    for one in ready:
        say(one)
    return tuple(one.file for one in ready)


def prepare_file(path: Path, *, keep_location: bool) -> ReadyFile:
    """One file as it will be sent. Raises as `prepare_files` does, naming the path."""
    content = _read(path)
    media_type = _media_type(path, content)
    try:
        made, sentences = _made(content, media_type, keep_location=keep_location)
    except MalformedError as error:
        raise RefusedByRuleError(f"{path}: {error}") from error
    if len(made) > MAX_ATTACHMENT_BYTES:
        raise RefusedByRuleError(
            f"{path}: has {len(made):,} bytes as it would be sent, over {MAX_ATTACHMENT_BYTES:,}: make it "
            "smaller"
        )
    return ReadyFile(FileToSend(safe_name(path.name, media_type), media_type, made), sentences)


def preview(path: Path, out: Path, *, keep_location: bool) -> None:
    """Write what would be sent of `path` to `out` (0600), which must not be there yet."""
    ready = prepare_file(path, keep_location=keep_location)
    if not write_new(out, ready.file.content):
        raise RefusedByRuleError(f"{out} is there already: nothing was written")
    say(ready)
    console.say(f"{out}: as it will be sent, SHA-256 {sha256(ready.file.content).hex()}")


def say(ready: ReadyFile) -> None:
    """What is sent of a file, and what is not."""
    file = ready.file
    told = "; ".join([f"{in_words(file.media_type)}, {len(file.content):,} bytes", *ready.sentences])
    console.say(f"{file.name}: {told}")


def _read(path: Path) -> bytes:
    """At most one byte more than may be sent is ever read."""
    try:
        if not path.is_file():
            raise SettingsError(f"{path} is no file that can be read")
        with path.open("rb") as file:
            content = file.read(MAX_ATTACHMENT_BYTES + 1)
        size_bytes = path.stat().st_size
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > MAX_ATTACHMENT_BYTES:
        raise RefusedByRuleError(
            f"{path}: has {size_bytes:,} bytes, over {MAX_ATTACHMENT_BYTES:,}: make it smaller"
        )
    if not content:
        raise RefusedByRuleError(f"{path}: is empty")
    return content


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


def _made(content: bytes, media_type: str, *, keep_location: bool) -> tuple[bytes, tuple[str, ...]]:
    if media_type in PICTURES:
        return _made_picture(content, media_type, keep_location=keep_location)
    if not keep_location and names_a_place(content, media_type):
        raise MalformedError(_LOCATED)
    return content, (
        "sent as it is, with its author and dates" if media_type != "text/plain" else "sent as it is",
    )


def _made_picture(content: bytes, media_type: str, *, keep_location: bool) -> tuple[bytes, tuple[str, ...]]:
    clean = clean_picture(content, keep_location=keep_location)
    if not clean.held_location:
        location = "held no location"
    else:
        location = "location kept" if keep_location and media_type != GIF else "location removed"
    behind = (f"also removed: {', '.join(clean.left_behind)}",) if clean.left_behind else ()
    return clean.content, (location, *behind)
