"""A courier's inbox that holds alerts, its sinks, and the receivers behind them; no Kafka."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import schemas
from services.consumer.sinks.lines import Lines, SinksAsked, mail_server
from services.consumer.sinks.plans import Kind, configured
from services.consumer.sinks.settings import SinkSettings, SmtpSettings
from tests.support.incidents import layout_target
from tests.support.parties import NOW_S
from tests.support.reading import STORAGE_KEY
from tests.support.receivers import MailBox, Receiver
from tests.support.reports import smallest_alert
from tests.support.world import (
    COURIER,
    ORIGINATOR,
    audience_target,
    codec_of,
    directory_of,
    report_id,
    targets,
)
from tocsin.adapters.inbox.reports import NewReport
from tocsin.adapters.inbox.store import open_inbox
from tocsin.adapters.inbox.withdrawals import Withdrawn
from tocsin.core.directory import TIMESTAMP_LIFETIME_S, Directory
from tocsin.core.ids import schema_id
from tocsin.core.primitives import sha256
from tocsin.core.report import check_alert

NEXT_VERSION = 99
ALERT = schemas.load("reports/alert.avsc")
KINDS = tuple(Kind)


def alert_directory() -> Directory:
    """The small world with the real schema of alerts, for couriers."""
    name, audience = audience_target("couriers", ALERT, sectors=["courier"])
    entries = {"streams": layout_target(), f"schemas/{schema_id(ALERT).hex()}.avsc": ALERT, name: audience}
    return directory_of(targets() | entries)


@dataclass
class Rig:
    """Everything behind `tocsin subscribe alerts --sink`, but for Kafka."""

    folder: Path
    receiver: Receiver
    mailbox: MailBox
    now_s: int = NOW_S
    clock_off_s: int = 0
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.inbox = open_inbox(self.folder / "inbox", STORAGE_KEY)
        self.spool = self.folder / "spool"
        self.directory = alert_directory()
        with self.inbox.transaction():
            self.inbox.known.keep(self.directory)
        self.url = f"http://127.0.0.1:{self.receiver.port}/very-secret-path"
        self._opened: list[Lines] = []

    def add(self, name: str, version: int = 1, *, stream: str = "alerts", **changes: Any) -> None:
        """An alert came: `name` tells alerts apart, `changes` are fields."""
        alert_id = sha256(name.encode()).hex()[:32]
        times = {"issued": self.now_s, "valid_until": self.now_s + 86_400}
        fields = {"alert_id": alert_id, "version": version, "title": name} | times | changes
        body = codec_of(ALERT).encode(check_alert(smallest_alert(**fields), now_s=self.now_s).body)
        with self.inbox.transaction():
            self.inbox.reports.add(
                NewReport(
                    originator=ORIGINATOR.id,
                    report_id=report_id(name),
                    version=version,
                    digest=sha256(body),
                    schema=schema_id(ALERT),
                    stream=stream,
                    region="global",
                    regions=0,
                    kind="seizure",
                    exercise=False,
                    time_s=self.now_s,
                    received_at_s=self.now_s,
                    body=body,
                )
            )

    def withdraw(self, name: str) -> None:
        """The originator took it back: as the reader keeps it."""
        with self.inbox.transaction():
            one = Withdrawn(report_id(name), ORIGINATOR.id, b"r" * 32)
            self.inbox.withdrawals.take(one, NEXT_VERSION, self.now_s)

    def target(self, kind: Kind) -> str:
        where = {Kind.SPOOL: self.spool, Kind.WEBHOOK: self.url, Kind.PING: "desk@firm.example"}
        return f"{kind}={where[kind]}"

    async def lines(self, *kinds: Kind, caught_up: bool = True, **settings: Any) -> Lines:
        """A process begins, with a sink of each kind, named like it."""
        sinks = {
            str(kind): SinkSettings(**({"to": self.target(kind), "every_minutes": 0} | settings))
            for kind in kinds
        }
        plans = configured(sinks)
        smtp = SmtpSettings(
            host="localhost",
            port=self.mailbox.port,
            sender="tocsin@firm.example",
            ca_file=self.mailbox.ca_file,
        )
        participant: Any = SimpleNamespace(
            identity=SimpleNamespace(me=COURIER.id), clock=lambda: self.now_s + self.clock_off_s
        )
        inbox = open_inbox(self.folder / "inbox", STORAGE_KEY)
        lines = Lines(participant, inbox, SinksAsked(plans, (), mail_server(smtp, plans)), self.told.append)
        lines.directory = lambda: replace(self.directory, expires_at_s=self.now_s + TIMESTAMP_LIFETIME_S)
        self._opened.append(lines)
        await lines.begin()
        if caught_up:
            lines.caught_up()
        return lines

    async def run(self, *kinds: Kind, **settings: Any) -> Lines:
        """A process begins, delivers what it can, and ends."""
        lines = await self.lines(*kinds, **settings)
        await lines.settle()
        await lines.close()
        return lines

    async def close(self) -> None:
        for lines in self._opened:
            await lines.close()

    def break_(self, kind: Kind) -> Callable[[], None]:
        """Nothing can be delivered until what is returned is called."""
        match kind:
            case Kind.SPOOL:
                away = self.spool.rename(self.folder / "away")
                return lambda: (away.rename(self.spool), None)[1]
            case Kind.WEBHOOK:
                self.receiver.answer = lambda _posted: (500, {})
                return lambda: setattr(self.receiver, "answer", lambda _posted: (204, {}))
            case Kind.PING:
                self.mailbox.refuse = "451 not now"
                return lambda: setattr(self.mailbox, "refuse", None)

    def got(self, kind: Kind) -> int:
        """How many alerts and notices but heartbeats the other side has, each try counted."""
        match kind:
            case Kind.SPOOL:
                return len([one for one in self.spool.glob("*.json") if one.name != "heartbeat.json"])
            case Kind.WEBHOOK:
                return len(self.types())
            case Kind.PING:
                texts = [mail.get_payload() for mail in self.mailbox.mails]
                return sum(int(text.split(" ", 1)[0]) for text in texts)

    def types(self) -> list[str]:
        """The types of the events that were posted, but heartbeats."""
        found = [one.json["type"] for one in self.receiver.posted]
        return [one for one in found if one != "heartbeat"]

    def titles(self) -> list[str]:
        """The titles of the alerts in the spool, by the names of their files."""
        files = sorted(self.spool.glob("*alert-*-v*.json"))
        return [json.loads(one.read_text())["data"]["report"]["title"] for one in files]
