"""A thread is put together from both sides; it belongs to who asked."""

import pytest

from services.producer.letters.letter import Outgoing
from tests.support.letters import THREAD_ID, Street, smallest_request, smallest_response
from tests.support.world import ANALYST, NEIGHBOUR, ORIGINATOR
from tocsin.adapters.threads import others_threads, own_threads


@pytest.fixture
def street(tmp_path):
    return Street(tmp_path)


def request(to, **changes) -> Outgoing:
    return Outgoing("request", to.id, THREAD_ID, smallest_request(**changes))


def response(to, **changes) -> Outgoing:
    return Outgoing("response", to.id, f"{to.name}-{THREAD_ID}", smallest_response(**changes))


async def test_both_sides_see_one_thread(street):
    await street[ORIGINATOR].send(request(NEIGHBOUR))
    street[NEIGHBOUR].read()
    await street[NEIGHBOUR].send(response(ORIGINATOR))
    street[ORIGINATOR].read()
    ((_, ours),) = own_threads(street[ORIGINATOR].correspondence)
    ((_, theirs),) = others_threads(street[NEIGHBOUR].correspondence)
    for thread in (ours, theirs):
        assert (ORIGINATOR.id, NEIGHBOUR.id) == (thread.owner, thread.addressee)
        assert ["A school."] == [one.body["text"] for one in thread.responses]


async def test_each_response_is_kept_also_where_one_follows_another(street):
    await street[ORIGINATOR].send(request(NEIGHBOUR))
    for code in ("interim", "answered"):
        await street[NEIGHBOUR].send(response(ORIGINATOR, code=code))
    street[ORIGINATOR].read()
    ((_, ours),) = own_threads(street[ORIGINATOR].correspondence)
    assert ["interim", "answered"] == [one.body["code"] for one in ours.responses]


async def test_the_newest_version_of_a_request_is_the_thread(street):
    await street[ORIGINATOR].send(request(NEIGHBOUR))
    await street[ORIGINATOR].send(request(NEIGHBOUR, state="closed", ending="answered"))
    street[NEIGHBOUR].read()
    ((_, thread),) = others_threads(street[NEIGHBOUR].correspondence)
    assert "closed" == thread.body["state"]


async def test_what_another_writes_under_the_same_thread_is_another_thread(street):
    """ANALYST closes, in its own name, what ORIGINATOR asked."""
    await street[ORIGINATOR].send(request(NEIGHBOUR))
    await street[ANALYST].send(request(NEIGHBOUR, state="closed", ending="answered"))
    street[NEIGHBOUR].read()
    states = {
        thread.owner: thread.body["state"] for _, thread in others_threads(street[NEIGHBOUR].correspondence)
    }
    assert {ORIGINATOR.id: "open", ANALYST.id: "closed"} == states


async def test_who_was_not_asked_answers_nothing(street):
    await street[ORIGINATOR].send(request(NEIGHBOUR))
    await street[ANALYST].send(response(ORIGINATOR))
    street[ORIGINATOR].read()
    ((_, thread),) = own_threads(street[ORIGINATOR].correspondence)
    assert ((), 1) == (thread.responses, thread.strangers)
