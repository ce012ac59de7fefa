"""Law: the only file of the core that touches `cryptography`, and the core's only randomness.

It guarantees that a key that loads here is safe to use (canonical, not of small or low order, of the
right length), that every failure to open or verify is one of our errors, and that no object shows a
secret in its `repr`. It offers no nonce, no algorithm argument and no way to open what was only
partly checked. What a signature or a key *means* is left to `signatures`, `keys` and `directory`.

Sources: RFC 9180 with X-Wing (KEM id 0x647A), C2SP chunked encryption (Cobblestone-256), RFC 8032,
FIPS 204, draft-ietf-lamps-pq-composite-sigs (id-MLDSA65-Ed25519-SHA512).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, mldsa, mlkem, x25519
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from tocsin.core.errors import CannotOpenError, KeyUnusableError, UntrustedError

ED25519_PUBLIC_BYTES = 32
ED25519_SIGNATURE_BYTES = 64
MLDSA_PUBLIC_BYTES = 1952
MLDSA_SIGNATURE_BYTES = 3309
COMPOSITE_SIGNATURE_BYTES = MLDSA_SIGNATURE_BYTES + ED25519_SIGNATURE_BYTES
MLKEM_PUBLIC_BYTES = 1184
XWING_PUBLIC_BYTES = MLKEM_PUBLIC_BYTES + 32
WRAP_BYTES = 1168
COBBLESTONE_MIN_BYTES = 24 + 32 + 16

_COMPOSITE_PREFIX = b"CompositeAlgorithmSignatures2025"
_COMPOSITE_LABEL = b"COMPSIG-MLDSA65-Ed25519-SHA512"
_P25519 = 2**255 - 19
# y-coordinates of the eight points whose order divides 8 (RFC 8032 curve; checked by a test).
_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _P25519 - 1,
        2707385501144840649318225287225658788936804267575313519463743609750303402022,
        55188659117513257062467267217118295137698188065244968500265048394206261417927,
    }
)


def _hpke() -> Suite:
    return Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def random_bytes(count: int) -> bytes:
    """`count` bytes from the operating system's generator."""
    return secrets.token_bytes(count)


def sha256(data: bytes) -> bytes:
    """32 bytes."""
    return hashlib.sha256(data).digest()


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """32 bytes."""
    return hmac.digest(key, message, "sha256")


def expand_sha512(key: bytes, info: bytes) -> bytes:
    """HKDF-Expand-SHA-512 of a 32-byte `key` to 32 bytes."""
    return HKDFExpand(algorithm=hashes.SHA512(), length=32, info=info).derive(key)


def seal_bytes(key: bytes, context: bytes, plaintext: bytes) -> bytes:
    """Cobblestone-256 of `plaintext` under a 32-byte key, bound to `context`; 72 bytes longer."""
    sealer = Cobblestone256Encryptor(key, context)
    return sealer.update(plaintext) + sealer.finalize()


def open_bytes(key: bytes, context: bytes, ciphertext: bytes) -> bytes:
    """The plaintext of `seal_bytes`. Raises CannotOpenError, always the same."""
    opener = Cobblestone256Decryptor(key, context)
    try:
        # update() may release chunks before the end is authenticated: nothing leaves before finalize().
        return opener.update(ciphertext) + opener.finalize()
    except (InvalidTag, ValueError) as error:
        raise CannotOpenError from error


