"""A passphrase: where it comes from, and an object that never shows it."""

from __future__ import annotations

import getpass
import unicodedata
from pathlib import Path

from tocsin.adapters.private_files import read_private
from tocsin.core.errors import KeyUnusableError, SettingsError

MIN_NEW_CHARACTERS = 12
MAX_PASSPHRASE_BYTES = 1_024
TERMINAL = Path("/dev/tty")


class Passphrase:
    """A passphrase that shows itself to nobody but the key files."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """`text` in NFC, since keyboards spell the same letter differently. Raises KeyUnusableError."""
        self._text = unicodedata.normalize("NFC", text)
        if not text or len(self.reveal()) > MAX_PASSPHRASE_BYTES:
            raise KeyUnusableError(f"a passphrase has 1 to {MAX_PASSPHRASE_BYTES} bytes")

    def reveal(self) -> bytes:
        """UTF-8 bytes, for the key stretching alone."""
        return self._text.encode()

    def check_new(self) -> None:
        """Raises KeyUnusableError unless it is long enough to protect new keys."""
        if len(self._text) < MIN_NEW_CHARACTERS:
            raise KeyUnusableError(
                f"a new passphrase has at least {MIN_NEW_CHARACTERS} characters: "
                "five or six random words are easy to remember and enough"
            )

    def __repr__(self) -> str:
        return "Passphrase(…)"

    def __reduce__(self) -> str:
        raise TypeError("a passphrase is never pickled")


def existing(file: Path | None, prompt: str = "Passphrase") -> Passphrase:
    """The passphrase of keys that exist: from `file` (0600) or asked for on the terminal.

    Raises KeyUnusableError for a bad file, SettingsError where there is neither file nor terminal.
    """
    return _from_file(file) if file else Passphrase(_ask(prompt))


def new(file: Path | None, prompt: str = "New passphrase") -> Passphrase:
    """A passphrase for keys to be made, at least 12 characters, asked for twice.

    Raises as `existing` does.
    """
    passphrase = _from_file(file) if file else Passphrase(_ask(prompt))
    passphrase.check_new()
    if not file and passphrase.reveal() != Passphrase(_ask(f"{prompt} again")).reveal():
        raise KeyUnusableError("the two passphrases differ; nothing was changed")
    return passphrase


def _from_file(file: Path) -> Passphrase:
    data = read_private(file.expanduser(), MAX_PASSPHRASE_BYTES + 5)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # The cause is left out: it would quote the passphrase.
        raise KeyUnusableError(f"{file} is not UTF-8 text") from None
    return Passphrase(text.removesuffix("\n").removesuffix("\r"))


def _ask(prompt: str) -> str:
    try:
        TERMINAL.open("rb").close()
    except OSError as error:
        raise SettingsError(
            "no passphrase: give --passphrase-file FILE or TOCSIN_PASSPHRASE_FILE (mode 0600), "
            "or run on a terminal to be asked"
        ) from error
    return getpass.getpass(f"{prompt}: ")
