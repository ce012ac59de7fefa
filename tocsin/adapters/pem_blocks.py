"""The PEM blocks of a key file, read strictly before anything is decrypted.

It guarantees that a file is exactly the wanted number of `ENCRYPTED PRIVATE KEY` blocks and as many `PUBLIC
KEY` blocks, with nothing before, between or after them, and that no block asks for more
work than a bound: the library beneath would otherwise obey an iteration count of 2^31 (seen to hang OpenSSL
for hours). CRLF, a byte order mark and a missing last newline are forgiven: editors and mail make them.
Source: RFC 5958, RFC 7468, RFC 8018.
"""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass, field
from pathlib import Path

from tocsin.core.errors import KeyUnusableError

MAX_PBKDF2_ITERATIONS = 1_000_000
_BOM = b"\xef\xbb\xbf"
_BEGIN = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"
_END = b"-----END ENCRYPTED PRIVATE KEY-----"
_BLOCK = re.compile(
    rb"-----BEGIN (ENCRYPTED PRIVATE|PUBLIC) KEY-----\n[A-Za-z0-9+/=\n]+\n-----END \1 KEY-----"
)
_SEQUENCE, _INTEGER, _OCTETS, _OID = 0x30, 0x02, 0x04, 0x06
_PBES2 = bytes.fromhex("2a864886f70d01050d")
_PBKDF2 = bytes.fromhex("2a864886f70d01050c")


@dataclass(frozen=True, slots=True)
class KeyBlocks:
    """`private`: encrypted PKCS#8. `public`: of the same keys in the same order."""

    private: list[bytes] = field(repr=False)
    public: list[bytes]


def split(path: Path, data: bytes, count: int | None) -> KeyBlocks:
    """The PEM blocks of `data`, of `count` keys (None: however many).

    Raises KeyUnusableError naming `path`.
    """
    text = data.removeprefix(_BOM).replace(b"\r\n", b"\n").strip(b"\n")
    found = [match.group() for match in _BLOCK.finditer(text)]
    blocks = [one for one in found if one.startswith(_BEGIN)]
    public = [one for one in found if not one.startswith(_BEGIN)]
    if re.sub(rb"\n+", b"\n", _BLOCK.sub(b"", text)).strip(b"\n"):
        raise KeyUnusableError(f"{path} holds something before, between or after its key blocks")
    if len(blocks) != (count or len(blocks) or 1):
        raise KeyUnusableError(f"{path} holds {len(blocks)} encrypted keys instead of {count or 1}")
    if len(public) != len(blocks):
        raise KeyUnusableError(f"{path} holds {len(public)} public keys beside {len(blocks)} private ones")
    for block in blocks:
        _check_work(path, block)
    return KeyBlocks(blocks, public)


def _check_work(path: Path, block: bytes) -> None:
    try:
        der = b64decode(block.removeprefix(_BEGIN).removesuffix(_END).replace(b"\n", b""), validate=True)
        iterations = _pbkdf2_iterations(der)
    except (ValueError, IndexError) as error:
        raise KeyUnusableError(f"{path} is damaged or not encrypted as Tocsin does it") from error
    if not 0 < iterations <= MAX_PBKDF2_ITERATIONS:
        raise KeyUnusableError(f"{path} asks for {iterations} iterations, not 1 to {MAX_PBKDF2_ITERATIONS}")


def _pbkdf2_iterations(der: bytes) -> int:
    # EncryptedPrivateKeyInfo { { PBES2, { { PBKDF2, { salt, iterations, ... } }, ... } }, data }
    info, rest = _take(der, _SEQUENCE)
    algorithm, _ = _take(info, _SEQUENCE)
    oid, parameters = _take(algorithm, _OID)
    derivation, _ = _take(_take(parameters, _SEQUENCE)[0], _SEQUENCE)
    inner_oid, inner = _take(derivation, _OID)
    if rest or oid != _PBES2 or inner_oid != _PBKDF2:
        raise ValueError
    _salt, after_salt = _take(_take(inner, _SEQUENCE)[0], _OCTETS)
    return int.from_bytes(_take(after_salt, _INTEGER)[0], "big", signed=True)


def _take(der: bytes, tag: int) -> tuple[bytes, bytes]:
    """The content of the first element, which must have `tag`, and what follows it."""
    if der[0] != tag:
        raise ValueError
    length, start = der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start], "big")
    if start + length > len(der):
        raise ValueError
    return der[start : start + length], der[start + length :]
