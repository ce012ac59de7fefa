"""Hostile input 47: many seals, a fork, a state restored twice with the clock behind."""

import os
import shutil
from pathlib import Path

from tests.support.forging import envelope_of
from tests.support.publishing import Writer
from tests.support.world import NOW_S, Sender, note, small_world
from tocsin.adapters.outbox.restored import begin_anew
from tocsin.core import wire
from tocsin.core.generations import next_number
from tocsin.core.ids import leaf_of
from tocsin.core.key_schedule import record_key
from tocsin.core.log_heads import next_session
from tocsin.core.primitives import seal_bytes
from tocsin.core.sealing import seal

WORLD = small_world()
SEALS = 100_000
SALT_BYTES = 24


def test_h47_no_salt_repeats_in_100000_seals_of_one_item() -> None:
    key, context, plaintext = bytes(32), b"one header", note().body
    salts = {seal_bytes(key, context, plaintext)[:SALT_BYTES] for _ in range(SEALS)}
    assert SEALS == len(salts)


def test_h47_the_same_header_and_item_never_give_the_same_leaf() -> None:
    sender = WORLD.sender()
    header = sender.header("ion", "south-america", NOW_S)
    key = record_key(sender.generation.secret, sender.generation.id)
    leaves = {seal(header, key, sender.party.record, (note(),)).leaf for _ in range(1_000)}
    assert 1_000 == len(leaves)


def _salts_of(sender: Sender) -> bytes:
    sent = [sender.send(note()) for _ in range(20)]
    return b"".join(envelope_of(one).ciphertext[:SALT_BYTES] for one in sent)


def test_h47_after_a_fork_both_processes_draw_other_salts() -> None:
    sender = WORLD.sender()
    _salts_of(sender)
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writes, _salts_of(sender))
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads, "rb") as pipe:
        theirs = pipe.read()
    os.waitpid(child, 0)
    both = theirs + _salts_of(sender)
    salts = {both[place : place + SALT_BYTES] for place in range(0, len(both), SALT_BYTES)}
    assert 40 == len(salts)


def _restored(last_session: int, now_ms: int, random_bits: int) -> int:
    """What the producer does after it starts from a state: a new session, whatever the clock says."""
    return next_session(last_session, now_ms, random_bits)


def test_h47_a_state_restored_twice_gives_two_sessions() -> None:
    """The 20 random bits part two copies of one state that start in one millisecond."""
    last = next_session(0, NOW_S * 1_000, 5)
    first, second = _restored(last, NOW_S * 1_000 + 1, 17), _restored(last, NOW_S * 1_000 + 1, 18)
    assert len({last, first, second}) == 3


def _envelopes(writer: Writer) -> list[wire.Envelope]:
    """What waits to be sent."""
    return [wire.decode_envelope(one.value) for one in writer.outbox.records.unsent(100)]


def _place(envelope: wire.Envelope) -> tuple[str, int, int]:
    header = wire.decode_header(envelope.header)
    return header.region, header.session, header.counter


def test_h47_an_outbox_restored_twice_with_the_clock_behind_repeats_no_place_salt_leaf_or_generation(
    tmp_path: Path,
) -> None:
    (tmp_path / "made").mkdir()
    made = Writer(tmp_path / "made")
    made.accept("before")
    made.seal()
    sealed = _envelopes(made)
    made.close()
    for copy in ("once", "again"):
        writer = Writer(Path(shutil.copytree(tmp_path / "made", tmp_path / copy)))
        writer.clock.pass_by(-100)
        begin_anew(writer.outbox, writer.now_s)
        writer.accept("after")
        writer.seal()
        sealed += [one for one in _envelopes(writer) if one not in sealed]
        writer.close()
    places, salts = {_place(one) for one in sealed}, {one.ciphertext[:SALT_BYTES] for one in sealed}
    leaves = {leaf_of(one.header, one.ciphertext) for one in sealed}
    regions = {region for region, _session, _counter in places}
    assert len(sealed) == len(places) == len(salts) == len(leaves) == 3 * len(regions)
    assert 3 == len({wire.decode_header(one.header).generation for one in sealed})


def test_h47_a_clock_behind_never_brings_a_session_or_generation_back() -> None:
    session = next_session(0, NOW_S * 1_000, 5)
    generation = next_number(0, NOW_S * 1_000, 5)
    for behind_ms in (0, 1, 10**9):
        now_ms = NOW_S * 1_000 - behind_ms
        session, before = next_session(session, now_ms, 3), session
        generation, earlier = next_number(generation, now_ms, 3), generation
        assert session > before
        assert generation > earlier
