"""A courier's home whose inbox holds alerts, as if they had come; its parcels; and its commands."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path
from typing import Any

import schemas
from services.consumer.screening.screening import Asked
from tests.support.homes import LivingDirectory, write_home
from tests.support.screens import clue, selector
from tests.support.world import COURIER, ORIGINATOR
from tocsin.adapters import passphrase
from tocsin.adapters.inbox.reports import NewReport
from tocsin.adapters.inbox.store import open_inbox
from tocsin.adapters.key_files import KeyFolder
from tocsin.core.avro import Codec
from tocsin.core.ids import schema_id
from tocsin.core.primitives import sha256

NOW_S = int(time.time())
HEADER = (
    *("item_id", "awb_house", "posted_at", "sender_country", "addressee_country", "addressee_phone"),
    *("gross_g", "description", "hs"),
)


def targeted_schema() -> bytes:
    """The alert's schema, with targets."""
    schema = json.loads(schemas.load("reports/alert.avsc"))
    if all(one["name"] != "targets" for one in schema["fields"]):
        text = {"type": ["null", "string"], "default": None}
        fields = [{"name": name, **text} for name in ("type", "value")]
        items = {"type": "record", "name": "AlertTarget", "fields": fields}
        schema["fields"].append(
            {"name": "targets", "type": {"type": "array", "items": items}, "default": []}
        )
    return json.dumps(schema).encode()


SCHEMA = targeted_schema()
CODEC = Codec(SCHEMA)
EMPTY = {one["name"]: one.get("default") for one in CODEC.schema["fields"]}


GLUE = selector(
    clue("origin_country", "in", "CN", "HK"),
    clue("destination_country", "equals", "AU"),
    clue("declared_text", "phrase", "ceramic tile glue"),
    clue("gross_weight_g", "between", "500", "1500"),
)


def alert_body(name: str = "glue", **changes: Any) -> dict[str, Any]:
    """An alert in force, with every field of its schema."""
    usual = {
        "alert_id": sha256(name.encode()).hex()[:32],
        "version": 1,
        "status": "active",
        "kind": "seizure",
        "sectors": ["courier"],
        "issued": NOW_S - 3_600,
        "valid_until": NOW_S + 30 * 86_400,
        "answer_by": NOW_S + 3 * 86_400,
        "title": f"Look for {name}",
        "advice": "Do not open the parcel.",
        "action": "hold-and-ask",
        "tlp": "AMBER+STRICT",
        "tell_customer": False,
        "exercise": False,
    }
    return EMPTY | usual | changes


def parcel(**cells: str) -> dict[str, str]:
    """A parcel of daily trade under `HEADER`."""
    usual = {
        "item_id": "RA123456785DE",
        "posted_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW_S - 7_200)),
        "sender_country": "DE",
        "addressee_country": "FR",
        "gross_g": "2000",
        "description": "cotton shirt",
        "hs": "610910",
    }
    return dict.fromkeys(HEADER, "") | usual | cells


GLUE_PARCEL = parcel(
    item_id="RA000000011CN",
    sender_country="CN",
    addressee_country="AU",
    gross_g="900",
    description="Ceramic TILE-glue 2 pcs",
    hs="350610",
)


def table(*parcels: dict[str, str], separator: str = ",") -> str:
    """The parcels as a CSV table."""
    rows = [HEADER, *(one.values() for one in parcels)]
    return "".join(separator.join(row) + "\n" for row in rows)


class Firm:
    """A home in `folder`. Alerts go straight into the inbox: how they come is tested elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder / "home"
        root = LivingDirectory(folder / "repository").repository.pinned_root()
        self.passphrase_file = write_home(self.home, COURIER, root)
        keys = KeyFolder.open(self.home / "keys", passphrase.existing(self.passphrase_file))
        self.storage_key = keys.storage_key()
        with self.inbox() as inbox:
            rows = [("schema", schema_id(SCHEMA), SCHEMA), ("name", ORIGINATOR.id, b"XX")]
            with inbox.transaction():
                inbox.database.execute_many("INSERT INTO known VALUES (?, ?, ?)", rows)

    def inbox(self) -> Any:
        """The inbox, to write."""
        from contextlib import closing

        return closing(open_inbox(self.home / "inbox", self.storage_key))

    def receive(self, *bodies: dict[str, Any], originator: bytes = ORIGINATOR.id) -> None:
        """Put alerts into the inbox."""
        with self.inbox() as inbox, inbox.transaction():
            for body in bodies:
                encoded = CODEC.encode(body)
                inbox.reports.add(
                    NewReport(
                        originator,
                        bytes.fromhex(body["alert_id"]),
                        body["version"],
                        sha256(encoded),
                        schema_id(SCHEMA),
                        "alerts",
                        "global",
                        1,
                        body["kind"],
                        bool(body["exercise"]),
                        body["issued"],
                        NOW_S,
                        encoded,
                    )
                )

    def asked(self, **changes: Any) -> Asked:
        return Asked(self.home, self.passphrase_file, **changes)

    def write(self, name: str, *parcels: dict[str, str]) -> Path:
        """A file of parcels; a name that ends in .gz is packed."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        data = table(*parcels).encode()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path
