"""Letters in their JSON form, as small as they may be (None among `changes` removes a field), and houses
that write and read them.
"""

from pathlib import Path
from typing import Any

import schemas
from services.producer.accept import Submission
from services.producer.letters.letter import Outgoing, submission
from services.producer.receipts import Accepted
from tests.support.incidents import layout_target
from tests.support.parties import DAY_S, NOW_S, Party
from tests.support.publishing import MemoryTopics, Writer, read_all
from tests.support.reading import Reading
from tests.support.reports import smallest_alert
from tests.support.world import COURIER, EVERYONE, ORIGINATOR, audience_target, directory_of, targets
from tocsin.adapters.correspondence import Correspondence
from tocsin.core.directory import Directory
from tocsin.core.ids import schema_id
from tocsin.core.letters import LETTERS
from tocsin.core.report import domain_check

ALERT_ID, TIP_ID, THREAD_ID = "a1" * 16, "b2" * 16, "c3" * 16
RIVAL = Party(
    "Rival Parcels",
    roles=("courier",),
    sector="courier",
    sponsor=COURIER.sponsor,
    agreement_ends_s=COURIER.agreement_ends_s,
)
PEOPLE = (*EVERYONE, RIVAL)


def smallest_answer(**changes: Any) -> dict[str, Any]:
    answer = {
        "alert_id": ALERT_ID,
        "alert_version": 1,
        "issuer": ORIGINATOR.id.hex(),
        "code": "stopped",
        "answered_at": NOW_S,
    }
    return _without_none(answer | changes)


def smallest_tip(**changes: Any) -> dict[str, Any]:
    tip = {"tip_id": TIP_ID, "kind": "order", "noticed_at": NOW_S, "title": "An odd order"}
    return _without_none(tip | changes)


def smallest_feedback(**changes: Any) -> dict[str, Any]:
    feedback = {"about": "tip", "subject": TIP_ID, "code": "useful", "given_at": NOW_S}
    return _without_none(feedback | changes)


def smallest_request(**changes: Any) -> dict[str, Any]:
    request = {
        "thread_id": THREAD_ID,
        "kind": "information",
        "state": "open",
        "title": "Who ordered lot 7?",
        "text": "Please look it up.",
        "asked_at": NOW_S,
        "due_at": NOW_S + DAY_S,
    }
    return _without_none(request | changes)


def smallest_response(**changes: Any) -> dict[str, Any]:
    response = {"thread_id": THREAD_ID, "code": "answered", "text": "A school.", "answered_at": NOW_S}
    return _without_none(response | changes)


SMALLEST = {
    "answer": smallest_answer,
    "tip": smallest_tip,
    "feedback": smallest_feedback,
    "request": smallest_request,
    "response": smallest_response,
}


def _without_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def letters_directory(**changes: Any) -> Directory:
    """The small world with every schema of the contract; `couriers` get alerts without approval.

    `changes` replace directory targets.
    """
    files = [schemas.load(one) for one in ("reports/incident_report.avsc", "reports/alert.avsc")]
    files += [schemas.load(f"reports/{one.file}.avsc") for one in LETTERS.values()]
    audiences = [
        audience_target("focal-points", files[0], roles=["focal-point", "analyst"]),
        audience_target("couriers", files[1], sectors=["courier"]),
    ]
    known = {f"schemas/{schema_id(one).hex()}.avsc": one for one in files}
    return directory_of(targets(*PEOPLE) | {"streams": layout_target()} | known | dict(audiences) | changes)


class House:
    """One participant: an outbox, an inbox, and the topics that everybody shares."""

    def __init__(
        self, folder: Path, party: Party, topics: MemoryTopics, directory: Directory | None = None
    ) -> None:
        self.party, self.directory = party, directory or letters_directory()
        for name in ("outbox", "inbox"):
            (folder / party.name / name).mkdir(parents=True, exist_ok=True)
        self.writer = Writer(folder / party.name / "outbox", self.directory, party, topics=topics)
        self.reading = Reading(folder / party.name / "inbox", self.directory, party, domain_check)

    @property
    def correspondence(self) -> Correspondence:
        return Correspondence(self.party.id, self.directory, self.reading.inbox, self.writer.outbox)

    async def send(self, *letters: Outgoing) -> list[Accepted]:
        """Accept, seal and deliver; the receipts."""
        accepted = self.writer.acceptance.accept([submission(one) for one in letters])
        self.writer.seal()
        await self.writer.deliver()
        self.writer.clock.pass_by(1)
        return accepted

    async def publish_alert(self, **changes: Any) -> None:
        """An alert to the couriers."""
        fields = {"alert_id": ALERT_ID, "issued": NOW_S, "valid_until": NOW_S + 9 * DAY_S}
        data = smallest_alert(**fields | changes)
        checked = self.writer.acceptance.check("alert", data)
        self.writer.acceptance.accept([Submission("alert", checked, update=True)])
        self.writer.seal()
        await self.writer.deliver()

    def read(self) -> None:
        """Take all that lies on the topics, except other people's inboxes."""
        read_all(self.reading, self.writer.topics, self.writer.now_s)


class Street:
    """Everybody's house around one set of topics."""

    def __init__(self, folder: Path) -> None:
        self.topics = MemoryTopics()
        self._folder = folder
        self._houses: dict[str, House] = {}

    def __getitem__(self, party: Party) -> House:
        if party.name not in self._houses:
            self._houses[party.name] = House(self._folder, party, self.topics)
        return self._houses[party.name]
