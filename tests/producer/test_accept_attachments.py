"""Accepting files: with their report or not at all, each sent once, to governments only, within bounds."""

from dataclasses import replace

import pytest

from services.producer.accept import Submission
from services.producer.importing.run_import import Fate
from services.producer.reports import family
from tests.core.test_report_traces import ATTACHMENT
from tests.support.attachments import attachment_directory, text_file
from tests.support.incidents import incident_directory
from tests.support.publishing import Writer, read_all
from tests.support.reading import Reading
from tests.support.reports import smallest_alert
from tests.support.world import COURIER, NEIGHBOUR, ORIGINATOR
from tocsin.adapters.outbox.items import Bounds, OutboxFullError
from tocsin.adapters.outbox.status import State
from tocsin.core.attachments import MAX_ATTACHMENTS
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.ids import Algorithm, key_id
from tocsin.core.report import domain_check
from tocsin.core.signatures import approve

DIRECTORY = attachment_directory()
LONG = text_file(b"x" * 500_000)  # three parts


@pytest.fixture
def writer(tmp_path):
    return Writer(tmp_path, DIRECTORY)


def files_of(writer, reference="XX-1"):
    return writer.outbox.status.of_reference(reference)[0].attachments


def body_of(writer, reference):
    ((body,),) = writer.outbox.database.execute("SELECT body FROM items WHERE reference = ?", (reference,))
    return family("incident").versions.all[-1].decode(body)


async def arrived(writer, folder):
    """What a neighbour reads: (ids of reports, contents of files)."""
    while not writer.seal().did_nothing:
        await writer.deliver()
    reading = Reading(folder / "reader", writer.directory, rules=domain_check)
    reports = read_all(reading, writer.topics)
    held = list(reading.inbox.attachments.all())
    return reports, [reading.inbox.attachments.content(one) for one in held], held


async def test_a_file_arrives_with_its_report_in_every_region(writer, tmp_path):
    (accepted,) = writer.accept("XX-1", files=(LONG,))
    (waiting,) = files_of(writer)
    assert (6, State.ACCEPTED) == (waiting.wanted, waiting.state)  # three parts, two regions
    reports, contents, held = await arrived(writer, tmp_path)
    assert ([accepted.report_id], [LONG.content]) == (reports, contents)
    assert accepted.report_id == held[0].attachment.report_id
    (sent,) = files_of(writer)
    assert (6, State.PUBLISHED) == (sent.published, sent.state)


def test_what_was_accepted_is_there_after_a_restart(writer, tmp_path):
    writer.accept("XX-1", files=(LONG,))
    writer.close()
    assert 8 == Writer(tmp_path, DIRECTORY).outbox.items.waiting_items


@pytest.mark.parametrize("bounds", [Bounds(max_waiting_items=7), Bounds(max_waiting_bytes=900_000)])
def test_where_a_part_has_no_room_neither_it_nor_its_report_is_accepted(tmp_path, bounds):
    writer = Writer(tmp_path, DIRECTORY, bounds=bounds)
    with pytest.raises(OutboxFullError):
        writer.accept("XX-1", files=(LONG,))
    assert (0, []) == (writer.outbox.items.waiting_items, writer.outbox.status.of_reference("XX-1"))
    assert not writer.outbox.attachments.any()


def test_the_same_report_with_the_same_file_is_sent_once(writer):
    writer.accept("XX-1", files=(LONG,))
    (again,) = writer.accept("XX-1", files=(replace(LONG, name="another name.txt"),))
    assert Fate.KNOWN is again.fate
    assert 8 == writer.outbox.items.waiting_items
    assert ["notes.txt"] == [one.attachment.name for one in files_of(writer)]


def test_one_file_given_twice_is_one(writer):
    writer.accept("XX-1", files=(LONG, LONG))
    assert 1 == len(files_of(writer))


def test_a_file_that_comes_later_joins_its_report_as_an_update(writer):
    (first,) = writer.accept("XX-1")
    (refused,) = writer.accept("XX-1", files=(LONG,))
    assert (Fate.CONFLICT, False) == (refused.fate, writer.outbox.attachments.any())
    (second,) = writer.accept("XX-1", files=(LONG,), update=True)
    assert (first.report_id, 2) == (second.report_id, second.version)
    assert first.report_id == files_of(writer)[0].attachment.report_id


def test_a_report_names_each_of_its_files(writer):
    writer.accept("XX-1", files=(LONG,))
    report = body_of(writer, "XX-1")
    assert [("notes.txt", len(LONG.content))] == [
        (one["name"], one["size_bytes"]) for one in report["attachments"]
    ]


def test_a_file_that_nobody_handed_in_is_not_promised(writer):
    with pytest.raises(RefusedByRuleError, match="nobody handed in"):
        writer.accept("XX-1", attachments=[ATTACHMENT])


