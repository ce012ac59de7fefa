"""Hostile inputs 19 to 22: stolen ciphertexts, insiders, other audiences, two keys for one text."""

from dataclasses import replace

import pytest

from tests.support.forging import envelope_of, resigned, signed
from tests.support.oracles import cobblestone_keys, two_key_ciphertext
from tests.support.world import ANALYST, NEIGHBOUR, NOW_S, Sender, give_keys, note, small_world
from tocsin.core import wire
from tocsin.core.ids import audience_id
from tocsin.core.key_schedule import record_key
from tocsin.core.outcomes import Outcome, Reason, Step

WORLD = small_world()


def test_h19_a_ciphertext_of_a_signed_anew_by_b_does_not_open_under_bs_generation() -> None:
    victim, thief = WORLD.sender(), Sender(NEIGHBOUR, WORLD.directory)
    reader = WORLD.reader(ANALYST)
    give_keys(victim, reader)
    give_keys(thief, reader)
    stolen = envelope_of(victim.send(note("stolen"))).ciphertext
    header = wire.encode_header(thief.header("ion", "south-america", NOW_S))
    fate = reader.read(signed(header, stolen, NEIGHBOUR.record), thief.place(), NOW_S)
    assert (Outcome.QUARANTINED, Step.OPEN, Reason.CANNOT_OPEN) == (
        fate.outcome,
        fate.step,
        fate.reason,
    )


def test_h20_a_member_who_holds_the_secret_cannot_forge_as_the_originator() -> None:
    sender, reader = WORLD.pair()
    insider = Sender(NEIGHBOUR, WORLD.directory)
    insider.generation = replace(sender.generation)
    claims = {"originator": sender.party.id, "signing_key": sender.party.key("record").id}
    forged = insider.send(note("forged"), **claims)
    fate = reader.read(forged.value, sender.place(), NOW_S)
    assert (Outcome.QUARANTINED, Step.SIGNATURE) == (fate.outcome, fate.step)


def test_h21_items_re_enveloped_for_another_audience_under_the_old_signature_are_quarantined() -> None:
    sender, reader = WORLD.pair()
    sent = sender.send(note())
    value = resigned(sent, audience=audience_id("couriers"))
    fate = reader.read(value, sent.place, NOW_S)
    assert (Outcome.QUARANTINED, Step.SIGNATURE) == (fate.outcome, fate.step)


def test_h21_another_audience_under_a_new_signature_opens_for_nobody() -> None:
    """The originator itself cannot move a ciphertext either: the header is its context."""
    sender, _reader = WORLD.pair()
    couriers, reader = WORLD.pair("couriers")
    value = resigned(sender.send(note()), sender.party.record, audience=couriers.audience)
    fate = reader.read(value, sender.place(), NOW_S)
    assert (Outcome.QUARANTINED, Step.OPEN) == (fate.outcome, fate.step)


@pytest.mark.parametrize("held", [0, 1])
def test_h22_a_ciphertext_that_opens_under_two_keys_opens_for_neither_but_the_committed(
    held: int,
) -> None:
    sender = WORLD.sender()
    header = wire.encode_header(sender.header("ion", "south-america", NOW_S))
    secrets = (sender.generation.secret, bytes(32))
    salt = bytes(24)
    derived = [
        cobblestone_keys(record_key(secret, sender.generation.id), salt, header) for secret in secrets
    ]
    (key1, nonce1, _commit1), (key2, nonce2, commit2) = derived
    salamander = two_key_ciphertext((key1, nonce1), (key2, nonce2))
    reader = WORLD.reader()
    give_keys(sender, reader)
    reader.secrets[sender.generation.id] = secrets[held]
    value = signed(header, salt + commit2 + salamander, sender.party.record)
    fate = reader.read(value, sender.place(), NOW_S)
    # Under the committed key it opens, and what it holds is no padding; under the other it does not.
    assert (Outcome.QUARANTINED, (Step.OPEN, Step.INNER)[held]) == (fate.outcome, fate.step)
