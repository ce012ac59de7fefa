"""What is read again and judged anew: the same bytes at the same place only, each record once."""

from types import SimpleNamespace

import pytest

from services.consumer import retrying as module
from services.consumer.retrying import MENDABLE, read_again, retry_by_itself, retry_refused
from tests.support.reading import STORAGE_KEY
from tests.support.world import NOW_S
from tocsin.adapters.inbox.store import open_inbox
from tocsin.adapters.kafka.records import IncomingRecord
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.outcomes import Outcome, Reason, Step
from tocsin.core.streams import Place

PLACE = Place("tocsin.ion.v1", 0, 7)
GOOD, BAD = SimpleNamespace(outcome=Outcome.ACCEPTED), SimpleNamespace(outcome=Outcome.QUARANTINED)


class Bench:
    """A real inbox; `lying` is what a broker gives from a place on, `judged` what was judged anew."""

    def __init__(self, inbox):
        self.inbox, self.lying, self.judged, self.told = inbox, [], [], []
        self.outcome, self.items, self.gaps = Outcome.ACCEPTED, (), []
        directory = SimpleNamespace(version=8)
        reading = SimpleNamespace(
            inbox=inbox, intake=self, reader=SimpleNamespace(directory=directory), directory=directory
        )
        self.consumption = SimpleNamespace(
            access=None, reading=reading, now_s=lambda: NOW_S, time_to_judge_by=lambda: NOW_S
        )

    def retry(self, value, place, _now_s, *, past_log):
        self.judged.append((value, place.offset, past_log))
        return SimpleNamespace(outcome=self.outcome, items=self.items, reason=None)

    def refuse(self, reason=Reason.ROLE, step=Step.ROLE, place=PLACE):
        with self.inbox.transaction():
            self.inbox.quarantine.add(b"sealed", place, (step, reason), None, NOW_S)
        return self.inbox.quarantine.rows()[-1]

    def lies(self, value=b"sealed", offset=PLACE.offset):
        self.lying = [IncomingRecord(PLACE.topic, PLACE.partition, offset, None, value, NOW_S * 1_000)]

    def subscriber(self, _access, _places):
        bench = self

        class Subscriber:
            gaps = bench.gaps

            async def __aenter__(self):
                return self

            async def __aexit__(self, *_error):
                return None

            async def poll(self, _max_records):
                return bench.lying

        return Subscriber()


@pytest.fixture
def bench(tmp_path, monkeypatch):
    inbox = open_inbox(tmp_path, STORAGE_KEY)
    bench = Bench(inbox)
    monkeypatch.setattr(module, "Subscriber", bench.subscriber)
    bench.lies()
    yield bench
    inbox.close()


def test_the_service_tries_again_by_itself_at_most_a_hundred_for_what_a_directory_may_mend():
    assert (100, 10_000) == (module.MAX_RETRIES_BY_ITSELF, module.MAX_RETRIES)
    assert {Reason.ROLE, Reason.SCHEMA_NOT_ALLOWED, Reason.APPROVALS} == set(MENDABLE)


@pytest.mark.parametrize(
    ("value", "offset"), [(b"another", PLACE.offset), (None, PLACE.offset), (b"sealed", PLACE.offset + 1)]
)
async def test_other_bytes_or_another_place_are_never_judged_in_its_stead(bench, value, offset):
    bench.refuse()
    bench.lies(value, offset)
    assert 1 == await retry_refused(bench.consumption, None, bench.told.append)
    assert ([], True) == (bench.judged, bench.told[0].endswith("is no longer there"))


async def test_a_gap_or_a_silent_broker_says_that_it_is_no_longer_there(bench):
    one, bench.lying = bench.refuse(), []
    assert None is await read_again(None, one)
    bench.gaps.append("gap")
    assert None is await read_again(None, one)


PAST_LOG = [(Step.ROLE, True), (Step.LOG, False), (Step.SIGNATURE, False)]


@pytest.mark.parametrize(("step", "past_log"), PAST_LOG)
async def test_only_what_was_refused_past_the_log_is_judged_as_known_to_its_log(bench, step, past_log):
    bench.refuse(step=step)
    assert 0 == await retry_refused(bench.consumption, None, bench.told.append)
    assert [(b"sealed", 7, past_log)] == bench.judged


@pytest.mark.parametrize(
    ("outcome", "items", "refused"),
    [
        (Outcome.ACCEPTED, (GOOD,), 0),
        (Outcome.ACCEPTED, (GOOD, BAD), 1),
        (Outcome.QUARANTINED, (), 1),
    ],
)
async def test_a_record_stays_refused_where_it_or_an_item_of_it_does(bench, outcome, items, refused):
    bench.outcome, bench.items = outcome, items
    bench.refuse()
    assert refused == await retry_refused(bench.consumption, None, bench.told.append)


async def test_a_record_of_which_two_items_were_refused_is_judged_once(bench):
    for _ in range(2):
        bench.refuse()
    await retry_refused(bench.consumption, None, bench.told.append)
    await retry_by_itself(bench.consumption, bench.told.append)
    assert 2 == len(bench.judged)


async def test_one_is_named_by_its_number_and_an_unknown_number_is_refused(bench):
    one, _other = bench.refuse(), bench.refuse(place=Place("tocsin.ion.v1", 0, 9))
    await retry_refused(bench.consumption, one.id, bench.told.append)
    assert [7] == [offset for _value, offset, _past in bench.judged]
    with pytest.raises(RefusedByRuleError, match="there is no refused record 99"):
        await retry_refused(bench.consumption, 99, bench.told.append)


async def test_by_itself_it_tries_once_for_each_version_of_the_directory(bench):
    bench.refuse()
    for _ in range(2):
        await retry_by_itself(bench.consumption, bench.told.append)
    assert 1 == len(bench.judged)