def test_a_known_file_goes_to_an_audience_that_did_not_have_it(writer):
    writer.accept("XX-1", files=(LONG,))
    writer.accept("XX-1", files=(LONG,), audience=f"to.{NEIGHBOUR.id.hex()}")
    assert 9 == files_of(writer)[0].wanted


async def test_files_for_one_government_go_to_its_inbox_alone(writer):
    writer.accept("XX-1", files=(LONG,), audience=f"to.{NEIGHBOUR.id.hex()}")
    writer.seal()
    await writer.deliver()
    assert [] == writer.topics.on("tocsin.blobs.v1")
    assert 3 < len(writer.topics.on(f"tocsin.inbox.gov.{NEIGHBOUR.id.hex()}.v1"))


def test_files_never_go_to_a_firm(writer):
    with pytest.raises(RefusedByRuleError, match="a firm is sent alerts"):
        writer.accept("XX-1", files=(LONG,), audience=f"to.{COURIER.id.hex()}")


def test_an_alert_takes_no_files(writer):
    now_s = writer.now_s
    alert = writer.acceptance.check("alert", smallest_alert(issued=now_s, valid_until=now_s + 60))
    submission = Submission("alert", alert, f"to.{NEIGHBOUR.id.hex()}", files=(LONG,))
    with pytest.raises(RefusedByRuleError, match="an alert takes none"):
        writer.acceptance.accept([submission])


def test_an_audience_that_may_not_be_sent_files_is_said(tmp_path):
    writer = Writer(tmp_path, incident_directory())
    with pytest.raises(RefusedByRuleError, match="--schema attachment"):
        writer.accept("XX-1", files=(LONG,))
    assert [] == writer.outbox.status.of_reference("XX-1")


def test_a_stream_that_the_directory_does_not_allow_is_said(writer):
    layout = DIRECTORY.layout
    closed = {name: one for name, one in layout.streams.items() if name != "blobs"}
    writer.directory = replace(DIRECTORY, layout=replace(layout, streams=closed))
    with pytest.raises(RefusedByRuleError, match="publish to blobs"):
        writer.accept("XX-1", files=(LONG,))


def test_without_a_directory_files_are_accepted_and_judged_when_they_are_sealed(writer):
    writer.directory = None
    writer.accept("XX-1", files=(LONG,))
    writer.directory = incident_directory()
    while not writer.seal().did_nothing:
        pass
    assert State.ACCEPTED is files_of(writer)[0].state


def test_more_files_than_a_report_takes_are_refused_with_those_that_it_has(writer):
    files = [text_file(bytes([65 + number])) for number in range(MAX_ATTACHMENTS + 1)]
    writer.accept("XX-1", files=tuple(files[:-1]))
    with pytest.raises(RefusedByRuleError, match="at most 20 files"):
        writer.accept("XX-1", files=(files[-1],))
    with pytest.raises(RefusedByRuleError, match="at most 20 files"):
        writer.accept("XX-2", files=tuple(files))


def test_more_bytes_than_a_report_takes_are_refused(writer):
    files = [text_file(bytes([65 + number]) * 7_500_000) for number in range(9)]
    with pytest.raises(RefusedByRuleError, match="at most 60000000 bytes"):
        writer.accept("XX-1", files=tuple(files))


def test_each_part_carries_the_approvals_of_its_report(writer):
    key = ORIGINATOR.release()

    def release(audience, item):
        return approve(key, key_id(Algorithm.ED25519, key.public), audience, item)

    writer.accept("XX-1", files=(LONG,), approvers=(release,))
    assert all(len(one.item.approvals) == 1 for one in writer.outbox.queue.page(100, 10_000_000))


def test_reports_that_came_later_leave_before_the_files_that_wait(writer):
    writer.accept("XX-1", files=(LONG,))
    writer.accept("XX-2")
    first, second = writer.seal(), writer.seal()
    assert (4, 6) == (first.items, second.items)
    assert State.SEALED is files_of(writer)[0].state


def test_where_reports_wait_in_vain_files_still_leave(writer):
    writer.accept("XX-1", files=(LONG,))
    layout = DIRECTORY.layout
    closed = {**layout.streams, "ion": replace(layout.streams["ion"], publish_roles=frozenset())}
    writer.directory = replace(DIRECTORY, layout=replace(layout, streams=closed))
    assert 6 == writer.seal().items


def test_a_schema_with_a_list_of_files_has_all_of_them_in_every_version(writer):
    body = {"attachments": []}
    attachments = writer.acceptance._attachments
    named = attachments.named(None, (LONG,))
    (entry,) = attachments.with_entries(body, None, named)["attachments"]
    assert ("notes.txt", 500_000) == (entry["name"], entry["size_bytes"])
    (accepted,) = writer.accept("XX-1", files=(LONG,))
    kept = attachments.with_entries(body, accepted.report_id, {})["attachments"]
    assert ["notes.txt"] == [one["name"] for one in kept]
    assert {} == attachments.with_entries({}, accepted.report_id, named)
