"""Makes an authority: a key for each TUF role, the streams, the report schemas, the first audiences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import schemas
from services.authority.office import KEYS, Office, hold
from tocsin.adapters import passphrase
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.key_files import KDF_FILE, KeyFolder
from tocsin.adapters.machine import check_machine
from tocsin.adapters.private_files import make_private_folder
from tocsin.adapters.tuf_holders import MAX_DRAFT_BYTES
from tocsin.adapters.tuf_signing import ROLES, Seats, new_key
from tocsin.adapters.whole_files import read_whole
from tocsin.core import codes
from tocsin.core.audiences import Audience, write_audience
from tocsin.core.directory import AUDIENCES, SCHEMAS, STREAMS
from tocsin.core.errors import RefusedByRuleError, SettingsError
from tocsin.core.ids import schema_id
from tocsin.core.letters import LETTERS
from tocsin.core.streams import Layout, Stream, write_layout

DAY_S = 86_400
# Of alerts to firms: the author and another person; a notice for the safety of staff waits for nobody.
ALERT_APPROVALS, SAFETY_APPROVALS = 2, 1
REPORTS = {
    "incident": "incident_report",
    "alert": "alert",
    "attachment": "attachment_part",
    "withdrawal": "withdrawal",
    **{family: letter.file for family, letter in LETTERS.items()},
}
FOR_GOVERNMENTS = ("incident", "attachment", "withdrawal")
GOVERNMENTS = frozenset({"focal-point", "analyst", "secretariat"})
FIRM_AUDIENCES = {
    "postal": "postal",
    "couriers": "courier",
    "chemical-firms": "chemical",
    "platforms": "platform",
    "banks": "bank",
    "equipment-makers": "equipment-maker",
}


def found(home: Path, passphrase_file: Path | None) -> Office:
    """Make the authority of a folder, which holds all its keys. Raises RefusedByRuleError where one is
    there.
    """
    with _empty_office(home, passphrase_file) as office:
        office.folder = _make_keys(office.home.path / KEYS, passphrase_file, ROLES)
        office.repository.create(first_targets(), office.now_s())
        return office


def draft_first_root(home: Path, passphrase_file: Path | None, held: Seats) -> bytes:
    """Begin an authority whose root people hold: the draft that they sign; `install_root` completes it.

    Raises RefusedByRuleError where one is there, or its first root is.
    """
    with _empty_office(home, passphrase_file) as office:
        if office.repository.roots.versions():
            raise RefusedByRuleError(f"{office.home.path} has its first root already: nothing was changed")
        roles = [one for one in ROLES if one != "root"]
        office.folder = _make_keys(office.home.path / KEYS, passphrase_file, roles)
        return office.repository.roots.draft({"root": held}, office.now_s())


@contextmanager
def _empty_office(home: Path, passphrase_file: Path | None) -> Iterator[Office]:
    check_machine()
    opened = ParticipantHome.create(home)
    with hold(opened):
        office = Office(opened, passphrase_file)
        if office.repository.exists:
            raise RefusedByRuleError(f"{opened.path} holds an authority already; nothing was changed")
        yield office


def install_root(home: Path, passphrase_file: Path | None, file: Path) -> tuple[int, bool]:
    """Take a root that its holders signed; its version, and whether it waits for a list that its registrars
    sign. The first one completes a new authority.

    Raises SettingsError, UntrustedError, RefusedByRuleError; then nothing changed.
    """
    data = read_whole(file, MAX_DRAFT_BYTES)
    if data is None:
        raise SettingsError(f"there is no file {file}")
    check_machine()
    office = Office(ParticipantHome(home.expanduser().absolute()), passphrase_file)
    if not (office.home.path / KEYS).is_dir():
        raise SettingsError(f"{office.home.path} holds no authority: make one with tocsin authority init")
    with hold(office.home):
        version = office.repository.roots.install(data, office.now_s())
        if not office.repository.exists:
            office.repository.create(first_targets(), office.now_s())
        return version, office.repository.root_waits


def _make_keys(folder: Path, passphrase_file: Path | None, roles: Sequence[str]) -> KeyFolder:
    # A start that was cut off left some of the keys: they are kept, the others are made.
    make_private_folder(folder)
    if (folder / KDF_FILE).exists():
        keys = KeyFolder.open(folder, passphrase.existing(passphrase_file))
    else:
        keys = KeyFolder.create(folder, passphrase.new(passphrase_file))
    for role in roles:
        if not (folder / f"{role}.pem").exists():
            keys.write(f"{role}.pem", new_key(role))
    return keys


def first_targets() -> dict[str, bytes]:
    """The targets of a new network, name -> bytes: streams, report schemas, audiences."""
    layout = Layout(codes.regions(), {stream.name: stream for stream in _streams()})
    targets = {STREAMS: write_layout(layout)}
    for data in (one for name in REPORTS for one in load_schemas(name)):
        targets[f"{SCHEMAS}{schema_id(data).hex()}.avsc"] = data
    for audience in _audiences():
        targets[f"{AUDIENCES}{audience.name}"] = write_audience(audience)
    return targets


def _streams() -> list[Stream]:
    rows = json.loads(schemas.load("codes/streams.json"))["streams"]
    return [
        Stream(name, row["width"], row["retention_days"], frozenset(row["publish_roles"]))
        for name, row in rows.items()
    ]


def load_schemas(name: str) -> tuple[bytes, ...]:
    """The file of each version of a name in `REPORTS` that we know, oldest first."""
    return schemas.versions(REPORTS[name])


def schemas_named(name: str) -> frozenset[bytes]:
    """The ids of all versions of a name in `REPORTS` that this release knows."""
    return frozenset(map(schema_id, load_schemas(name)))


def _audiences() -> list[Audience]:
    reports = frozenset().union(*map(schemas_named, FOR_GOVERNMENTS))
    alert = schemas_named("alert")
    governments = Audience("focal-points", roles=GOVERNMENTS, schemas=reports, max_age_s=1_826 * DAY_S)
    firms = [
        Audience(
            name,
            sectors=frozenset({sector}),
            schemas=alert,
            approvals=ALERT_APPROVALS,
            safety_approvals=SAFETY_APPROVALS,
            max_age_s=90 * DAY_S,
        )
        for name, sector in FIRM_AUDIENCES.items()
    ]
    return [governments, *firms]