def check_ed25519_public(public: bytes) -> None:
    """Raises UntrustedError unless `public` is a canonical point that is not of small order.

    The library loads small-order keys and verifies forged signatures under them.
    """
    if len(public) != ED25519_PUBLIC_BYTES:
        raise UntrustedError("an Ed25519 public key has 32 bytes")
    y = int.from_bytes(public, "little") & (2**255 - 1)
    if y >= _P25519 or y in _SMALL_ORDER_Y:
        raise UntrustedError("the Ed25519 public key is not canonical or is of small order")
    x_squared = (y * y - 1) * pow(_D25519 * y * y + 1, -1, _P25519) % _P25519
    if pow(x_squared, (_P25519 - 1) // 2, _P25519) != 1:
        raise UntrustedError("the Ed25519 public key is not a point of the curve")


_D25519 = -121665 * pow(121666, -1, _P25519) % _P25519


def check_composite_public(public: bytes) -> None:
    """Raises UntrustedError unless `public` is ML-DSA-65 (1952 bytes) followed by a good Ed25519."""
    if len(public) != MLDSA_PUBLIC_BYTES + ED25519_PUBLIC_BYTES:
        raise UntrustedError("a composite public key has 1984 bytes")
    check_ed25519_public(public[MLDSA_PUBLIC_BYTES:])


def check_xwing_public(public: bytes) -> None:
    """Raises UntrustedError unless `public` is ML-KEM-768 (1184 bytes) and a good X25519 key."""
    if len(public) != XWING_PUBLIC_BYTES:
        raise UntrustedError("an X-Wing public key has 1216 bytes")
    try:
        mlkem.MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC_BYTES])
        theirs = x25519.X25519PublicKey.from_public_bytes(public[MLKEM_PUBLIC_BYTES:])
        x25519.X25519PrivateKey.from_private_bytes(b"\x01" * 32).exchange(theirs)
    except ValueError as error:
        raise UntrustedError("the X-Wing public key is badly encoded or of low order") from error


def verify_ed25519(public: bytes, signature: bytes, message: bytes) -> None:
    """Raises UntrustedError unless `signature` (64 bytes) is right. `public` was checked on load."""
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise UntrustedError("the signature does not hold") from error


def verify_composite(public: bytes, signature: bytes, context: bytes, message: bytes) -> None:
    """Raises UntrustedError unless both halves of `signature` (3373 bytes) are right."""
    if len(signature) != COMPOSITE_SIGNATURE_BYTES:
        raise UntrustedError("the signature does not hold")
    signed = _composite_message(context, message)
    verify_ed25519(public[MLDSA_PUBLIC_BYTES:], signature[MLDSA_SIGNATURE_BYTES:], signed)
    try:
        key = mldsa.MLDSA65PublicKey.from_public_bytes(public[:MLDSA_PUBLIC_BYTES])
        key.verify(signature[:MLDSA_SIGNATURE_BYTES], signed, context=_COMPOSITE_LABEL)
    except (InvalidSignature, ValueError) as error:
        raise UntrustedError("the signature does not hold") from error


def _composite_message(context: bytes, message: bytes) -> bytes:
    digest = hashlib.sha512(message).digest()
    return _COMPOSITE_PREFIX + _COMPOSITE_LABEL + bytes([len(context)]) + context + digest


def seal_to_xwing(public: bytes, info: bytes, plaintext: bytes) -> bytes:
    """HPKE Base seal (X-Wing, HKDF-SHA256, AES-256-GCM); 1168 bytes for a 32-byte `plaintext`.

    Raises UntrustedError for a public key that cannot be used, so that one bad key can be passed over.
    """
    try:
        key = MLKEM768X25519PublicKey(
            mlkem.MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC_BYTES]),
            x25519.X25519PublicKey.from_public_bytes(public[MLKEM_PUBLIC_BYTES:]),
        )
        return _hpke().encrypt(plaintext, key, info)
    except ValueError as error:
        raise UntrustedError("nothing can be sealed to this X-Wing key") from error


class Ed25519Private:
    """A private Ed25519 key. `repr` shows the beginning of the public key only."""

    def __init__(self, key: ed25519.Ed25519PrivateKey) -> None:
        self._key = key
        self.public: bytes = key.public_key().public_bytes_raw()

    @classmethod
    def generate(cls) -> Ed25519Private:
        """A new key from the operating system's randomness."""
        return cls(ed25519.Ed25519PrivateKey.generate())

    @classmethod
    def from_raw(cls, raw: bytes) -> Ed25519Private:
        """From the 32-byte private key of RFC 8032. Raises KeyUnusableError."""
        try:
            return cls(ed25519.Ed25519PrivateKey.from_private_bytes(raw))
        except ValueError as error:
            raise KeyUnusableError("an Ed25519 private key has 32 bytes") from error

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(message)

    def parts(self) -> tuple[ed25519.Ed25519PrivateKey]:
        """The library's objects, for the key file's owner alone."""
        return (self._key,)

    def __repr__(self) -> str:
        return f"Ed25519Private({self.public.hex()[:8]}…)"


