"""The threads of requests, put together from both sides of the correspondence: ours and others'."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.adapters.correspondence import Correspondence, Got, Sent, newest
from tocsin.core.requests import Said, Thread, thread_of


def own_threads(correspondence: Correspondence) -> Iterator[tuple[Sent, Thread]]:
    """Each request of ours in its newest version, with what was said to it."""
    requests = {one.body["thread_id"]: one for one in correspondence.sent("request")}
    for thread_id, one in requests.items():
        said = (
            Said(got.originator, got.time_s, got.body)
            for got in correspondence.about("response", thread_id)
        )
        yield one, thread_of(correspondence.me.id, one.addressee, one.body, said)


def others_threads(correspondence: Correspondence) -> Iterator[tuple[Got, Thread]]:
    """Each request that came to us in its newest version, with what we said to it."""
    me = correspondence.me.id
    ours = list(correspondence.sent("response"))
    requests = correspondence.received("request")
    for got in newest(requests, lambda one: (one.originator, one.body["thread_id"])):
        owner, thread_id = got.originator, got.body["thread_id"]
        said = [
            Said(me, one.accepted_at_s, one.body)
            for one in ours
            if one.body["thread_id"] == thread_id and one.addressee == owner
        ]
        yield got, thread_of(owner, me, got.body, said)
