"""Keys that load are safe, failures are ours, and the library computes what the papers say."""

import hashlib

import pytest
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ed25519, mldsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import oracles
from tocsin.core import primitives as p
from tocsin.core.errors import CannotOpenError, KeyUnusableError, UntrustedError

KEY = bytes(range(32))


@pytest.mark.parametrize("size", [0, 1, 1023, 16_383, 16_384, 16_385, 40_000])
def test_sealing_is_c2sp_chunked_encryption_with_aes_256_gcm_and_sha_512(size: int) -> None:
    plaintext = bytes(index % 251 for index in range(size))
    assert plaintext == oracles.cobblestone_open(KEY, b"context", p.seal_bytes(KEY, b"context", plaintext))


@pytest.mark.parametrize("size", [0, 1, 1023, 16_383, 16_384, 16_385, 40_000])
def test_opening_accepts_what_an_independent_implementation_sealed(size: int) -> None:
    plaintext = bytes(index % 251 for index in range(size))
    sealed = oracles.cobblestone_seal(KEY, bytes(24), b"context", plaintext)
    assert plaintext == p.open_bytes(KEY, b"context", sealed)


def test_sealing_adds_72_bytes_to_one_chunk() -> None:
    assert p.COBBLESTONE_MIN_BYTES == len(p.seal_bytes(KEY, b"", b""))


