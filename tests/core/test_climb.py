"""A climb becomes a fate wherever it ends, with its log only from rung 10 on."""

from tests.support.forging import envelope_of
from tests.support.world import NOW_S, note, small_world
from tocsin.core.climb import Climb, alarm, quarantine
from tocsin.core.outcomes import AlarmKind, LogId, Outcome, Reason, RecordFate, Step

WORLD = small_world()
SENT = WORLD.sender().send(note())
LOG = LogId(SENT.header.originator, "ion", "south-america")


def _climb() -> Climb:
    return Climb(WORLD.reader(), SENT.place, NOW_S, envelope_of(SENT), SENT.header, SENT.sealed.leaf, LOG)


def test_before_rung_10_a_fate_moves_no_log() -> None:
    wanted = RecordFate(Outcome.PARKED, Step.SIGNER, Reason.UNKNOWN_KEY, SENT.header)
    assert wanted == _climb().fate(Outcome.PARKED, Step.SIGNER, Reason.UNKNOWN_KEY)


def test_after_rung_10_a_fate_carries_log_leaf_and_alarms() -> None:
    climb = _climb()
    climb.past_log = True
    climb.alarms.append(alarm(climb, AlarmKind.GAP, 3))
    fate = climb.fate(Outcome.SKIPPED, Step.TIME, Reason.EXPIRED)
    assert (LOG, SENT.sealed.leaf, 3) == (fate.log, fate.leaf, fate.alarms[0].missing)


def test_a_refusal_names_its_step_and_reason() -> None:
    stop = quarantine(Step.OPEN, Reason.CANNOT_OPEN)
    assert (Outcome.QUARANTINED, Step.OPEN, "cannot be opened") == (stop.outcome, stop.step, str(stop))
