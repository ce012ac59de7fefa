"""What was planted in a report is in nothing that leaves a focal point or lies in a firm's house; and what
firms are told of an alert's life says nothing of each other.
"""

import json
from copy import deepcopy

import pytest

from services.consumer.sinks.plans import Kind
from services.producer.alerts import following, previewing
from services.producer.alerts.linting import findings_of
from services.producer.alerts.picturing import images_wanted
from services.producer.alerts.releasing import Consent, approve
from services.producer.alerts.signing import item_of
from services.producer.alerts.sources import texts_of
from services.producer.alerts.writing_alerts import Wish, propose
from tests.support.incidents import SEIZURE
from tests.support.photographs import photograph
from tests.support.receivers import MailBox, Receiver
from tests.support.sinks import Rig
from tests.support.unit import ALERT, TEXT
from tests.support.world import COURIER, codec_of
from tocsin.core.errors import InvalidReportError
from tocsin.core.ids import own_audience

NARRATIVE = "the warehouse keeper lowered his voice when quetzal crates were mentioned at dawn"
OFFICER, CONSIGNEE, S10 = "Inspector Amaranta Oquendo", "Casimiro Valdelomar", "RB112233445CO"
PLANTED = {
    "national_reference": "XX-CUS-2026-QZ77",
    "narrative": {"government": NARRATIVE, "language": "en"},
    "parties": [{"role": "consignee", "name": CONSIGNEE}],
    "transport": {"identifiers": [{"type": "s10", "value": S10}]},
    "outcome": {"text": f"{OFFICER} took it over"},
}


def grams(text, words=3):
    """Every run of so many words, in lower case."""
    parts = text.lower().split()
    return {" ".join(parts[at : at + words]) for at in range(len(parts) - words + 1)}


SEARCHED = {
    *grams(NARRATIVE),
    *(one.lower() for one in (OFFICER, "Oquendo", CONSIGNEE, "Valdelomar", S10, "XX-CUS-2026-QZ77")),
    "quetzal",
}


def found_in(content):
    text = content.decode("utf-8", "replace").lower()
    return [one for one in SEARCHED if one in text]


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "report.json"
    path.write_text(json.dumps(deepcopy(SEIZURE) | PLANTED))
    assert set(SEARCHED) == set(found_in(path.read_bytes()))
    return str(path)


@pytest.fixture
def released(unit, report, tmp_path):
    """An alert that was written after the report, with a picture that holds its words, and released."""
    photo = tmp_path / "box.jpg"
    photo.write_bytes(photograph(comment=f"{OFFICER} {S10}".encode()) + NARRATIVE.encode())
    with unit.room() as room:
        images = images_wanted([str(photo)], none=False)
        wish = Wish(("couriers",), source=texts_of(room, report), images=images)
        one = propose(room, unit.who("dora"), TEXT, wish)
        despite = tuple(each.key for each in findings_of(room, one))
        for handle in ("ben", "carl"):
            approve(room, unit.who(handle), one.name, Consent("looked at it", despite))
    unit.hand_over()
    return one


def test_nothing_of_a_report_is_in_what_leaves_in_what_is_shown_or_in_what_is_kept(unit, released, capsys):
    seen = [previewing.shown(previewing.as_sent(released, "courier"), one) for one in previewing.FORMATS]
    with unit.room() as room:
        kept = room.desk.proposals.get(released.name)
    sent = item_of(kept, unit.directory, "couriers").body
    files = [path.read_bytes() for path in unit.home.rglob("*") if path.is_file()]
    said = "".join(capsys.readouterr())
    for content in (sent, *map(str.encode, seen), *files, said.encode()):
        assert [] == found_in(content)


async def test_nothing_of_it_is_in_a_firms_folder_webhook_mail_or_messages(released, tmp_path, capsys):
    fields = {name: one for name, one in released.body.items() if one not in (None, [])}
    with Receiver() as receiver, MailBox(tmp_path) as mailbox:
        rig = Rig(tmp_path / "firm", receiver, mailbox)
        rig.now_s = released.body["issued"]
        rig.add("alert", **fields)
        await rig.run(*Kind)
        spool = [path.read_bytes() for path in rig.spool.iterdir()]
        alerts = list(rig.spool.glob("alert-*"))
        posted = [one.body for one in receiver.posted]
        mails = [one.as_bytes() for one in mailbox.mails]
        await rig.close()
    assert [3, 1, 1] == [len(alerts), len(mails), len([one for one in posted if b"alert.active" in one])]
    said = "".join(capsys.readouterr()).encode()
    for content in (*spool, *posted, *mails, said):
        assert [] == found_in(content)


@pytest.mark.parametrize("field", ["title", "advice"])
def test_an_error_about_what_was_typed_over_does_not_repeat_it(unit, field):
    with unit.room() as room, pytest.raises(InvalidReportError) as caught:
        propose(room, unit.who("dora"), TEXT | {field: f"{CONSIGNEE} sent {S10}"}, Wish(("couriers",)))
    assert [] == found_in(str(caught.value).encode())


@pytest.mark.parametrize("value", [S10, "020-81140743", "020 8114 0743", "rb 112 233 445 co"])
def test_one_carriers_number_is_in_no_selector_of_a_sectors_alert(unit, value):
    tests = [
        {"field": "origin_country", "operator": "equals", "values": ["CO"]},
        {"field": "declared_text", "operator": "phrase", "values": [value]},
    ]
    with unit.room() as room, pytest.raises(InvalidReportError) as caught:
        propose(room, unit.who("dora"), TEXT | {"selectors": [{"tests": tests}]}, Wish(("couriers",)))
    assert {"selectors[0].tests[1].values[0]"} == {place for place, _ in caught.value.problems}


def test_a_sectors_alert_has_no_targets_at_all(unit):
    targets = [{"type": "awb", "value": "02081140743"}]
    with unit.room() as room, pytest.raises(InvalidReportError, match="to one firm alone"):
        propose(room, unit.who("dora"), TEXT | {"targets": targets}, Wish(("couriers",)))


def test_a_clearance_is_the_same_for_everybody_and_names_nobody_whom_it_goes_to(unit, released):
    with unit.room() as room:
        later, before = following.end(room, unit.who("ana"), released.alert_id, "cleared", None)
    wish = (*before.audiences, own_audience(COURIER.id))
    bodies = {item_of(later, unit.directory, name).body for name in wish}
    (body,) = bodies
    told = codec_of(ALERT).decode(body)
    assert [] == [name for name in ("targets", "selectors", "images", "cites") if told[name]]
    for name in (COURIER.name, COURIER.id.hex(), "couriers"):
        assert name.encode() not in body
    assert COURIER.id not in body
