"""Independent re-implementations, from the specifications alone, of what the core buys from a library.

C2SP chunked encryption with AES-256-GCM and SHA-512; HPKE Base (RFC 9180) with X-Wing; the points of
small order of Curve25519, computed from its equation; AES-GCM's GHASH, to make one ciphertext that
opens under two keys.
"""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK_BYTES = 16_384
P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
L = 2**252 + 27742317777372353535851937790883648493


def hkdf_expand(hash_name: str, key: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869, second stage."""
    out, block, counter = b"", b"", 1
    while len(out) < length:
        block = hmac.digest(key, block + info + bytes([counter]), hash_name)
        out, counter = out + block, counter + 1
    return out[:length]


def cobblestone_keys(key: bytes, salt: bytes, context: bytes) -> tuple[bytes, bytes, bytes]:
    """(AES key, base nonce, commitment) of one message."""
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
    derived = hkdf_expand("sha512", key, info, 32 + 12 + 32)
    return derived[:32], derived[32:44], derived[44:]


def _nonce(base: bytes, number: int) -> bytes:
    return (int.from_bytes(base, "big") ^ number).to_bytes(12, "big")


def cobblestone_seal(key: bytes, salt: bytes, context: bytes, plaintext: bytes) -> bytes:
    """salt, commitment, and chunks of 16 KiB of which the last is always shorter."""
    aes_key, base, commitment = cobblestone_keys(key, salt, context)
    aead = AESGCM(aes_key)
    out = salt + commitment
    for number in range(len(plaintext) // CHUNK_BYTES + 1):
        chunk = plaintext[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES]
        out += aead.encrypt(_nonce(base, number), chunk, None)
    return out


def cobblestone_open(key: bytes, context: bytes, ciphertext: bytes) -> bytes:
    """Inverse of `cobblestone_seal`; an AssertionError or InvalidTag for anything else."""
    aes_key, base, commitment = cobblestone_keys(key, ciphertext[:24], context)
    assert ciphertext[24:56] == commitment
    rest, out, number = ciphertext[56:], b"", 0
    aead = AESGCM(aes_key)
    while True:
        chunk, rest = rest[: CHUNK_BYTES + 16], rest[CHUNK_BYTES + 16 :]
        out += aead.decrypt(_nonce(base, number), chunk, None)
        if len(chunk) < CHUNK_BYTES + 16:
            assert not rest
            return out
        number += 1


_HPKE = b"HPKE" + (0x647A).to_bytes(2, "big") + b"\0\1\0\2"


def _extract(salt: bytes, label: bytes, secret: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + _HPKE + label + secret, "sha256")


def _expand(key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + _HPKE + label + info
    return hkdf_expand("sha256", key, labelled, length)


def xwing_open(seed: bytes, info: bytes, sealed: bytes) -> bytes:
    """HPKE Base open under the X-Wing key of a 32-byte seed (KEM 0x647A, KDF 1, AEAD 2)."""
    expanded = hashlib.shake_256(seed).digest(96)
    kem = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    dh = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
    kem_ct, dh_ct, ciphertext = sealed[:1088], sealed[1088:1120], sealed[1120:]
    shared = hashlib.sha3_256(
        kem.decapsulate(kem_ct)
        + dh.exchange(x25519.X25519PublicKey.from_public_bytes(dh_ct))
        + dh_ct
        + dh.public_key().public_bytes_raw()
        + rb"\.//^"
        + b"\\"
    ).digest()
    context = b"\0" + _extract(b"", b"psk_id_hash", b"") + _extract(b"", b"info_hash", info)
    secret = _extract(shared, b"secret", b"")
    key = _expand(secret, b"key", context, 32)
    return AESGCM(key).decrypt(_expand(secret, b"base_nonce", context, 12), ciphertext, None)


Point = tuple[int, int]


def add(one: Point, two: Point) -> Point:
    """Sum of two points of -x² + y² = 1 + d x² y²."""
    (x1, y1), (x2, y2) = one, two
    cross = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + cross, -1, P)
    y = (y1 * y2 + x1 * x2) * pow(1 - cross, -1, P)
    return x % P, y % P


def times(factor: int, point: Point) -> Point:
    """`factor` times `point`."""
    out = (0, 1)
    while factor:
        if factor & 1:
            out = add(out, point)
        point, factor = add(point, point), factor >> 1
    return out


def _root(square: int) -> int | None:
    root = pow(square, (P + 3) // 8, P)
    if root * root % P != square:
        root = root * pow(2, (P - 1) // 4, P) % P
    return root if root * root % P == square else None


def torsion_points() -> list[Point]:
    """The eight points whose order divides 8, found by multiplying points of the curve by L."""
    for y in range(2, 200):
        x = _root((y * y - 1) * pow(D * y * y + 1, -1, P) % P)
        if x is None:
            continue
        generator = times(L, (x, y))
        points = [times(number, generator) for number in range(8)]
        if len(set(points)) == 8:
            return points
    raise AssertionError("no point of order 8 was found")


def small_order_encodings() -> list[bytes]:
    """The 14 encodings that decode to a point of small order: canonical or not, either sign."""
    found = set()
    for _x, y in torsion_points():
        for alias in (y, y + P):
            for sign in (0, 1):
                if alias < 2**255:
                    found.add((alias | sign << 255).to_bytes(32, "little"))
    return sorted(found)


def low_order_x25519() -> list[bytes]:
    """The 7 encodings below 2^255 of u-coordinates of low order: u = (1 + y) / (1 - y)."""
    found = {0}
    for _x, y in torsion_points():
        if y != 1:
            found.add((1 + y) * pow(1 - y, -1, P) % P)
    # The twist's point of order 4 has u = -1, the curve's has u = 1; both are of low order.
    found |= {1, P - 1}
    aliases = {u + P for u in found if u + P < 2**255}
    return [u.to_bytes(32, "little") for u in sorted(found | aliases)]


def _gf_times(one: int, two: int) -> int:
    """Product in GF(2^128) with GCM's bit order."""
    product = 0
    for bit in range(127, -1, -1):
        if two >> bit & 1:
            product ^= one
        one = one >> 1 ^ (0xE1 << 120 if one & 1 else 0)
    return product


def _gf_inverse(value: int) -> int:
    out, power = 1 << 127, value
    for _ in range(127):
        power = _gf_times(power, power)
        out = _gf_times(out, power)
    return out


def _block(key: bytes, block: bytes) -> int:
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return int.from_bytes(encryptor.update(block), "big")


def two_key_ciphertext(one: tuple[bytes, bytes], two: tuple[bytes, bytes]) -> bytes:
    """An AES-GCM ciphertext of two blocks and its tag that opens under both (key, nonce) pairs."""
    halves = []
    for key, nonce in (one, two):
        hash_key, mask = _block(key, bytes(16)), _block(key, nonce + b"\0\0\0\1")
        powers = [hash_key]
        for _ in range(2):
            powers.append(_gf_times(powers[-1], hash_key))
        # tag = C1 H^3 + C2 H^2 + (lengths) H + mask
        halves.append((powers[2], powers[1], _gf_times(32 * 8, hash_key) ^ mask))
    (cube1, square1, rest1), (cube2, square2, rest2) = halves
    first = 0x0123456789ABCDEF
    fixed = _gf_times(first, cube1 ^ cube2) ^ rest1 ^ rest2
    second = _gf_times(fixed, _gf_inverse(square1 ^ square2))
    tag = _gf_times(first, cube1) ^ _gf_times(second, square1) ^ rest1
    return b"".join(part.to_bytes(16, "big") for part in (first, second, tag))
