"""Accepting: one reference is one report, rules are asked early, bounds hold, all or nothing."""

from dataclasses import replace

import pytest

from services.producer.accept import Submission
from services.producer.importing.run_import import Fate
from services.producer.reports import family
from tests.support.parties import NOW_S
from tests.support.publishing import Writer
from tests.support.reports import smallest_alert
from tests.support.world import NEIGHBOUR, ORIGINATOR
from tocsin.adapters.outbox.items import Bounds, OutboxFullError
from tocsin.core.errors import InvalidReportError, RefusedByRuleError
from tocsin.core.ids import Algorithm, is_uuid7, key_id
from tocsin.core.signatures import approve, verify_approval


@pytest.fixture
def writer(tmp_path):
    return Writer(tmp_path)


def test_an_accepted_report_is_there_after_a_restart(tmp_path):
    writer = Writer(tmp_path)
    (accepted,) = writer.accept("XX-1")
    writer.close()
    (status,) = Writer(tmp_path).outbox.status.of_reference("XX-1")
    assert (accepted.report_id, 1, "accepted") == (status.report_id, status.version, status.state)
    assert is_uuid7(status.report_id)


def test_a_report_goes_to_every_region_that_it_concerns(writer):
    writer.accept("XX-1")
    (status,) = writer.outbox.status.of_reference("XX-1")
    assert ["south-america", "western-and-central-europe"] == [one.region for one in status.destinations]


def test_the_same_reference_with_the_same_content_is_the_same_report(writer):
    (first,), (second,) = writer.accept("XX-1"), writer.accept("XX-1")
    assert (Fate.KNOWN, first.report_id, 1) == (second.fate, second.report_id, second.version)
    assert 2 == writer.outbox.items.waiting_items


def test_the_same_reference_with_other_content_is_a_conflict_and_changes_nothing(writer):
    (first,) = writer.accept("XX-1")
    (second,) = writer.accept("XX-1", kind="diversion")
    assert (Fate.CONFLICT, first.report_id) == (second.fate, second.report_id)
    assert 1 == len(writer.outbox.status.of_reference("XX-1"))


def test_an_update_is_the_next_version_of_the_same_report(writer):
    (first,) = writer.accept("XX-1")
    (second,) = writer.accept("XX-1", kind="diversion", update=True)
    assert (Fate.ACCEPTED, first.report_id, 2) == (second.fate, second.report_id, second.version)


def test_content_of_an_older_version_is_known_and_makes_no_third(writer):
    writer.accept("XX-1")
    writer.accept("XX-1", kind="diversion", update=True)
    (again,) = writer.accept("XX-1", update=True)
    assert (Fate.KNOWN, 1) == (again.fate, again.version)


def test_reports_without_a_reference_are_never_the_same(writer):
    (first,), (second,) = writer.accept(None), writer.accept(None)
    assert first.report_id != second.report_id


def test_a_known_report_may_go_to_a_further_audience(writer):
    (first,) = writer.accept("XX-1")
    (second,) = writer.accept("XX-1", audience=f"to.{NEIGHBOUR.id.hex()}")
    assert (Fate.KNOWN, first.item) == (second.fate, second.item)
    assert 3 == writer.outbox.items.waiting_items


def test_two_of_one_batch_with_one_reference_are_one_report(writer):
    first, second = writer.accept("XX-1", "XX-1")
    assert [Fate.ACCEPTED, Fate.KNOWN] == [first.fate, second.fate]


def test_an_audience_that_is_not_there_is_refused_with_the_names_that_are(writer):
    with pytest.raises(RefusedByRuleError, match="focal-points"):
        writer.accept("XX-1", audience="focal-pionts")
    assert 0 == writer.outbox.items.waiting_items


def test_h34_an_incident_to_couriers_is_refused(writer):
    with pytest.raises(RefusedByRuleError, match="may not be sent an incident"):
        writer.accept("XX-1", audience="couriers")
    assert 0 == writer.outbox.items.waiting_items


def test_a_stream_that_our_role_does_not_allow_is_refused(writer):
    layout = writer.directory.layout
    closed = {name: replace(one, publish_roles=frozenset()) for name, one in layout.streams.items()}
    writer.directory = replace(writer.directory, layout=replace(layout, streams=closed))
    with pytest.raises(RefusedByRuleError, match="does not allow us to publish to ion"):
        writer.accept("XX-1")


def test_without_a_directory_a_report_is_accepted_all_the_same(writer):
    writer.directory = None
    assert Fate.ACCEPTED is writer.accept("XX-1")[0].fate


def test_h37_missing_approvals_are_said_before_anything_is_stored(writer):
    audiences = {id_: replace(one, approvals=1) for id_, one in writer.directory.audiences.items()}
    writer.directory = replace(writer.directory, audiences=audiences)
    with pytest.raises(RefusedByRuleError, match="--approve"):
        writer.accept("XX-1")


