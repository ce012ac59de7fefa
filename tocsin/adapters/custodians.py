"""What people say to each other in words: shares of a secret, and fingerprints.

Of a secret in the hands of several people some together restore it, fewer learn nothing. The only file
that knows `shamir_mnemonic` (SLIP-39): a share is a line of words with a checksum, which survives paper
and dictation. Errors never repeat a word of a share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.wordlist import WORDLIST

from tocsin.core.errors import SettingsError, UntrustedError

MAX_CUSTODIANS = 16
SECRET_BYTES = 32
SPOKEN_WORDS, WORD_BITS = 13, 10  # 130 bits: nobody makes another request with the same words


@dataclass(frozen=True, slots=True)
class Rule:
    """How many people there are, and how many of them are needed."""

    custodians: int
    needed: int

    def check(self) -> None:
        """Raises SettingsError for a rule that cannot be met, or that one person alone meets."""
        if not 2 <= self.needed <= self.custodians <= MAX_CUSTODIANS:
            raise SettingsError(
                f"{self.needed} of {self.custodians} custodians: at least 2 are needed, at most all of "
                f"them, and there are at most {MAX_CUSTODIANS}"
            )


def split(secret: bytes, rule: Rule) -> list[str]:
    """A share for each custodian of 32 bytes: 33 words. Raises SettingsError."""
    rule.check()
    if len(secret) != SECRET_BYTES:
        raise ValueError("a secret to split has 32 bytes")
    shares: list[str] = generate_mnemonics(1, [(rule.needed, rule.custodians)], secret)[0]
    return shares


def combine(shares: Sequence[str]) -> bytes:
    """The secret. Raises UntrustedError where shares are too few, of different secrets, or mistyped."""
    try:
        secret: bytes = combine_mnemonics(shares)
    except MnemonicError:
        raise UntrustedError(
            f"these {len(shares)} shares do not make the secret: too few, of another backup, one of them "
            "twice, or a word was mistyped"
        ) from None
    return secret


def every_word() -> str:
    """All words that shares and fingerprints are made of."""
    return " ".join(WORDLIST)


def spoken(fingerprint: str) -> str:
    """13 words for the first 130 bits of a fingerprint in hex: easier to read aloud, as hard to forge."""
    number = int(fingerprint.replace(" ", ""), 16) >> (256 - SPOKEN_WORDS * WORD_BITS)
    places = range(SPOKEN_WORDS - 1, -1, -1)
    return " ".join(WORDLIST[number >> (place * WORD_BITS) & (2**WORD_BITS - 1)] for place in places)
