"""A secret in the hands of several people: some of them together restore it, fewer learn nothing.

The only file that knows `shamir_mnemonic` (SLIP-39): each share is a line of words with a checksum,
which survives paper and dictation. Errors never repeat a word of a share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

from tocsin.core.errors import SettingsError, UntrustedError

MAX_CUSTODIANS = 16
SECRET_BYTES = 32


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
