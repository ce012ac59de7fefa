"""The service takes in what people released, and holds nobody's key; an export is noted first."""

import json

import pytest

from services.consumer.exporting import FileFormat, export_reports
from services.consumer.looking import Looked
from services.producer.accept import Acceptance
from services.producer.alerts.releasing import Consent, approve
from services.producer.alerts.serving import Releases
from services.producer.alerts.writing_alerts import Wish, propose
from services.producer.clocks import Clocks
from services.producer.issuing import issuer_of
from services.producer.participant import refuse_where_people_release
from tests.support.unit import TEXT
from tests.support.world import ORIGINATOR
from tocsin.adapters.inbox.store import open_inbox
from tocsin.core.errors import RefusedByRuleError, StorageError, UntrustedError


class Source:
    """A directory source that holds what the unit's directory says."""

    trouble = None

    def __init__(self, unit):
        self.directory = unit.directory


@pytest.fixture
def serving(unit):
    with unit.participant.outbox() as outbox:
        issuer = issuer_of(unit.participant.home)
        acceptance = Acceptance(outbox, ORIGINATOR.id, Clocks(), lambda: unit.directory, issuer)
        yield Releases(unit.participant, outbox, acceptance, Source(unit)), outbox


def released(unit):
    with unit.room() as room:
        one = propose(room, unit.who("ana"), TEXT, Wish(("couriers",)))
        approve(room, unit.who("ben"), one.name, Consent("checked"))


def test_what_was_released_while_the_service_ran_enters_its_outbox_once(unit, serving):
    releases, outbox = serving
    assert not releases.take()
    released(unit)
    assert releases.take()
    assert not releases.take()
    assert 1 == outbox.items.waiting_items


def test_while_somebody_works_at_the_desk_the_service_looks_again_later(unit, serving):
    releases, _ = serving
    released(unit)
    with unit.room():
        assert not releases.take()
    assert releases.take()


def test_upon_a_log_that_was_cut_the_service_publishes_no_release(unit, serving):
    releases, outbox = serving
    released(unit)
    log = unit.home / "desk" / "audit.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    assert [False, False] == [releases.take(), releases.take()]
    assert [0] == [len(outbox.status.of_reference(one)) for one in ("x",)]


def test_without_a_directory_nothing_is_taken(unit, serving):
    releases, _ = serving
    releases._source.directory = None
    released(unit)
    assert not releases.take()


def test_where_people_release_no_home_releases_alone(unit):
    with pytest.raises(RefusedByRuleError, match="people release here"):
        refuse_where_people_release(unit.participant)


def deeds(unit):
    log = unit.home / "desk" / "audit.jsonl"
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_an_export_is_noted_without_what_it_held(unit, tmp_path):
    open_inbox(unit.home / "inbox", unit.participant.storage_key).close()
    everything = Looked((), (), None, None, None)
    export_reports(unit.home, unit.passphrase, everything, FileFormat.JSONL, tmp_path / "out.jsonl")
    assert ("home", "exported", "reports as jsonl") == tuple(
        deeds(unit)[-1][name] for name in ("who", "did", "what")
    )


def test_an_export_that_cannot_be_noted_is_not_written(unit, tmp_path):
    log = unit.home / "desk" / "audit.jsonl"
    log.write_bytes(b"")
    everything = Looked((), (), None, None, None)
    with pytest.raises((UntrustedError, StorageError)):
        export_reports(unit.home, unit.passphrase, everything, FileFormat.JSONL, tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()
