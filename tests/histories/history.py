"""A random history of an audience: a real publisher and real readers, and a model of a few lines.

The model says who may read what; it knows nothing of keys. Readers get what is on the topics in any
order between the topics, under directories that come late; within a partition the order is Kafka's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.support.incidents import incident_directory
from tests.support.parties import DAY_S, NOW_S, Party, seed
from tests.support.publishing import Writer
from tests.support.reading import Reading
from tests.support.world import ANALYST, NEIGHBOUR, ORIGINATOR
from tocsin.adapters.kafka.records import IncomingRecord
from tocsin.core import wire
from tocsin.core.directory import Directory
from tocsin.core.generations import Why
from tocsin.core.ids import Algorithm, audience_id, key_id
from tocsin.core.outcomes import AlarmKind
from tocsin.core.participants import read_participant
from tocsin.core.primitives import XWingPrivate
from tocsin.core.public_keys import PublicKey
from tocsin.core.standing import NO_DAY, Suspension
from tocsin.core.streams import Place

READERS = (NEIGHBOUR, ANALYST, Party("Peru", country="PE"), Party("Austria", country="AT"))
AUDIENCE = audience_id("focal-points")


def first_directory(history: str) -> Directory:
    """Everybody is in it, each with its first keys; records outlive every history."""
    everyone = [read_participant(one.target()[1]) for one in (ORIGINATOR, *READERS)]
    usual = incident_directory()
    rule = replace(usual.audiences[AUDIENCE], history=history, max_age_s=365 * DAY_S)
    entries = {one.id: one for one in everyone}
    return replace(usual, participants=entries, audiences={AUDIENCE: rule})


@dataclass
class ModelGeneration:
    """Who is given a secret, and what is sealed under it."""

    members: set[str]
    began_s: int
    items: list[bytes] = field(default_factory=list)
    ended: bool = False
    last_step: int = 0


@dataclass
class Model:
    """`readable`: what each reader must be able to open, and nothing else."""

    history: str
    generations: list[ModelGeneration] = field(default_factory=list)

    def seal(self, members: set[str], items: list[bytes], now_s: int, step: int) -> None:
        """Items leave for those who are members now, at a step of the history."""
        last = self.generations[-1] if self.generations else None
        left = last is not None and not last.members <= members
        joined = last is not None and not members <= last.members and self.history == "none"
        old = last is not None and now_s >= last.began_s + 7 * DAY_S
        if last is None or last.ended or left or joined or old:
            last = ModelGeneration(set(members), now_s)
            self.generations.append(last)
        last.members |= members
        last.items += items
        last.last_step = step

    def end(self) -> None:
        """Nothing more is sealed under the present secret."""
        if self.generations:
            self.generations[-1].ended = True

    def readable(self, name: str) -> set[bytes]:
        return {item for one in self.generations if name in one.members for item in one.items}


class History:
    """Plays operations on publisher, directory and model."""

    def __init__(self, folder: Path, history: str) -> None:
        self.folder, self.model = folder, Model(history)
        self.included = {one.name for one in READERS}
        self.agreement_ends_s: dict[str, int] = {}
        self.suspended: dict[str, int] = {}
        self.stolen: dict[bytes, int] = {}
        """KEM key -> the step after which nothing more may be wrapped to it."""
        self.step = 0
        self.kem: dict[str, list[tuple[PublicKey, XWingPrivate]]] = {
            one.name: [(one.key("kem"), one.kem)] for one in READERS
        }
        self.writer = Writer(folder / "writer", first_directory(history))
        self.waiting: list[bytes] = []
        self._number = 0

    @property
    def members(self) -> set[str]:
        """Whom the rule wants, whose agreement runs, and who is not suspended: at this moment."""
        now_s = self.writer.now_s
        ended = {name for name, end_s in self.agreement_ends_s.items() if end_s <= now_s}
        return self.included - ended - self.suspended.keys()

    def accept(self) -> None:
        """A report waits: the broker is away."""
        self._number += 1
        (accepted,) = self.writer.accept(f"r{self._number}")
        self.waiting.append(accepted.report_id)

    def publish(self) -> None:
        """A report is accepted, and all that waits leaves."""
        self.accept()
        if not self.members:
            return
        self.writer.sealer.wrap_to_new_keys(self.writer.directory, self.writer.now_s)
        self.writer.seal()
        asyncio.run(self.writer.deliver())
        self.model.seal(self.members, self.waiting, self.writer.now_s, self.step)
        self.waiting = []

    def leave(self, who: Party) -> None:
        self.included.discard(who.name)
        self._new_rule()

    def join(self, who: Party) -> None:
        self.included.add(who.name)
        self._new_rule()

    def agree(self, who: Party) -> None:
        """An agreement that ends in three days: then it leaves, and no new directory says so."""
        self.agreement_ends_s[who.name] = self.writer.now_s + 3 * DAY_S
        self._new_entry(who, agreement="MOU", agreement_ends_s=self.agreement_ends_s[who.name])

    def suspend(self, who: Party) -> None:
        begun_s = self.suspended.setdefault(who.name, self.writer.now_s)
        self._new_entry(who, suspensions=(Suspension(begun_s, NO_DAY, "inquiry"),))

    def resume(self, who: Party) -> None:
        if (begun_s := self.suspended.pop(who.name, None)) is not None:
            self._new_entry(who, suspensions=(Suspension(begun_s, self.writer.now_s, "inquiry"),))

    def rotate(self, who: Party) -> None:
        """A new KEM key beside the old one, which it keeps."""
        self._new_kem(who)

    def steal(self, who: Party) -> None:
        """All its KEM keys may be in other hands; it makes a new one."""
        held = [
            (replace(key, revoked_at_s=self.writer.now_s), private) for key, private in self.kem[who.name]
        ]
        if self.model.generations and who.name in self.model.generations[-1].members:
            self.model.end()
        self.stolen |= {key.id: self.stolen.get(key.id, self.step) for key, _private in held}
        self.kem[who.name] = held
        self._new_kem(who)

    def restore(self) -> None:
        """The publisher's state comes from a backup: what it shares begins anew."""
        with self.writer.outbox.transaction():
            self.writer.outbox.keys.end(None, Why.RESTORED)
        self.writer.sessions.renew()
        self.model.end()

    def minute_passes(self) -> None:
        """Between any two steps."""
        self.writer.clock.pass_by(60)
        self.step += 1

    def days_pass(self, days: int) -> None:
        self.writer.clock.pass_by(days * DAY_S)
        self._change(expires_at_s=self.writer.now_s + DAY_S)

    def _new_kem(self, who: Party) -> None:
        number = len(self.kem[who.name])
        private = XWingPrivate.from_seed(seed(who.name, "kem", str(number)))
        id_ = key_id(Algorithm.XWING, private.public)
        usual = who.key("kem")
        key = replace(usual, id=id_, public=private.public, not_before_s=usual.not_before_s + number)
        self.kem[who.name].append((key, private))
        directory = self.writer.directory
        entry = directory.participants[who.id]
        others = tuple(key for key in entry.keys if key.purpose != "kem")
        self._new_entry(who, keys=(*others, *(key for key, _private in self.kem[who.name])))

    def _new_entry(self, who: Party, **changes: Any) -> None:
        entries = dict(self.writer.directory.participants)
        self._change(participants=entries | {who.id: replace(entries[who.id], **changes)})

    def _new_rule(self) -> None:
        out = frozenset(one.id for one in READERS if one.name not in self.included)
        rule = replace(self.writer.directory.audiences[AUDIENCE], exclude=out)
        self._change(audiences={AUDIENCE: rule})

    def _change(self, **changes: Any) -> None:
        directory = self.writer.directory
        self.writer.directory = replace(directory, version=directory.version + 1, **changes)

    def wrapped_to(self) -> list[set[bytes]]:
        """Of each generation, the keys to which it was wrapped, as the topics show it."""
        found: dict[int, set[bytes]] = {}
        for (topic, _partition), values in self.writer.topics.values.items():
            if topic.startswith("tocsin.inbox"):
                for value in values:
                    wrap = wire.decode_wrap(value)
                    found.setdefault(wrap.generation, set()).add(wrap.recipient_key)
        return [found[number] for number in sorted(found)]

    def owners(self, keys: set[bytes]) -> set[str]:
        """The readers whose keys these are."""
        return {name for name, held in self.kem.items() for key, _private in held if key.id in keys}

    def thieves_read(self, number: int, keys: set[bytes]) -> bool:
        """Whether something was sealed under generation `number` after one of its `keys` was stolen."""
        last = self.model.generations[number].last_step
        return any(last > self.stolen[key] for key in keys & self.stolen.keys())

    def read(self, who: Party, pick: Callable[[int], int]) -> tuple[list[bytes], list[AlarmKind]]:
        """What `who` has stored when everything has come, and its alarms; `pick(n)` chooses which topic
        comes next.
        """
        folder = self.folder / who.name
        folder.mkdir()
        reading = Reading(folder, first_directory(self.model.history), who)
        reading.keys._kem_keys._keys |= {key.id: private for key, private in self.kem[who.name]}
        queues = {
            place: [IncomingRecord(*place, offset, None, value, 0) for offset, value in enumerate(values)]
            for place, values in sorted(self.writer.topics.values.items())
            if not place[0].startswith("tocsin.inbox") or place[0] == reading.inbox_topic
        }
        news = [self.writer.directory]
        now_s = self.writer.now_s
        while any(queues.values()) or news:
            places = [place for place, queue in queues.items() if queue]
            chosen = pick(len(places) + len(news))
            if chosen == len(places):
                reading.reader.directory = news.pop()
                back = reading.waking.newer_directory(now_s)
            else:
                back = reading.take(queues[places[chosen]].pop(0), now_s=now_s)
            self._go_back(queues, back)
            if not any(queues.values()) and not news:
                self._go_back(queues, reading.waking.all(now_s))
        stored = reading.stored()
        alarms = [one.alarm.kind for one in reading.inbox.alarms.since(0)]
        reading.inbox.close()
        return stored, alarms

    def _go_back(self, queues: dict[tuple[str, int], list[IncomingRecord]], back: list[Place]) -> None:
        """Read again from `back`, never forward, as `Consumption` does."""
        for place in back:
            key = (place.topic, place.partition)
            values = self.writer.topics.values[key]
            queue = queues[key]
            if place.offset < (queue[0].offset if queue else len(values)):
                queues[key] = [
                    IncomingRecord(*key, offset, None, value, 0)
                    for offset, value in enumerate(values)
                    if offset >= place.offset
                ]

    def close(self) -> None:
        self.writer.close()


def begin(folder: Path, history: str) -> History:
    """A history that begins with everybody in the audience, at NOW_S."""
    (folder / "writer").mkdir(parents=True)
    one = History(folder, history)
    assert one.writer.now_s == NOW_S
    return one
