"""Private keys at rest: encrypted PKCS#8 whose password is Argon2id of a passphrase.

A folder of keys is stretched once: `kdf.json` beside the files says how, and is bounded before any
memory is taken for it. Files are 0600 in a folder of 0700, or refused; nothing is ever overwritten;
errors name path and fault and never content. The public keys stand behind the private ones, since the
cipher of PKCS#8 notices no change: a damaged file is refused, and never opens as another key. Any OpenSSL
opens the files with base64(Argon2id(passphrase)) as password, so that keys outlive this program.
Source: wire format, "At rest"; RFC 9106 for Argon2id.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ed25519, mldsa, mlkem, x25519
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from tocsin.adapters import kdf_parameters, pem_blocks
from tocsin.adapters.kdf_parameters import MIN_SALT_BYTES, KdfParameters
from tocsin.adapters.passphrase import Passphrase
from tocsin.adapters.private_files import check_private_folder, read_private, write_new
from tocsin.core.errors import CannotOpenError, KeyUnusableError
from tocsin.core.primitives import (
    CompositePrivate,
    Ed25519Private,
    XWingPrivate,
    expand_sha512,
    open_bytes,
    random_bytes,
    seal_bytes,
)

KDF_FILE = "kdf.json"
STORAGE_KEY_FILE = "storage.key"
STORAGE_KEY_BYTES = 32
_STORAGE_LABEL = b"tocsin/1/storage\0"

Private = Ed25519Private | CompositePrivate | XWingPrivate


class KeyFolder:
    """A folder of key files that one passphrase opens. `repr` shows the path only."""

    def __init__(self, path: Path, stretched: bytes) -> None:
        """`stretched`: 32 bytes from Argon2id; use `create` or `open` instead."""
        self.path = path
        self._stretched = stretched
        self._password = b64encode(stretched)

    @classmethod
    def create(cls, path: Path, passphrase: Passphrase) -> KeyFolder:
        """Write `kdf.json` with a new salt into the private folder `path`.

        Raises KeyUnusableError if one is there, or the folder is open to others.
        """
        check_private_folder(path)
        kdf = KdfParameters(random_bytes(MIN_SALT_BYTES))
        write_new(path / KDF_FILE, kdf.to_json())
        return cls(path, _stretch(path, kdf, passphrase))

    @classmethod
    def open(cls, path: Path, passphrase: Passphrase) -> KeyFolder:
        """Stretch `passphrase` as `kdf.json` says (0.1 s, 64 MiB). Whether it is the right one shows
        when a key is loaded. Raises KeyUnusableError.
        """
        check_private_folder(path)
        file = path / KDF_FILE
        return cls(path, _stretch(path, kdf_parameters.read(file, read_private(file)), passphrase))

    def write(self, name: str, key: Private) -> None:
        """Write `key` to the new file `name`: a PEM block for each part, then those of the public parts."""
        encryption = BestAvailableEncryption(self._password)
        pem = b"".join(
            part.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption) for part in key.parts()
        )
        write_new(self.path / name, pem + b"".join(_public_pem(part) for part in key.parts()))

    def names(self, purpose: str) -> list[str]:
        """The files of a purpose: `record.pem` of the first key, `record.<id>.pem` of later ones."""
        found = sorted(self.path.glob(f"{purpose}.*pem"))
        return [file.name for file in found if file.suffix == ".pem"]

    def ed25519(self, name: str) -> Ed25519Private:
        """The Ed25519 key in the file `name`. Raises KeyUnusableError."""
        (key,) = self._load(name, 1)
        if not isinstance(key, ed25519.Ed25519PrivateKey):
            raise self._wrong_kind(name)
        return Ed25519Private(key)

    def composite(self, name: str) -> CompositePrivate:
        """The statement key in the file `name`: Ed25519, then ML-DSA-65. Raises KeyUnusableError."""
        ed, dsa = self._load(name, 2)
        if not isinstance(ed, ed25519.Ed25519PrivateKey) or not isinstance(dsa, mldsa.MLDSA65PrivateKey):
            raise self._wrong_kind(name)
        return CompositePrivate(dsa, ed)

    def xwing(self, name: str) -> XWingPrivate:
        """The X-Wing key in the file `name`: ML-KEM-768, then X25519. Raises KeyUnusableError."""
        kem, dh = self._load(name, 2)
        if not isinstance(kem, mlkem.MLKEM768PrivateKey) or not isinstance(dh, x25519.X25519PrivateKey):
            raise self._wrong_kind(name)
        return XWingPrivate(kem, dh)

    def recovery(self) -> bytes:
        """The 32 bytes that open the folder without its passphrase: for custodians, never for a file.

        `KeyFolder(path, recovery)` is the folder again.
        """
        return self._stretched

    def create_storage_key(self) -> bytes:
        """Make and write the 32-byte key of the local databases."""
        return self.write_storage_key(random_bytes(STORAGE_KEY_BYTES))

    def write_storage_key(self, key: bytes) -> bytes:
        """Write the key of the local databases, sealed anew under this folder's passphrase."""
        sealed = seal_bytes(self._storage_wrapping(), _STORAGE_LABEL, key)
        record = {"v": 1, "sealed": b64encode(sealed).decode()}
        write_new(self.path / STORAGE_KEY_FILE, json.dumps(record).encode() + b"\n")
        return key

    def storage_key(self) -> bytes:
        """The 32-byte key of the local databases. Raises KeyUnusableError."""
        path = self.path / STORAGE_KEY_FILE
        record = kdf_parameters.read_object(path, read_private(path))
        try:
            sealed = b64decode(record["sealed"], validate=True)
        except (KeyError, TypeError, ValueError) as error:
            raise KeyUnusableError(f"{path} is damaged") from error
        try:
            return open_bytes(self._storage_wrapping(), _STORAGE_LABEL, sealed)
        except CannotOpenError as error:
            raise KeyUnusableError(_wrong_passphrase(path)) from error

    def check_passphrase(self) -> None:
        """Raises KeyUnusableError where the passphrase that opened the folder is not that of its keys."""
        if (self.path / STORAGE_KEY_FILE).exists():
            self.storage_key()
            return
        files = sorted(self.path.glob("*.pem"))
        if not files:
            raise KeyUnusableError(f"{self.path} holds no key")
        self._load(files[0].name)

    def _storage_wrapping(self) -> bytes:
        return expand_sha512(self._stretched, _STORAGE_LABEL)

    def _load(self, name: str, count: int | None = None) -> list[PrivateKeyTypes]:
        path = self.path / name
        blocks = pem_blocks.split(path, read_private(path), count)
        try:
            keys = [load_pem_private_key(block, self._password) for block in blocks.private]
        except (ValueError, TypeError, UnsupportedAlgorithm):
            # The library's message is left out: a parser's error may describe decrypted content.
            raise KeyUnusableError(_wrong_passphrase(path)) from None
        if [_public_pem(key).strip() for key in keys] != blocks.public:
            raise KeyUnusableError(f"{path} is damaged: its private key is not that of its public key")
        return keys

    def _wrong_kind(self, name: str) -> KeyUnusableError:
        return KeyUnusableError(f"{self.path / name} holds a key of the wrong kind")

    def __repr__(self) -> str:
        return f"KeyFolder({str(self.path)!r})"


def _wrong_passphrase(path: Path) -> str:
    return f"{path} does not open: the passphrase is wrong, or the file is damaged"


def _public_pem(key: PrivateKeyTypes) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _stretch(path: Path, kdf: KdfParameters, passphrase: Passphrase) -> bytes:
    try:
        return Argon2id(
            salt=kdf.salt,
            length=32,
            iterations=kdf.iterations,
            lanes=kdf.lanes,
            memory_cost=kdf.memory_kib,
        ).derive(passphrase.reveal())
    except MemoryError:
        raise KeyUnusableError(
            f"{path / KDF_FILE} asks for {kdf.memory_kib >> 10} MiB of memory, and there is less"
        ) from None
