"""The lint of an alert in its surroundings: whose telephone numbers, which firms, which report."""

from __future__ import annotations

from services.producer.alerts.room import Room
from tocsin.core.alert_lint import Finding, Surroundings, lint
from tocsin.core.proposals import Proposal
from tocsin.runtime import console

COLUMNS = ("key", "place", "characters", "excerpt", "sentence")


def doubts(count: int) -> str:
    """How many there are, in words."""
    return "1 doubt" if count == 1 else f"{count} doubts"


def findings_of(room: Room, proposal: Proposal) -> list[Finding]:
    """What people should look at again before firms see it."""
    return lint(proposal.body, _surroundings(room, proposal))


def _surroundings(room: Room, proposal: Proposal) -> Surroundings:
    people = room.directory.participants
    body = proposal.body
    ways = [body.get(way) or () for way in ("origins", "departures", "transits", "destinations")]
    countries = {country for way in ways for country in way}
    members = [
        one
        for name in proposal.audiences
        if (audience := room.directory.audience_named(name)) is not None
        for one in room.directory.members(audience.id, room.me, room.now_s)
    ]
    addressed = {people[one].country for one in members}
    ours = people[room.me].country if room.me in people else "ZZ"
    return Surroundings(
        countries=tuple(sorted(countries | addressed | {ours})),
        firms=tuple(sorted(one.name for one in people.values() if one.is_firm)),
        source=proposal.source,
    )


def print_findings(found: list[Finding], *, as_json: bool) -> None:
    """Each doubt with its place, on stdout: for the officer's own screen."""
    rows = (
        {
            "key": one.key,
            "place": one.place,
            "characters": f"{one.start + 1}-{one.end}",
            "excerpt": one.excerpt,
            "sentence": one.sentence,
        }
        for one in found
    )
    console.rows(rows, COLUMNS, as_json=as_json)
