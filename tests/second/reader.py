"""The ladder of the page, rung by rung, with all that a reader remembers in dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.second import boxes, statements
from tests.second.book import Book, audience_id, public
from tests.second.page import PREFIXES, TYPES
from tests.second.strict_avro import Refused, decode, single_object

Ending = tuple[str, int, str]
ORDER = ("accepted", "duplicate", "skipped", "parked", "quarantined")
WHOLE: Ending = ("accepted", 20, "whole")


class Ended(Exception):
    """A rung ended the climb: outcome, rung, reason."""


def end(outcome: str, rung: int, reason: str) -> Ended:
    return Ended((outcome, rung, reason))


@dataclass
class Fate:
    """What became of a value."""

    ending: Ending
    head_moves: bool = False
    alarms: list[str] = field(default_factory=list)
    items: list[Ending] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)


class SecondReader:
    """Reads for the participant `me`, whose KEM key has this seed."""

    def __init__(self, book: Book, me: bytes, kem_seed: bytes) -> None:
        self.book, self.me, self.kem_seed = book, me, kem_seed
        self.manifests: dict[bytes, dict[str, Any]] = {}
        self.secrets: dict[bytes, bytes] = {}
        self.heads: dict[tuple[Any, ...], tuple[int, int, bytes]] = {}
        self.leaves: dict[tuple[Any, ...], bytes] = {}
        self.settled: set[bytes] = set()
        self.bodies: dict[tuple[bytes, bytes, int], bytes] = {}
        self.withdrawn: set[tuple[bytes, bytes]] = set()

    def take_manifest(self, value: bytes) -> None:
        name, says, body, signature = statements.read_statement(value)
        found = self.book.key(says["signing_key"])
        if name != "Manifest" or found is None or found[0] != says["originator"]:
            raise Refused
        in_force = found[1]["not_before_s"] <= says["not_before"] <= found[1]["not_after_s"]
        if found[1]["purpose"] != "statement" or not in_force:
            raise Refused
        if not statements.verify(public(found[1]), name, body, signature):
            raise Refused
        self.manifests[boxes.layout(says)] = says

    def take_wrap(self, value: bytes) -> None:
        wrap = single_object("Wrap", value)
        of = boxes.layout(wrap)
        commitment = self.manifests[of]["commitment"]
        self.secrets[of] = statements.open_wrap(wrap, self.kem_seed, commitment)

    def read(self, value: bytes | None, topic: str, partition: int, now_s: int) -> Fate:
        """Climb with one value of a partition."""
        fate = Fate(WHOLE)
        try:
            envelope, header = self._outside(value, topic, partition)
            leaf = self._signed(envelope, header, now_s)
            self._judge_log(header, leaf, now_s, fate)
            inner = self._inside(envelope, header, now_s)
            for item in inner["items"]:
                fate.items.append(self._item(header, item, fate))
            fate.ending = min(fate.items, key=lambda one: ORDER.index(one[0]))
        except Ended as ended:
            fate.ending = ended.args[0]
        if fate.ending[1] > 10 and fate.ending[0] != "parked" and fate.ending[2] != "not for us":
            self._settle(value)
        return fate

    def _settle(self, value: bytes | None) -> None:
        """One leaf is remembered at each place of a log: the first."""
        envelope = single_object("Envelope", value or b"")
        header = decode(TYPES["Header"], envelope["header"])
        leaf = boxes.leaf(envelope["header"], envelope["ciphertext"])
        if self.leaves[*_log(header), header["session"], header["counter"]] == leaf:
            self.settled.add(leaf)

    def _outside(self, value: bytes | None, topic: str, partition: int) -> tuple[Any, Any]:
        """Rungs 1 to 5."""
        if not value:
            raise end("quarantined", 1, "no value")
        if len(value) > 262_144:
            raise end("quarantined", 1, "too large")
        try:
            envelope = single_object("Envelope", value)
        except Refused:
            if value.startswith(PREFIXES["Envelope"]):
                raise end("quarantined", 3, "malformed") from None
            raise end("quarantined", 2, "not a Tocsin record") from None
        try:
            header = decode(TYPES["Header"], envelope["header"])
        except Refused:
            header = None
        if header is None or len(envelope["header"]) > 512:
            raise end("quarantined", 4, "malformed")
        if not _within_bounds(header):
            raise end("quarantined", 4, "out of bounds")
        if (topic, partition) != self._place(header):
            raise end("quarantined", 5, "wrong place")
        return envelope, header

    def _place(self, header: dict[str, Any]) -> tuple[str, int] | None:
        stream, region = header["stream"], header["region"]
        owned = header["audience"] == audience_id(f"to.{self.me.hex()}")
        if stream == "inbox":
            return (self.book.inbox(self.me), 0) if region == "global" and owned else None
        if self.book.audiences.get(header["audience"], {}).get("name", "").startswith("to."):
            return None
        if stream not in self.book.streams["streams"] or region not in self.book.streams["regions"]:
            return None
        partition = self.book.partition(stream, region, header["originator"])
        return f"tocsin.{stream}.v1", partition

    def _signed(self, envelope: Any, header: dict[str, Any], now_s: int) -> bytes:
        """Rungs 6 to 9; the leaf."""
        found = self.book.key(header["signing_key"])
        if found is None:
            raise end("parked", 6, "key not in the directory")
        owner, key = found
        if owner != header["originator"] or key["purpose"] != "record":
            raise end("quarantined", 6, "key of another participant or purpose")
        if not key["not_before_s"] <= header["time"] <= key["not_after_s"]:
            raise end("quarantined", 6, "key not valid at that time")
        leaf = boxes.leaf(envelope["header"], envelope["ciphertext"])
        message = b"tocsin/1/record\0" + leaf
        if not boxes.verify_ed25519(public(key), envelope["signature"], message):
            raise end("quarantined", 7, "bad signature")
        if leaf in self.settled:
            expired = header["expires_at"] <= now_s
            raise end(*(("skipped", 8, "expired") if expired else ("duplicate", 8, "already known")))
        if "final" in key and not _before_final(key["final"], header):
            raise end("quarantined", 9, "retired key")
        return leaf

    def _judge_log(self, header: dict[str, Any], leaf: bytes, now_s: int, fate: Fate) -> None:
        """Rung 10."""
        log = _log(header)
        session, counter = header["session"], header["counter"]
        known = self.leaves.get((*log, session, counter))
        head = self.heads.get(log)
        if known == leaf:
            return
        alarm = _alarm(header, known, head)
        forgotten = head is not None and (session, counter) <= head[:2]
        if alarm and not (forgotten and header["expires_at"] <= now_s):
            fate.alarms.append(alarm)
        self.leaves.setdefault((*log, session, counter), leaf)
        if head is None or (session, counter) > head[:2]:
            self.heads[log], fate.head_moves = (session, counter, leaf), True

    def _inside(self, envelope: Any, header: dict[str, Any], now_s: int) -> Any:
        """Rungs 11 to 16, to the items of the record."""
        suite = header["suite"]
        if suite != 1:
            parked = 2 <= suite <= 254
            raise end(*(("parked", 11, "suite not known yet") if parked else _NO_SUITE))
        self._may_publish(header)
        audience = self._in_time(header, now_s)
        secret = self._for_us(header, audience)
        key = boxes.derived(secret, b"record", boxes.layout(header))
        try:
            padded = boxes.open_sealed(key, envelope["header"], envelope["ciphertext"])
        except Refused:
            raise end("quarantined", 15, "cannot be opened") from None
        try:
            inner = decode(TYPES["Inner"], boxes.unpad(padded))
        except Refused:
            raise end("quarantined", 16, "malformed") from None
        if not 1 <= len(inner["items"]) <= 512:
            raise end("quarantined", 16, "out of bounds")
        return inner

    def _may_publish(self, header: dict[str, Any]) -> None:
        if header["stream"] == "inbox":
            return
        roles = self.book.streams["streams"][header["stream"]]["publish_roles"]
        if not set(roles) & set(self.book.participants[header["originator"]]["roles"]):
            raise end("quarantined", 12, "role does not allow the stream")

    def _in_time(self, header: dict[str, Any], now_s: int) -> dict[str, Any]:
        if header["expires_at"] <= now_s:
            raise end("skipped", 13, "expired")
        if header["time"] > now_s + 24 * 3_600:
            raise end("quarantined", 13, "dated ahead")
        if header["time"] > now_s + 300:
            raise end("parked", 13, "dated ahead")
        audience = self.book.audiences.get(header["audience"])
        if audience is None:
            raise end("parked", 13, "audience not in the directory")
        if header["expires_at"] > header["time"] + audience["max_age_s"] + 3_600:
            raise end("quarantined", 13, "out of bounds")
        return audience

    def _for_us(self, header: dict[str, Any], audience: dict[str, Any]) -> bytes:
        if header["originator"] == self.me:
            raise end("skipped", 14, "own record")
        manifest = self.manifests.get(boxes.layout(header))
        if manifest is None:
            asked = audience, self.me, header["originator"], header["time"]
            member = self.book.member(*asked)
        else:
            member = self.me in manifest["members"]
        if not member:
            raise end("skipped", 14, "not for us")
        secret = self.secrets.get(boxes.layout(header))
        if manifest is not None and not (
            manifest["not_before"] - 300 <= header["time"] <= manifest["not_after"] + 300
        ):
            raise end("quarantined", 14, "outside its generation's time")
        if manifest is None or secret is None:
            raise end("parked", 14, "waits for a key")
        return secret

    def _item(self, header: dict[str, Any], item: dict[str, Any], fate: Fate) -> Ending:
        """Rungs 16 to 20 for one item; rung 19 knows no schema of the domain here."""
        if not _is_uuid7(item["report_id"]) or item["version"] < 1:
            return "quarantined", 16, "out of bounds"
        schema = self.book.schemas.get(item["schema"])
        if schema is None:
            return "parked", 17, "schema not in the directory"
        audience = self.book.audiences[header["audience"]]
        if audience["schemas"] is not None and item["schema"].hex() not in audience["schemas"]:
            return "quarantined", 17, "schema not allowed for the audience"
        if not self._approved(header, audience, item):
            return "quarantined", 17, "approvals missing or wrong"
        try:
            body = decode(schema, item["body"])
        except Refused:
            return "quarantined", 18, "malformed"
        return self._store(header["originator"], item, body, fate)

    def _approved(self, header: dict[str, Any], audience: dict[str, Any], item: dict[str, Any]) -> bool:
        persons = set()
        for approval in item["approvals"]:
            owner, key = self.book.key(approval["signing_key"]) or (b"", {})
            message = statements.release_message(header["audience"], item)
            in_force = key and key["not_before_s"] <= header["time"] <= key["not_after_s"]
            if owner != header["originator"] or key["purpose"] != "release" or not in_force:
                return False
            if not boxes.verify_ed25519(public(key), approval["signature"], message):
                return False
            persons.add(key["person"])
        return len(persons) >= audience["approvals"]

    def _store(self, originator: bytes, item: dict[str, Any], body: Any, fate: Fate) -> Ending:
        if (originator, item["report_id"]) in self.withdrawn:
            return "skipped", 20, "withdrawn"
        name = originator, item["report_id"], item["version"]
        digest = boxes.sha256(item["schema"] + item["body"])
        if name in self.bodies:
            if self.bodies[name] == digest:
                return "duplicate", 20, "already known"
            fate.alarms.append("other bytes under a known version")
            return "quarantined", 20, "other bytes under a known version"
        self.bodies[name] = digest
        fate.bodies.append(body)
        return WHOLE


_NO_SUITE: Ending = ("quarantined", 11, "no such suite")


def _within_bounds(header: dict[str, Any]) -> bool:
    time, ends = header["time"], header["expires_at"]
    return bool(
        0 <= header["suite"] <= 255
        and time >= 0
        and 0 <= header["generation"] <= (time + 300) * 1_000
        and 0 <= header["session"] <= (time + 300) * 1_000 * 2**20
        and header["counter"] >= 1
        and ends >= time
        and ends % 3_600 == 0
    )


def _log(header: dict[str, Any]) -> tuple[Any, ...]:
    where = header["audience"] if header["stream"] == "inbox" else header["region"]
    return header["originator"], header["stream"], where


def _alarm(header: dict[str, Any], known: bytes | None, head: Any) -> str | None:
    """The page's table of a record against the head of its log."""
    session, counter = header["session"], header["counter"]
    if known is not None:
        return "two records under one counter"
    if head is None:
        return None
    if session < head[0]:
        return "a session went back"
    if session == head[0] and counter <= head[1]:
        return "a counter went back"
    next_one = counter == (head[1] + 1 if session == head[0] else 1)
    if not next_one:
        return "records are missing"
    return None if header["previous"] == head[2] else "the chain does not join"


def _before_final(final: list[dict[str, Any]], header: dict[str, Any]) -> bool:
    ends = [
        (one["session"], one["counter"])
        for one in final
        if (one["stream"], one["region"]) == (header["stream"], header["region"])
    ]
    return bool(ends) and (header["session"], header["counter"]) <= ends[0]


def _is_uuid7(id_: bytes) -> bool:
    return id_[6] >> 4 == 7 and id_[8] >> 6 == 2
