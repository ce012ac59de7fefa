"""A simulator of the directory's repository under attack: what a broker, or a thief of keys, can show.

After the TUF project's conformance suite: each attack is a set of files in place of the good ones, for a
reader that has taken state 2 of `Simulator` (state 1 came before it, state 3 is what the authority signs
next). A broker has no key; a thief of the authority's machine has those of timestamp and snapshot.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tuf.api.metadata import DelegatedRole, Delegations, MetaFile

from tests.support.authority import new_repository, role_key
from tests.support.parties import DAY_S, NOW_S, Party
from tocsin.adapters import tuf_signing as signing
from tocsin.adapters.tuf_entries import stored_name
from tocsin.core.primitives import sha256

BRAZIL = Party("Brazil", country="BR")
CHILE = Party("Chile", country="CL")
TIMESTAMP = "timestamp.json"
Files = dict[str, bytes]


class Simulator:
    """Three states of one authority: `files(1)`, `files(2)`, `files(3)`, and a stranger's."""

    def __init__(self, folder: Path) -> None:
        self.repository = new_repository(folder / "authority")
        self._states = [self.repository.files()]
        for number, party in enumerate((BRAZIL, CHILE), 1):
            self.repository.put_targets(dict([party.target()]), NOW_S + number)
            self._states.append(self.repository.files())
        self.stranger = new_repository(folder / "stranger", BRAZIL, authority="stranger")
        self.stranger.roots.renew(NOW_S)
        for _ in range(2):
            self.stranger.put_targets({}, NOW_S)
        self._renewed = new_repository(folder / "renewed")
        for _ in range(2):
            self._renewed.roots.renew(NOW_S)

    def files(self, state: int) -> Files:
        """What the topic holds of a state: of versions only its own, as if compacted and cleaned."""
        return dict(self._states[state - 1])

    def all_files(self) -> Files:
        """The files of all states, with the timestamp of the last."""
        return self.files(1) | self.files(2) | self.files(3)

    def root(self, version: int) -> bytes:
        """A root of the authority's that follows the first: 2, 3."""
        return self._renewed.root(version)


@dataclass(frozen=True)
class Attack:
    """What is shown instead, and the words of the alarm. `now_s`: the reader's clock. `stolen`: with keys
    of the authority's machine, so that it must sign over what the thief signed.
    """

    shown: Callable[[Simulator], Mapping[str, bytes]]
    words: str
    now_s: int = NOW_S + 60
    stolen: bool = False

    def next_good(self, sim: Simulator) -> Files:
        """What the authority shows afterwards."""
        if not self.stolen:
            return sim.files(3)
        return sim.files(3) | {"10.snapshot.json": _snapshot(10, 3), TIMESTAMP: _timestamp(10, 10)}


def delegating(sim: Simulator, thief: Party) -> Files:
    """State 4, in which the authority delegates another path than entries' to a stranger, whose list names
    an entry of a participant all the same.
    """
    strange, entry = role_key("targets", "stranger"), dict([thief.target()])
    keys = {key.keyid: key for key in signing.tuf_keys(strange)}
    role = DelegatedRole("elsewhere", list(keys), len(keys), terminating=False, paths=["elsewhere/*"])
    listed = sim.repository.next_list({}, NOW_S + 3)
    listed.delegations = Delegations(keys, {"elsewhere": role})
    below = signing.new_targets(
        1, {name: signing.target_file(name, one) for name, one in entry.items()}, NOW_S
    )
    snapshot = signing.new_snapshot(4, 4, NOW_S)
    snapshot.meta["elsewhere.json"] = MetaFile(version=1)
    return (
        sim.all_files()
        | {stored_name(name, sha256(one).hex()): one for name, one in entry.items()}
        | {
            "1.elsewhere.json": signing.sign(below, strange),
            "4.targets.json": signing.sign(listed, role_key("targets")),
            "4.snapshot.json": signing.sign(snapshot, role_key("snapshot")),
            TIMESTAMP: _timestamp(4, 4),
        }
    )


def _timestamp(version: int, snapshot: int) -> bytes:
    return signing.sign(signing.new_timestamp(version, snapshot, NOW_S), role_key("timestamp"))


def _snapshot(version: int, targets: int, now_s: int = NOW_S) -> bytes:
    return signing.sign(signing.new_snapshot(version, targets, now_s), role_key("snapshot"))


def _unsigned(data: bytes, keep: int, times: int = 1) -> bytes:
    """The metadata with the first `keep` of its signatures, each `times` times."""
    record = json.loads(data)
    record["signatures"] = record["signatures"][:keep] * times
    return json.dumps(record).encode()


def _without(files: Files, beginning: str) -> Files:
    return {name: data for name, data in files.items() if not name.startswith(beginning)}


def _entry(files: Files, party: Party) -> str:
    return next(name for name in files if party.id.hex() in name)


def _in_entry(change: Callable[[bytes], bytes]) -> Callable[[Simulator], Files]:
    def shown(sim: Simulator) -> Files:
        files = sim.files(3)
        name = _entry(files, CHILE)
        return files | {name: change(files[name])}

    return shown


