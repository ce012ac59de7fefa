"""What was written and what came, side by side."""

import pytest

from services.producer.letters.letter import Outgoing
from tests.support.letters import ALERT_ID, TIP_ID, Street, smallest_answer, smallest_tip
from tests.support.world import COURIER, NEIGHBOUR, ORIGINATOR
from tocsin.adapters.correspondence import Correspondence, given_of, newest
from tocsin.core.errors import RefusedByRuleError


@pytest.fixture
def street(tmp_path):
    return Street(tmp_path)


def tip(number: str = TIP_ID, **changes) -> Outgoing:
    return Outgoing("tip", ORIGINATOR.id, number, smallest_tip(tip_id=number, **changes))


async def test_a_letter_is_found_at_both_ends(street):
    await street[COURIER].send(tip(title="Odd"))
    street[ORIGINATOR].read()
    (sent,) = street[COURIER].correspondence.sent("tip")
    (got,) = street[ORIGINATOR].correspondence.received("tip")
    assert (ORIGINATOR.id, "published", "Odd") == (sent.addressee, sent.state, sent.body["title"])
    assert (COURIER.id, "Odd") == (got.originator, got.body["title"])


async def test_what_was_accepted_and_not_sent_waits(street):
    writer = street[COURIER].writer
    street[COURIER].writer.topics.refusing.add(street[ORIGINATOR].reading.inbox_topic)
    await street[COURIER].send(tip())
    (sent,) = street[COURIER].correspondence.sent("tip")
    assert "waiting" == sent.state
    assert writer.outbox.records.unsent_count() == 1


async def test_a_letter_is_asked_for_by_the_beginning_of_its_id(street):
    await street[COURIER].send(tip())
    street[ORIGINATOR].read()
    assert TIP_ID == street[ORIGINATOR].correspondence.one("tip", TIP_ID[:8], "tip").body["tip_id"]


async def test_an_id_that_is_too_short_unknown_or_of_several_is_refused(street):
    await street[COURIER].send(tip("b2" * 15 + "01"), tip("b2" * 15 + "02"))
    street[ORIGINATOR].read()
    desk = street[ORIGINATOR].correspondence
    for asked, sentence in (
        ("b2", "too short"),
        ("ffffff", "no tip ffffff came"),
        ("b2" * 4, "2 ids begin"),
    ):
        with pytest.raises(RefusedByRuleError, match=sentence):
            desk.one("tip", asked, "tip")


async def test_the_newest_version_counts_in_whatever_order_they_came(street):
    await street[COURIER].send(tip(title="first"))
    await street[COURIER].send(tip(title="second"))
    street[ORIGINATOR].read()
    both = list(street[ORIGINATOR].correspondence.received("tip"))
    for order in (both, both[::-1]):
        assert ["second"] == [one.body["title"] for one in newest(order, lambda one: one.originator)]


async def test_an_answer_is_given_as_the_core_counts_it(street):
    body = smallest_answer(count=3, code="held")
    await street[COURIER].send(Outgoing("answer", ORIGINATOR.id, "x", body))
    street[ORIGINATOR].read()
    (given,) = given_of(street[ORIGINATOR].correspondence.about("answer", ALERT_ID))
    assert (COURIER.id, "held", 3, None) == (given.by, given.code, given.count, given.firms)


def test_a_home_that_never_read_or_wrote_has_nothing(street):
    empty = Correspondence(NEIGHBOUR.id, street[NEIGHBOUR].directory, None, None)
    assert ([], [], []) == (list(empty.received("tip")), list(empty.sent("tip")), empty.report(bytes(16)))


def test_who_is_not_in_the_directory_is_told_so(street):
    nobody = Correspondence(bytes(16), street[NEIGHBOUR].directory, None, None)
    assert bytes(16).hex() == nobody.name(bytes(16))
    with pytest.raises(RefusedByRuleError, match="does not name this participant"):
        _ = nobody.me


async def test_more_letters_than_a_page_are_all_found(street, monkeypatch):
    monkeypatch.setattr("tocsin.adapters.inbox.reports.InboxReports.letters.__defaults__", (0, 2))
    monkeypatch.setattr("tocsin.adapters.inbox.reports.InboxReports.about.__defaults__", (0, 2))
    monkeypatch.setattr("tocsin.adapters.outbox.sent.MAX_PAGE_ITEMS", 2)
    numbers = [f"{one:032x}" for one in range(5)]
    await street[COURIER].send(*map(tip, numbers))
    street[ORIGINATOR].read()
    desk = street[ORIGINATOR].correspondence
    assert numbers == [one.body["tip_id"] for one in desk.received("tip")]
    assert numbers == [one.body["tip_id"] for one in desk.about("tip", "0" * 31)]
    assert numbers == [one.body["tip_id"] for one in street[COURIER].correspondence.sent("tip")]