@settings(max_examples=100)
@given(st.data())
def test_a_changed_ciphertext_never_opens(data: st.DataObject) -> None:
    sealed = bytearray(p.seal_bytes(KEY, b"c", b"plaintext"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CannotOpenError):
        p.open_bytes(KEY, b"c", bytes(sealed))


@pytest.mark.parametrize("size", [0, 1, 55, 56, 71])
def test_a_ciphertext_that_is_too_short_does_not_open(size: int) -> None:
    with pytest.raises(CannotOpenError):
        p.open_bytes(KEY, b"c", bytes(size))


def test_a_ciphertext_cut_at_a_chunk_does_not_open() -> None:
    sealed = p.seal_bytes(KEY, b"c", bytes(40_000))
    with pytest.raises(CannotOpenError):
        p.open_bytes(KEY, b"c", sealed[: 56 + 16_384 + 16])


def test_another_context_does_not_open() -> None:
    with pytest.raises(CannotOpenError):
        p.open_bytes(KEY, b"d", p.seal_bytes(KEY, b"c", b"plaintext"))


def test_the_two_key_ciphertext_of_the_tests_does_open_under_both_keys() -> None:
    one, two = (bytes(32), bytes(12)), (KEY, b"nonce nonce!")
    forged = oracles.two_key_ciphertext(one, two)
    assert 2 == len({AESGCM(key).decrypt(nonce, forged, None) for key, nonce in (one, two)})


def test_wraps_are_hpke_base_with_x_wing() -> None:
    sealed = p.seal_to_xwing(p.XWingPrivate.from_seed(KEY).public, b"info", b"s" * 32)
    assert b"s" * 32 == oracles.xwing_open(KEY, b"info", sealed)


def test_a_wrap_of_32_bytes_has_1168() -> None:
    sealed = p.seal_to_xwing(p.XWingPrivate.from_seed(KEY).public, b"info", b"s" * 32)
    assert p.WRAP_BYTES == len(sealed)


def test_a_wrap_opens_under_its_own_key_and_info() -> None:
    mine = p.XWingPrivate.generate()
    assert b"s" * 32 == mine.open(p.seal_to_xwing(mine.public, b"i", b"s" * 32), b"i")


def test_the_independent_hpke_refuses_another_info() -> None:
    sealed = p.seal_to_xwing(p.XWingPrivate.from_seed(KEY).public, b"info", b"s" * 32)
    with pytest.raises(InvalidTag):
        oracles.xwing_open(KEY, b"other", sealed)


@pytest.mark.parametrize("sealed", [b"", bytes(1168), b"\xff" * 1168])
def test_what_was_not_wrapped_for_us_does_not_open(sealed: bytes) -> None:
    with pytest.raises(CannotOpenError):
        p.XWingPrivate.from_seed(KEY).open(sealed, b"i")


@pytest.mark.parametrize("seed", [b"", bytes(31), bytes(33)])
def test_an_x_wing_seed_has_32_bytes(seed: bytes) -> None:
    with pytest.raises(KeyUnusableError):
        p.XWingPrivate.from_seed(seed)


def test_hkdf_expand_is_rfc_5869() -> None:
    assert oracles.hkdf_expand("sha512", KEY, b"info", 32) == p.expand_sha512(KEY, b"info")


def test_there_are_fourteen_encodings_of_small_order() -> None:
    assert 14 == len(oracles.small_order_encodings())


@pytest.mark.parametrize("public", oracles.small_order_encodings(), ids=lambda one: one.hex()[:8])
def test_no_ed25519_key_of_small_order_is_taken(public: bytes) -> None:
    with pytest.raises(UntrustedError):
        p.check_ed25519_public(public)


def _off_the_curve() -> int:
    return next(
        y
        for y in range(2, 100)
        if pow((y * y - 1) * pow(oracles.D * y * y + 1, -1, oracles.P), (oracles.P - 1) // 2, oracles.P)
        != 1
    )


@pytest.mark.parametrize(
    "public",
    [
        b"",
        bytes(31),
        bytes(33),
        (oracles.P + 2).to_bytes(32, "little"),
        _off_the_curve().to_bytes(32, "little"),
    ],
    ids=["empty", "short", "long", "not canonical", "off the curve"],
)
def test_no_ed25519_key_that_is_not_a_canonical_point_is_taken(public: bytes) -> None:
    with pytest.raises(UntrustedError):
        p.check_ed25519_public(public)


def test_an_honest_ed25519_key_is_taken() -> None:
    p.check_ed25519_public(p.Ed25519Private.generate().public)


def test_the_library_alone_would_verify_a_forgery_under_the_identity() -> None:
    identity = (1).to_bytes(32, "little")
    forged = identity + bytes(32)
    ed25519.Ed25519PublicKey.from_public_bytes(identity).verify(forged, b"anything")


def test_there_are_seven_x25519_encodings_of_low_order() -> None:
    assert 7 == len(oracles.low_order_x25519())


@pytest.mark.parametrize("low", oracles.low_order_x25519(), ids=lambda one: one.hex()[:8])
def test_no_x_wing_key_with_an_x25519_half_of_low_order_is_taken(low: bytes) -> None:
    honest = p.XWingPrivate.from_seed(KEY).public
    with pytest.raises(UntrustedError):
        p.check_xwing_public(honest[: p.MLKEM_PUBLIC_BYTES] + low)


@pytest.mark.parametrize("low", oracles.low_order_x25519(), ids=lambda one: one.hex()[:8])
def test_nothing_is_sealed_to_an_x25519_half_of_low_order(low: bytes) -> None:
    honest = p.XWingPrivate.from_seed(KEY).public
    with pytest.raises(UntrustedError):
        p.seal_to_xwing(honest[: p.MLKEM_PUBLIC_BYTES] + low, b"i", b"s")


@pytest.mark.parametrize("public", [bytes(1215), bytes(1217), b"\xff" * 1216])
def test_no_x_wing_key_of_another_length_or_bad_encoding_is_taken(public: bytes) -> None:
    with pytest.raises(UntrustedError):
        p.check_xwing_public(public)


def test_an_honest_x_wing_key_is_taken() -> None:
    p.check_xwing_public(p.XWingPrivate.generate().public)


def test_a_composite_key_has_1984_bytes() -> None:
    with pytest.raises(UntrustedError):
        p.check_composite_public(bytes(1983))


def test_a_composite_key_with_a_small_order_half_is_not_taken() -> None:
    honest = p.CompositePrivate.generate().public
    with pytest.raises(UntrustedError):
        p.check_composite_public(honest[: p.MLDSA_PUBLIC_BYTES] + (1).to_bytes(32, "little"))


def test_an_honest_composite_key_is_taken() -> None:
    p.check_composite_public(p.CompositePrivate.generate().public)


def test_an_ed25519_signature_holds_for_its_message_alone() -> None:
    mine = p.Ed25519Private.generate()
    p.verify_ed25519(mine.public, mine.sign(b"m"), b"m")
    with pytest.raises(UntrustedError):
        p.verify_ed25519(mine.public, mine.sign(b"m"), b"n")


def test_a_signature_whose_s_is_not_reduced_does_not_hold() -> None:
    mine = p.Ed25519Private.generate()
    good = mine.sign(b"m")
    larger = int.from_bytes(good[32:], "little") + oracles.L
    with pytest.raises(UntrustedError):
        p.verify_ed25519(mine.public, good[:32] + larger.to_bytes(32, "little"), b"m")


@pytest.mark.parametrize("size", [0, 63, 65])
def test_a_signature_of_another_length_does_not_hold(size: int) -> None:
    with pytest.raises(UntrustedError):
        p.verify_ed25519(p.Ed25519Private.generate().public, bytes(size), b"m")


COMPOSITE = p.CompositePrivate.from_seeds(KEY, KEY[::-1])


def _composed(context: bytes, message: bytes) -> bytes:
    """The draft's message M', put together here a second time."""
    label = b"COMPSIG-MLDSA65-Ed25519-SHA512"
    head = b"CompositeAlgorithmSignatures2025" + label + bytes([len(context)]) + context
    return head + hashlib.sha512(message).digest()


def test_the_ml_dsa_half_signs_the_drafts_message_under_the_drafts_label() -> None:
    signature = COMPOSITE.sign(b"ctx", b"m")
    key = mldsa.MLDSA65PublicKey.from_public_bytes(COMPOSITE.public[:1952])
    key.verify(signature[:3309], _composed(b"ctx", b"m"), context=b"COMPSIG-MLDSA65-Ed25519-SHA512")


def test_the_ed25519_half_signs_the_same_message() -> None:
    signature = COMPOSITE.sign(b"ctx", b"m")
    key = ed25519.Ed25519PublicKey.from_public_bytes(COMPOSITE.public[1952:])
    key.verify(signature[3309:], _composed(b"ctx", b"m"))


def test_a_composite_signature_holds() -> None:
    p.verify_composite(COMPOSITE.public, COMPOSITE.sign(b"ctx", b"m"), b"ctx", b"m")


GOOD = COMPOSITE.sign(b"ctx", b"m")
OTHER = COMPOSITE.sign(b"ctx", b"other")


@pytest.mark.parametrize(
    ("signature", "context", "message"),
    [
        (GOOD, b"other", b"m"),
        (GOOD, b"ctx", b"other"),
        (GOOD[:3309] + OTHER[3309:], b"ctx", b"m"),
        (OTHER[:3309] + GOOD[3309:], b"ctx", b"m"),
        (GOOD[:3309], b"ctx", b"m"),
        (GOOD[3309:], b"ctx", b"m"),
        (GOOD[3309:] + GOOD[:3309], b"ctx", b"m"),
    ],
    ids=["context", "message", "Ed25519 half", "ML-DSA half", "no Ed25519", "no ML-DSA", "swapped"],
)
def test_a_composite_signature_holds_only_whole(signature: bytes, context: bytes, message: bytes) -> None:
    with pytest.raises(UntrustedError):
        p.verify_composite(COMPOSITE.public, signature, context, message)


def test_private_keys_have_their_length() -> None:
    with pytest.raises(KeyUnusableError):
        p.Ed25519Private.from_raw(bytes(31))
    with pytest.raises(KeyUnusableError):
        p.CompositePrivate.from_seeds(bytes(31), bytes(32))
    with pytest.raises(KeyUnusableError):
        p.CompositePrivate.from_seeds(bytes(32), bytes(33))


def test_the_representation_of_a_private_key_shows_its_public_half_alone() -> None:
    keys = (p.Ed25519Private.from_raw(KEY), COMPOSITE, p.XWingPrivate.from_seed(KEY))
    for key in keys:
        assert f"{type(key).__name__}({key.public.hex()[:8]}…)" == repr(key)


def test_the_parts_of_a_private_key_are_the_librarys_own() -> None:
    assert KEY == p.Ed25519Private.from_raw(KEY).parts()[0].private_bytes_raw()
    ed, dsa = COMPOSITE.parts()
    assert (KEY[::-1], KEY) == (ed.private_bytes_raw(), dsa.private_bytes_raw())
    assert 2 == len(p.XWingPrivate.from_seed(KEY).parts())


def test_random_bytes_have_the_length_asked_for_and_differ() -> None:
    assert 32 == len(p.random_bytes(32))
    assert p.random_bytes(32) != p.random_bytes(32)


def test_the_self_test_passes_here() -> None:
    p.self_test()


@pytest.mark.parametrize(
    ("owner", "name"),
    [(p, "seal_bytes"), (p.CompositePrivate, "generate"), (p.XWingPrivate, "generate")],
    ids=["Cobblestone", "ML-DSA", "ML-KEM"],
)
def test_h45_the_self_test_names_a_library_without_an_algorithm(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str
) -> None:
    def absent(*_args: object) -> bytes:
        raise UnsupportedAlgorithm("this library has no such thing")

    monkeypatch.setattr(owner, name, absent)
    with pytest.raises(KeyUnusableError, match="fails its self-test: this library has no such thing"):
        p.self_test()


def test_the_self_test_notices_what_does_not_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_args: object) -> bytes:
        raise CannotOpenError

    monkeypatch.setattr(p, "open_bytes", fails)
    with pytest.raises(KeyUnusableError, match="fails its self-test"):
        p.self_test()


def test_the_self_test_notices_a_wrong_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(p, "open_bytes", lambda *_args: b"wrong")
    with pytest.raises(KeyUnusableError, match="wrong result"):
        p.self_test()