class CompositePrivate:
    """A private ML-DSA-65 key and a private Ed25519 key that only sign together."""

    def __init__(self, dsa: mldsa.MLDSA65PrivateKey, ed: ed25519.Ed25519PrivateKey) -> None:
        self._dsa, self._ed = dsa, ed
        self.public: bytes = dsa.public_key().public_bytes_raw() + ed.public_key().public_bytes_raw()

    @classmethod
    def generate(cls) -> CompositePrivate:
        """A new pair from the operating system's randomness."""
        return cls(mldsa.MLDSA65PrivateKey.generate(), ed25519.Ed25519PrivateKey.generate())

    @classmethod
    def from_seeds(cls, dsa_seed: bytes, ed_raw: bytes) -> CompositePrivate:
        """From two 32-byte seeds. Raises KeyUnusableError."""
        try:
            dsa = mldsa.MLDSA65PrivateKey.from_seed_bytes(dsa_seed)
            return cls(dsa, ed25519.Ed25519PrivateKey.from_private_bytes(ed_raw))
        except ValueError as error:
            raise KeyUnusableError("a composite key is made of two 32-byte seeds") from error

    def sign(self, context: bytes, message: bytes) -> bytes:
        """3373 bytes: ML-DSA-65 then Ed25519, over the composite's own message."""
        signed = _composite_message(context, message)
        return self._dsa.sign(signed, context=_COMPOSITE_LABEL) + self._ed.sign(signed)

    def parts(self) -> tuple[ed25519.Ed25519PrivateKey, mldsa.MLDSA65PrivateKey]:
        """The library's objects, for the key file's owner alone."""
        return (self._ed, self._dsa)

    def __repr__(self) -> str:
        return f"CompositePrivate({self.public.hex()[:8]}…)"


class XWingPrivate:
    """A private X-Wing key: opens what `seal_to_xwing` sealed to its public half."""

    def __init__(self, kem: mlkem.MLKEM768PrivateKey, dh: x25519.X25519PrivateKey) -> None:
        self._kem, self._dh = kem, dh
        self.public: bytes = kem.public_key().public_bytes_raw() + dh.public_key().public_bytes_raw()

    @classmethod
    def generate(cls) -> XWingPrivate:
        """A new key, expanded from a fresh 32-byte seed."""
        return cls.from_seed(random_bytes(32))

    @classmethod
    def from_seed(cls, seed: bytes) -> XWingPrivate:
        """SHAKE256(seed, 96) = ML-KEM seed (64) ‖ X25519 (32). Raises KeyUnusableError."""
        if len(seed) != 32:
            raise KeyUnusableError("an X-Wing seed has 32 bytes")
        expanded = hashlib.shake_256(seed).digest(96)
        return cls(
            mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64]),
            x25519.X25519PrivateKey.from_private_bytes(expanded[64:]),
        )

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """What was sealed to us under `info`. Raises CannotOpenError, always the same."""
        try:
            key = MLKEM768X25519PrivateKey(self._kem, self._dh)
            return _hpke().decrypt(sealed, key, info)
        except (InvalidTag, ValueError) as error:
            raise CannotOpenError from error

    def parts(self) -> tuple[mlkem.MLKEM768PrivateKey, x25519.X25519PrivateKey]:
        """The library's objects, for the key file's owner alone."""
        return (self._kem, self._dh)

    def __repr__(self) -> str:
        return f"XWingPrivate({self.public.hex()[:8]}…)"


def self_test() -> None:
    """Raises KeyUnusableError where the library lacks an algorithm or computes wrongly."""
    try:
        key = random_bytes(32)
        held = open_bytes(key, b"c", seal_bytes(key, b"c", b"m")) == b"m"
        composite = CompositePrivate.generate()
        verify_composite(composite.public, composite.sign(b"c", b"m"), b"c", b"m")
        kem = XWingPrivate.generate()
        held = held and kem.open(seal_to_xwing(kem.public, b"i", key), b"i") == key
    except (UnsupportedAlgorithm, UntrustedError, CannotOpenError) as error:
        raise KeyUnusableError(f"the cryptography library fails its self-test: {error}") from error
    if not held:
        raise KeyUnusableError("the cryptography library fails its self-test: wrong result")
