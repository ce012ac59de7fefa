"""Trouble that people met with sharing, each by its source; what it must lead to here.

Row 34: MISP/MISP#7409, #6013, #1144: what was withdrawn stays with partners and in their searches.
Row 38: MISP/MISP#9357, MISP/misp-stix#77: a marking that the other side does not know.
Row 39: MISP/MISP#8125, MISP/misp-stix#107: a second version is refused; two things under one id.
Row 40: OpenCTI-Platform/opencti#4537, OpenCTI-Platform/connectors#7604: many items with one time are
skipped, or come for ever.
"""

from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from services.consumer.exporting import _WRITERS, FileFormat, _rendered
from services.consumer.feed import Feed
from services.consumer.http import router
from services.consumer.looking import Looked
from services.consumer.news import News
from tests.support.attachments import attachment_directory, parts, taken_back, text_file
from tests.support.incidents import INCIDENT, incident
from tests.support.reading import STORAGE_KEY, Reading
from tests.support.reports import NOW_S, smallest_report
from tests.support.tables import HEADER, imported, seizure, workbook
from tests.support.world import ORIGINATOR, Sender, codec_of, report_id
from tocsin.adapters.inbox.store import open_inbox
from tocsin.core import codes, wire
from tocsin.core.ids import schema_id
from tocsin.core.outcomes import AlarmKind, Outcome
from tocsin.core.report import check_incident, domain_check

DIRECTORY = attachment_directory()
EVERYTHING = Looked((), (), None, None, None)
ITEMS = 1_000


@pytest.fixture
def sender():
    return Sender(ORIGINATOR, DIRECTORY)


@pytest.fixture
def reading(tmp_path, sender):
    reading = Reading(tmp_path / "inbox", DIRECTORY, rules=domain_check)
    with reading.inbox.transaction():
        reading.inbox.known.keep(DIRECTORY)
    reading.take_keys(sender)
    return reading


@pytest.fixture
async def client(tmp_path, reading):
    app = FastAPI()
    feed = Feed(open_inbox(tmp_path / "inbox", STORAGE_KEY, read_only=True), News())
    app.include_router(router(feed, bool))
    headers = {"Authorization": "Bearer t"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost", headers=headers
    ) as client:
        yield client


def words(client_answer: httpx.Response) -> bool:
    """Whether a word of the withdrawn report is in an answer."""
    return "Unmistakable" in client_answer.text


@pytest.fixture
def withdrawn(reading, sender):
    """Read once; then away, while one is taken back and another comes; then read on in one poll."""
    reading.take(sender.send(incident("a", place={"country": "CO", "locality": "Unmistakable"})))
    reading.take(sender.send(incident("b")), sender.send(taken_back("a")))
    return reading


async def test_row34_what_was_withdrawn_while_we_were_away_is_in_no_answer(withdrawn, client) -> None:
    one = f"/v1/reports/{UUID(bytes=report_id('a'))}"
    answers = [await client.get(path) for path in ("/v1/reports", "/v1/reports?kind=seizure", one)]
    assert ([200] * 3, [False] * 3) == ([one.status_code for one in answers], list(map(words, answers)))
    assert ["seizure", "withdrawal"] == [row["kind"] for row in answers[0].json()["reports"]]
    assert ["withdrawal"] == [row["kind"] for row in answers[2].json()["versions"]]


@pytest.mark.parametrize("form", [FileFormat.CSV, FileFormat.XLSX, FileFormat.JSONL])
def test_row34_what_was_withdrawn_while_we_were_away_is_in_no_export(tmp_path, withdrawn, form) -> None:
    out = tmp_path / f"out.{form}"
    only = Looked((), (), None, "seizure", None)
    assert 1 == _WRITERS[form](out, _rendered(withdrawn.inbox, only))
    assert b"Unmistakable" not in out.read_bytes()


MARKINGS = {
    "TLP:RED": "RED",
    "TLP:AMBER+STRICT": "AMBER+STRICT",
    "amber": "AMBER",
    "White": "CLEAR",
    "Tlp:White": "CLEAR",
    "CLEAR": "CLEAR",
}


@pytest.mark.parametrize(("word", "code"), MARKINGS.items())
def test_row38_a_marking_is_known_as_either_version_of_the_protocol_writes_it(tmp_path, word, code) -> None:
    (body,), _ = imported(workbook(tmp_path / "a.xlsx", [HEADER, seizure(tlp=word)]))
    assert code == body["handling"]["tlp"]


@pytest.mark.parametrize("form", [FileFormat.CSV, FileFormat.XLSX])
@pytest.mark.parametrize("code", sorted(codes.tlp_markings()))
def test_row38_every_marking_comes_back_from_an_export(tmp_path, reading, sender, form, code) -> None:
    reading.take(sender.send(incident("a", national_reference="A-1", handling={"tlp": code})))
    out = tmp_path / f"out.{form}"
    _WRITERS[form](out, _rendered(reading.inbox, EVERYTHING))
    assert {code} == {body["handling"]["tlp"] for body in imported(out)[0]}


@pytest.mark.parametrize("word", ["TLP:BLUE", "PUBLIC", "AMBER STRICT?"])
def test_row38_an_unknown_marking_is_refused_at_its_cell_and_never_taken_for_a_wider_one(
    tmp_path, word
) -> None:
    bodies, outcome = imported(workbook(tmp_path / "a.xlsx", [HEADER, seizure(tlp=word)]))
    assert ([], ["I2"]) == (bodies, list(outcome.reasons.first.values()))


def test_row38_an_unknown_marking_from_elsewhere_is_quarantined_and_shown_to_nobody(
    reading, sender
) -> None:
    body = check_incident(smallest_report(), now_s=NOW_S).body
    body["handling"]["tlp"] = "BLUE"
    item = wire.Item(schema_id(INCIDENT), report_id("a"), 1, codec_of(INCIDENT).encode(body))
    reading.take(sender.send(item, incident("b")))
    assert ([report_id("b")], 1) == (reading.stored(), reading.tally.items[Outcome.QUARANTINED])


def test_row39_a_second_version_is_kept_beside_the_first_and_the_first_again_is_a_duplicate(
    reading, sender
) -> None:
    first, second = incident("a"), incident("a", version=2, place={"country": "PE"})
    for item in (first, second, first):
        reading.take(sender.send(item))
    assert [1, 2] == [one.version for one in reading.inbox.reports.versions(report_id("a"))]
    assert 1 == reading.tally.items[Outcome.DUPLICATE]


def test_row39_another_thing_under_an_id_that_is_taken_is_an_alarm_and_the_first_stays(
    reading, sender
) -> None:
    reading.take(sender.send(incident("one")))
    reading.take(sender.send(*parts(text_file(b"content"), "one", name="one"), stream="blobs"))
    assert ([report_id("one")], 1) == (reading.stored(), reading.tally.items[Outcome.QUARANTINED])
    assert [AlarmKind.OTHER_BYTES] == [one.alarm.kind for one in reading.inbox.alarms.since(0)]


async def test_row40_a_thousand_items_of_one_second_come_once_each_and_end(reading, sender, client) -> None:
    items = [incident(str(number)) for number in range(ITEMS)]
    for begin in range(0, ITEMS, 500):
        reading.take(sender.send(*items[begin : begin + 500]))
    found, cursor, pages = [], 0, 0
    while cursor is not None:
        page = (await client.get(f"/v1/reports?limit=100&after={cursor}")).json()
        found += [one["report_id"] for one in page["reports"]]
        cursor, pages = page["next"], pages + 1
        assert pages <= ITEMS // 100 + 1
    assert [str(UUID(bytes=one.report_id)) for one in items] == found