def test_an_approval_is_for_this_item_and_audience(writer):
    key = ORIGINATOR.release()
    key_name = key_id(Algorithm.ED25519, key.public)
    release = lambda audience, item: approve(key, key_name, audience, item)  # noqa: E731
    writer.accept("XX-1", approvers=(release,))
    (waiting, _) = writer.outbox.queue.page(10, 10**6, now_s=NOW_S)
    (approval,) = waiting.item.approvals
    audience = writer.directory.audience_named("focal-points")
    verify_approval(key.public, approval, audience.id, waiting.item)


def test_a_full_outbox_refuses_and_keeps_what_it_has(tmp_path):
    writer = Writer(tmp_path, bounds=Bounds(max_waiting_items=3))
    writer.accept("XX-1")
    with pytest.raises(OutboxFullError, match="nothing was accepted"):
        writer.accept("XX-2")
    assert [[], 2] == [writer.outbox.status.of_reference("XX-2"), writer.outbox.items.waiting_items]


def test_a_full_outbox_takes_reports_again_once_something_was_sealed(tmp_path):
    writer = Writer(tmp_path, bounds=Bounds(max_waiting_items=3))
    writer.accept("XX-1")
    writer.seal()
    assert Fate.ACCEPTED is writer.accept("XX-2")[0].fate


def test_one_report_of_a_batch_that_cannot_be_stored_takes_the_batch_back(tmp_path):
    writer = Writer(tmp_path, bounds=Bounds(max_waiting_items=3))
    with pytest.raises(OutboxFullError):
        writer.accept("XX-1", "XX-2")
    assert 0 == writer.outbox.items.waiting_items


def test_a_report_is_checked_with_all_its_problems(writer):
    with pytest.raises(InvalidReportError) as caught:
        writer.acceptance.check("incident", {"kind": "seizure", "nonsense": 1})
    assert 3 < len(caught.value.problems)


def test_a_kind_that_is_not_there_is_refused(writer):
    with pytest.raises(InvalidReportError, match="known: incident, alert"):
        writer.acceptance.check("letter", {})


def test_alerts_and_incidents_do_not_share_references(writer):
    alert = smallest_alert(issued=NOW_S, valid_until=NOW_S + 86_400)
    report = writer.acceptance.check("alert", alert)
    writer.directory = None
    first = writer.acceptance.accept([Submission("alert", report)])
    second = writer.accept(report.reference)
    assert [Fate.ACCEPTED, Fate.ACCEPTED] == [first[0].fate, second[0].fate]


def test_a_report_without_a_reference_is_given_the_next_one_of_the_year(writer):
    references = [one.reference for one in writer.accept(None, None)]
    assert ["CO-CUS-2025-00001", "CO-CUS-2025-00002"] == references
    (status,) = writer.outbox.status.of_reference("CO-CUS-2025-00002")
    assert "accepted" == status.state


def test_the_reference_that_was_given_stands_in_the_report(writer):
    writer.accept(None)
    (waiting, _) = writer.outbox.queue.page(10, 10**6, now_s=NOW_S)
    body = family("incident").versions.all[0].decode(waiting.item.body)
    assert "CO-CUS-2025-00001" == body["national_reference"]


def test_a_draft_that_is_submitted_again_is_the_same_report(writer):
    draft = replace(writer.submission(None), draft="DRAFT-1")
    (first,), (second,) = writer.acceptance.accept([draft]), writer.acceptance.accept([draft])
    assert (Fate.ACCEPTED, Fate.KNOWN) == (first.fate, second.fate)
    assert (first.reference, first.report_id) == (second.reference, second.report_id)


def test_a_draft_that_was_changed_since_is_a_conflict_that_an_update_settles(writer):
    writer.acceptance.accept([replace(writer.submission(None), draft="DRAFT-1")])
    changed = replace(writer.submission(None, kind="diversion"), draft="DRAFT-1")
    (conflict,) = writer.acceptance.accept([changed])
    (update,) = writer.acceptance.accept([replace(changed, update=True)])
    assert [(Fate.CONFLICT, 1), (Fate.ACCEPTED, 2)] == [
        (one.fate, one.version) for one in (conflict, update)
    ]
    assert "CO-CUS-2025-00001" == conflict.reference == update.reference


def test_a_refused_batch_gives_no_reference(tmp_path):
    writer = Writer(tmp_path, bounds=Bounds(max_waiting_items=3))
    with pytest.raises(OutboxFullError):
        writer.accept(None, None)
    assert "CO-CUS-2025-00001" == writer.accept(None)[0].reference