ATTACKS = {
    "a timestamp of before": Attack(lambda sim: sim.files(1), "timestamp"),
    "a snapshot of before under a new timestamp": Attack(
        lambda sim: sim.all_files() | {TIMESTAMP: _timestamp(9, 1)}, "[Ss]napshot", stolen=True
    ),
    "a list of before under a new snapshot": Attack(
        lambda sim: sim.all_files() | {"9.snapshot.json": _snapshot(9, 1), TIMESTAMP: _timestamp(9, 9)},
        "targets",
        stolen=True,
    ),
    "the new timestamp over the snapshot of before": Attack(
        lambda sim: sim.files(3) | {"3.snapshot.json": sim.files(2)["2.snapshot.json"]}, "snapshot"
    ),
    "the new snapshot over the list of before": Attack(
        lambda sim: sim.files(3) | {"3.targets.json": sim.files(2)["2.targets.json"]}, "targets"
    ),
    "a freeze": Attack(lambda sim: sim.files(2), "expired", NOW_S + DAY_S + 2),
    "a timestamp without a signature": Attack(
        lambda sim: sim.files(3) | {TIMESTAMP: _unsigned(sim.files(3)[TIMESTAMP], 0)}, "signed by 0/1 keys"
    ),
    "a snapshot without a signature": Attack(
        lambda sim: sim.files(3) | {"3.snapshot.json": _unsigned(sim.files(3)["3.snapshot.json"], 0)},
        "signed by 0/1 keys",
    ),
    "a list with one signature of two": Attack(
        lambda sim: sim.files(3) | {"3.targets.json": _unsigned(sim.files(3)["3.targets.json"], 1)},
        "signed by 1/2 keys",
    ),
    "a list with one signature twice": Attack(
        lambda sim: sim.files(3) | {"3.targets.json": _unsigned(sim.files(3)["3.targets.json"], 1, 2)},
        "[Mm]ultiple signatures|deserialize",
    ),
    "a stranger's timestamp": Attack(
        lambda sim: sim.files(3) | {TIMESTAMP: sim.stranger.files()[TIMESTAMP]}, "signed by 0/1 keys"
    ),
    "a stranger's list": Attack(
        lambda sim: (
            sim.files(3) | {"3.targets.json": (sim.stranger.folder / "3.targets.json").read_bytes()}
        ),
        "signed by 0/2 keys",
    ),
    "a forged entry": Attack(_in_entry(lambda data: data.replace(b"Chile", b"Chili")), "hash"),
    "a longer entry": Attack(_in_entry(lambda data: data + b" "), "[Ll]ength|bytes"),
    "a shorter entry": Attack(_in_entry(lambda data: data[:-1]), "[Ll]ength"),
    "an endless entry": Attack(_in_entry(lambda data: data + bytes(4_000_000)), "[Ll]ength|bytes"),
    "an empty entry": Attack(_in_entry(lambda _data: b""), "[Ll]ength"),
    "no entry": Attack(lambda sim: _without(sim.files(3), _entry(sim.files(3), CHILE)), "not on the topic"),
    "no snapshot": Attack(lambda sim: _without(sim.files(3), "3.snapshot"), "not on the topic"),
    "no list": Attack(lambda sim: _without(sim.files(3), "3.targets"), "not on the topic"),
    "no timestamp": Attack(lambda sim: _without(sim.files(3), "timestamp"), "not on the topic"),
    "nothing": Attack(lambda _sim: {}, "not on the topic"),
    "an empty timestamp": Attack(lambda sim: sim.files(3) | {TIMESTAMP: b""}, "Failed to deserialize JSON"),
    "an empty snapshot": Attack(
        lambda sim: sim.files(3) | {"3.snapshot.json": b""}, "Failed to deserialize JSON"
    ),
    "an empty list": Attack(
        lambda sim: sim.files(3) | {"3.targets.json": b""}, "Failed to deserialize JSON"
    ),
    "an empty root": Attack(lambda sim: sim.files(3) | {"2.root.json": b""}, "Failed to deserialize JSON"),
    "an endless timestamp": Attack(lambda sim: sim.files(3) | {TIMESTAMP: bytes(4_000_000)}, "16384"),
    "an endless snapshot": Attack(
        lambda sim: sim.files(3) | {"3.snapshot.json": bytes(4_000_000)}, "2000000"
    ),
    "an endless root": Attack(lambda sim: sim.files(3) | {"2.root.json": bytes(4_000_000)}, "512000"),
    "a snapshot in the timestamp's place": Attack(
        lambda sim: sim.files(3) | {TIMESTAMP: sim.files(3)["3.snapshot.json"]}, "timestamp"
    ),
    "JSON without end": Attack(
        lambda sim: sim.files(3) | {TIMESTAMP: b"[" * 16_000}, "Failed to deserialize JSON"
    ),
    "a root that was skipped": Attack(
        lambda sim: sim.files(3) | {"2.root.json": sim.root(3)}, "Expected root version 2"
    ),
    "the first root as the second": Attack(
        lambda sim: sim.files(3) | {"2.root.json": sim.root(1)}, "Expected root version 2"
    ),
    "a root that only its new keys signed": Attack(
        lambda sim: sim.files(3) | {"2.root.json": sim.stranger.root(2)}, "signed by 0/2 keys"
    ),
    "a root with one signature of two": Attack(
        lambda sim: sim.files(3) | {"2.root.json": _unsigned(sim.root(2), 1)}, "signed by 1/2 keys"
    ),
    "an expired snapshot under a new timestamp": Attack(
        lambda sim: (
            sim.all_files()
            | {"9.snapshot.json": _snapshot(9, 3, NOW_S - 8 * DAY_S), TIMESTAMP: _timestamp(9, 9)}
        ),
        "snapshot.* expired|expired",
        stolen=True,
    ),
}
