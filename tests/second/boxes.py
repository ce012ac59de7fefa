"""The page's cryptography from single primitives: hashes, AES-GCM, X25519, ML-KEM, ML-DSA, Ed25519."""

import hashlib
import hmac
import os
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.second.strict_avro import Refused

CHUNK = 16_384
SIZES = (1_024, 2_048, 4_096, 8_192, 16_383, *range(20_480, 258_049, 4_096))
COMPOSITE = b"COMPSIG-MLDSA65-Ed25519-SHA512"


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def u16(number: int) -> bytes:
    return number.to_bytes(2, "big")


def u32(number: int) -> bytes:
    return number.to_bytes(4, "big")


def u64(number: int) -> bytes:
    return number.to_bytes(8, "big")


def expand(key: bytes, info: bytes, length: int, digest: str) -> bytes:
    """HKDF-Expand of RFC 5869."""
    out, block = b"", b""
    while len(out) < length:
        number = len(out) // hashlib.new(digest).digest_size + 1
        block = hmac.digest(key, block + info + bytes([number]), digest)
        out += block
    return out[:length]


def leaf(header: bytes, ciphertext: bytes) -> bytes:
    return sha256(b"\0" + u32(len(header)) + header + ciphertext)


def layout(statement: dict[str, Any]) -> bytes:
    """originator ‖ audience ‖ u64 generation, of a header, a manifest or a wrap."""
    return statement["originator"] + statement["audience"] + u64(statement["generation"])


def derived(secret: bytes, label: bytes, of: bytes) -> bytes:
    """X(k, label) of the page."""
    return expand(secret, b"tocsin/1/" + label + b"\0" + of, 32, "sha512")


# Cobblestone-256


def _chunk_keys(key: bytes, salt: bytes, context: bytes) -> tuple[AESGCM, int, bytes]:
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
    made = expand(key, info, 76, "sha512")
    return AESGCM(made[:32]), int.from_bytes(made[32:44], "big"), made[44:]


def _nonce(base: int, number: int) -> bytes:
    return (base ^ number).to_bytes(12, "big")


def seal(key: bytes, context: bytes, plaintext: bytes) -> bytes:
    salt = os.urandom(24)
    cipher, base, commitment = _chunk_keys(key, salt, context)
    chunks = [plaintext[at : at + CHUNK] for at in range(0, len(plaintext) + 1, CHUNK)]
    sealed = [cipher.encrypt(_nonce(base, n), one, None) for n, one in enumerate(chunks)]
    return salt + commitment + b"".join(sealed)


def open_sealed(key: bytes, context: bytes, ciphertext: bytes) -> bytes:
    cipher, base, commitment = _chunk_keys(key, ciphertext[:24], context)
    if len(ciphertext) < 72 or not hmac.compare_digest(commitment, ciphertext[24:56]):
        raise Refused
    body, plain = ciphertext[56:], []
    try:
        for number, at in enumerate(range(0, len(body), CHUNK + 16)):
            plain.append(cipher.decrypt(_nonce(base, number), body[at : at + CHUNK + 16], None))
    except InvalidTag:
        raise Refused from None
    if len(plain[-1]) == CHUNK:
        raise Refused
    return b"".join(plain)


def pad(plaintext: bytes) -> bytes:
    size = next(size for size in SIZES if size > len(plaintext))
    return (plaintext + b"\x80").ljust(size, b"\0")


def unpad(padded: bytes) -> bytes:
    end = padded.rfind(b"\x80")
    if end < 0 or len(padded) > SIZES[-1] or pad(padded[:end]) != padded:
        raise Refused
    return padded[:end]


# Signatures


def verify_ed25519(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _composed(label: bytes, message: bytes) -> bytes:
    digest = hashlib.sha512(message).digest()
    return b"CompositeAlgorithmSignatures2025" + COMPOSITE + bytes([len(label)]) + label + digest


def verify_composite(public: bytes, signature: bytes, label: bytes, message: bytes) -> bool:
    """Both halves must hold."""
    whole = _composed(label, message)
    try:
        MLDSA65PublicKey.from_public_bytes(public[:1952]).verify(signature[:3309], whole, COMPOSITE)
    except (InvalidSignature, ValueError):
        return False
    return verify_ed25519(public[1952:], signature[3309:], whole)


def sign_composite(dsa_seed: bytes, ed_seed: bytes, label: bytes, message: bytes) -> bytes:
    whole = _composed(label, message)
    lattice = MLDSA65PrivateKey.from_seed_bytes(dsa_seed).sign(whole, COMPOSITE)
    return lattice + Ed25519PrivateKey.from_private_bytes(ed_seed).sign(whole)


# HPKE Base of RFC 9180 with X-Wing, HKDF-SHA256, AES-256-GCM


def _x_wing_secret(lattice: bytes, curve: bytes, sent: bytes, own: bytes) -> bytes:
    return hashlib.sha3_256(lattice + curve + sent + own + rb"\.//^" + b"\\").digest()


def x_wing_keys(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    long = hashlib.shake_256(seed).digest(96)
    return MLKEM768PrivateKey.from_seed_bytes(long[:64]), X25519PrivateKey.from_private_bytes(long[64:])


def x_wing_public(seed: bytes) -> bytes:
    lattice, curve = x_wing_keys(seed)
    return lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()


def _labelled(salt_or_key: bytes, label: bytes, data: bytes, length: int | None = None) -> bytes:
    suite = b"HPKE" + u16(0x647A) + u16(1) + u16(2)
    if length is None:
        return hmac.digest(salt_or_key, b"HPKE-v1" + suite + label + data, "sha256")
    return expand(salt_or_key, u16(length) + b"HPKE-v1" + suite + label + data, length, "sha256")


def _hpke_cipher(shared: bytes, info: bytes) -> tuple[AESGCM, bytes]:
    context = b"\0" + _labelled(b"", b"psk_id_hash", b"") + _labelled(b"", b"info_hash", info)
    secret = _labelled(shared, b"secret", b"")
    key, nonce = _labelled(secret, b"key", context, 32), _labelled(secret, b"base_nonce", context, 12)
    return AESGCM(key), nonce


def hpke_open(seed: bytes, info: bytes, sealed: bytes) -> bytes:
    lattice, curve = x_wing_keys(seed)
    own = curve.public_key().public_bytes_raw()
    try:
        first = lattice.decapsulate(sealed[:1088])
        second = curve.exchange(X25519PublicKey.from_public_bytes(sealed[1088:1120]))
        shared = _x_wing_secret(first, second, sealed[1088:1120], own)
        cipher, nonce = _hpke_cipher(shared, info)
        return cipher.decrypt(nonce, sealed[1120:], b"")
    except (InvalidTag, ValueError):
        raise Refused from None


def hpke_seal(public: bytes, info: bytes, plaintext: bytes) -> bytes:
    first, capsule = MLKEM768PublicKey.from_public_bytes(public[:1184]).encapsulate()
    mine = X25519PrivateKey.generate()
    sent = mine.public_key().public_bytes_raw()
    second = mine.exchange(X25519PublicKey.from_public_bytes(public[1184:]))
    cipher, nonce = _hpke_cipher(_x_wing_secret(first, second, sent, public[1184:]), info)
    return capsule + sent + cipher.encrypt(nonce, plaintext, b"")
