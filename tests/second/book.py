"""The directory as the second reader sees it: JSON targets, and what it asks of them."""

import base64
import hashlib
import json
from typing import Any

from tests.second import boxes
from tests.second.page import put_in


def key_id(number: int, public: bytes) -> bytes:
    return boxes.sha256(b"tocsin/1/key\0" + bytes([number]) + public)[:16]


def audience_id(name: str) -> bytes:
    return boxes.sha256(b"tocsin/1/audience\0" + name.encode())[:16]


class Book:
    """Participants, audiences, schemas and streams of one version of the directory."""

    def __init__(self, targets: dict[str, str]) -> None:
        read = {name: text for name, text in targets.items() if text is not None}
        self.streams = json.loads(read["streams"])
        self.participants: dict[bytes, dict[str, Any]] = {}
        self.audiences: dict[bytes, dict[str, Any]] = {}
        self.schemas: dict[bytes, Any] = {}
        for name, text in read.items():
            self._take(name, text)

    def _take(self, name: str, text: str) -> None:
        match name.partition("/")[0]:
            case "participants":
                entry = json.loads(text)
                self.participants[bytes.fromhex(entry["id"])] = entry
                own = {"name": f"to.{entry['id']}", "schemas": None, "max_age_s": 2_592_000}
                self.audiences[audience_id(own["name"])] = {**own, "approvals": 0}
            case "audiences":
                self.audiences[audience_id(json.loads(text)["name"])] = json.loads(text)
            case "schemas":
                self.schemas[hashlib.sha256(text.encode()).digest()] = put_in(json.loads(text), {})

    def key(self, id_: bytes) -> tuple[bytes, dict[str, Any]] | None:
        """(who has the key, its entry); a key that two claim is nobody's."""
        found = [
            (owner, key)
            for owner, entry in self.participants.items()
            for key in entry["keys"]
            if key["id"] == id_.hex()
        ]
        return found[0] if len(found) == 1 else None

    def partition(self, stream: str, region: str, originator: bytes) -> int:
        width: int = self.streams["streams"][stream]["width"]
        index: int = self.streams["regions"].index(region)
        return index * width + int.from_bytes(boxes.sha256(originator)[:4], "big") % width

    def inbox(self, participant: bytes) -> str:
        kind = "firm" if self.participants[participant]["sponsor"] else "gov"
        return f"tocsin.inbox.{kind}.{participant.hex()}.v1"

    def takes_part(self, participant: bytes, time_s: int) -> bool:
        entry = self.participants[participant]
        agreement, ended = entry["agreement"], entry.get("ended")
        if agreement is None and entry["sponsor"]:
            return False
        if agreement and time_s >= agreement["expires_at_s"]:
            return False
        if ended and time_s >= ended["at_s"]:
            return False
        pauses = entry.get("suspensions", [])
        return not any(
            one["from_s"] <= time_s and (one["until_s"] is None or time_s < one["until_s"])
            for one in pauses
        )

    def member(self, audience: dict[str, Any], who: bytes, originator: bytes, time_s: int) -> bool:
        """`or` within a list, `and` between lists, an empty list means any; never the originator."""
        if who == originator or not self.takes_part(who, time_s):
            return False
        if "rule" not in audience:
            return bool(audience["name"] == f"to.{who.hex()}")
        entry, rule = self.participants[who], audience["rule"]
        has = {
            "roles": entry["roles"],
            "regions": entry["regions"],
            "sectors": [entry["sector"]],
        }
        fits = all(not rule[name] or set(rule[name]) & set(mine) for name, mine in has.items())
        return fits and who.hex() not in rule["exclude"]


def public(key: dict[str, Any]) -> bytes:
    return base64.b64decode(key["public"])
