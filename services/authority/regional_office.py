"""The folder of a regional registrar: a holder's keys, a verified copy of the directory, its own list.

It signs its own list and nothing else. The list is a file, `region.list`, that the authority takes and
publishes; what the authority published comes back as a state. What counts here is the newest of what was
signed and what was taken; two lists of one version with other content mean a second copy of the folder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from services.authority.holders import KEY_FILE, PUBLIC_FILE, PUBLIC_FILE_MODE, read_holder_file
from tocsin.adapters import passphrase
from tocsin.adapters import tuf_signing as signing
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.adapters.tuf_regional import Registrar, new_list, role_of
from tocsin.adapters.tuf_regional_papers import (
    MAX_PAPER_BYTES,
    MAX_STATE_BYTES,
    Paper,
    read_paper,
    read_state,
    write_paper,
)
from tocsin.adapters.tuf_repository import TufRepository
from tocsin.adapters.whole_files import read_whole, write_whole
from tocsin.core import json_fields
from tocsin.core.directory import PARTICIPANTS, Directory, read_directory
from tocsin.core.errors import MalformedError, RefusedByRuleError, SettingsError
from tocsin.core.regional import (
    MAX_REGIONAL_ENTRIES,
    MAX_REGIONAL_LIST_BYTES,
    RegionalList,
    entry_of,
)

if TYPE_CHECKING:
    from services.authority.office import Office

REGION_FILE, LIST_FILE, COPY, VIEW = "region.json", "region.list", "repository", "directory"
MAX_REGION_BYTES = 4_096
# A topic may hold anything: what is no file of a directory is no file of this folder.
_COPIED = re.compile(
    r"timestamp\.json|[0-9]+\.[a-z0-9.-]+\.json|targets/([a-z]+/)?[0-9a-f]{64}\.[A-Za-z0-9._-]+"
)


def region_of(home: Path) -> str | None:
    """The role of the regional registrar whose folder this is; None for any other folder."""
    data = read_whole(home / REGION_FILE, MAX_REGION_BYTES)
    if data is None:
        return None
    try:
        return json_fields.text(json_fields.load_object(data, "region"), "role")
    except MalformedError as error:
        raise MalformedError(f"{home / REGION_FILE} is damaged: restore it from its copy") from error


def start(home: Path, name: str, state: Path, now_s: int) -> str:
    """Make a holder's folder a regional registrar's; the fingerprint of the authority's first root.

    Raises SettingsError, RefusedByRuleError where the directory names no such registrar with these keys,
    UntrustedError or DirectoryStaleError for a state that does not verify.
    """
    if not (home / PUBLIC_FILE).exists():
        raise SettingsError(f"{home} holds no keys: tocsin authority holder new makes them")
    if region_of(home) is not None:
        raise SettingsError(f"{home} is a regional registrar's already: tocsin authority region update")
    files = read_state(_read(state, MAX_STATE_BYTES))
    if (pinned := files.get("1.root.json")) is None:
        raise MalformedError(f"{state} holds no first root")
    role = role_of(name, read_holder_file(home / PUBLIC_FILE).keys)
    _copy(home, files, pinned, now_s)
    if role not in (one.role for one in TufRepository(home / COPY, _no_key).registrars()):
        raise RefusedByRuleError(
            f"the directory names no regional registrar {name} with the keys of {home}: tocsin authority "
            "registrar add, there, then registrar state"
        )
    write_whole(home / REGION_FILE, json.dumps({"role": role}).encode())
    return signing.first_root_fingerprint(pinned)


def _no_key(role: str) -> signing.RoleKey:
    raise RefusedByRuleError(f"the key of {role} is the authority's")


def update(home: Path, files: Mapping[str, bytes], now_s: int) -> None:
    """Take over a newer state of the directory. Raises UntrustedError, DirectoryStaleError."""
    if region_of(home) is None or (pinned := read_whole(home / COPY / "1.root.json", 6_291_456)) is None:
        raise SettingsError(f"{home} is no regional registrar's: tocsin authority region init")
    _copy(home, files, pinned, now_s)


def update_from(home: Path, state: Path, now_s: int) -> None:
    """As `update`, of a file."""
    update(home, read_state(_read(state, MAX_STATE_BYTES)), now_s)


def _copy(home: Path, files: Mapping[str, bytes], pinned: bytes, now_s: int) -> None:
    DirectoryClient(home / VIEW, pinned).refresh(files, now_s)
    # The timestamp last: it names what counts.
    for name in sorted(files, key=lambda one: one == "timestamp.json"):
        if _COPIED.fullmatch(name):
            write_whole(home / COPY / name, files[name])


def registrar(office: Office) -> Registrar:
    """What the directory says of this registrar. Raises RefusedByRuleError where it says nothing."""
    for one in office.repository.registrars():
        if one.role == office.region:
            return one
    raise RefusedByRuleError(
        "the directory names no regional registrar with this folder's keys: it was removed, or this copy "
        "is older than its admission: tocsin authority region update"
    )


def newest(office: Office) -> Paper | None:
    """The newest list of this registrar, signed here or taken by the authority; None before the first."""
    me, data = registrar(office), read_whole(office.home.path / LIST_FILE, MAX_PAPER_BYTES)
    own, taken = None if data is None else read_paper(data), office.repository.regional().paper(me)
    if own is None or taken is None:
        return own or taken
    if own.version == taken.version and own.data != taken.data:
        raise RefusedByRuleError(
            f"the authority took another list {own.version} than this folder signed: a second copy of the "
            f"folder is in use. Move {LIST_FILE} away, and make its changes anew over what was taken"
        )
    return max(own, taken, key=lambda one: one.version)


def directory_with(office: Office, changes: Mapping[str, bytes]) -> Directory:
    """The directory as it will be with this registrar's newest list and `changes` in it."""
    me, held = registrar(office), newest(office)
    entries = {**(held.entries if held else {}), **changes}
    lists = [one for one in office.repository.regional().lists(None) if one.name != me.role]
    own = RegionalList(me.role, frozenset(me.regions), entries)
    return read_directory(0, 0, office.repository.targets(), regional=[*lists, own])


def sign(office: Office, changes: Mapping[str, bytes]) -> Path:
    """Sign the list that follows, with `changes`; its file. Raises RefusedByRuleError."""
    if other := [name for name in changes if not name.startswith(PARTICIPANTS)]:
        raise RefusedByRuleError(f"a regional registrar changes participants only, not {min(other)}")
    me, held = registrar(office), newest(office)
    entries = {**(held.entries if held else {}), **changes}
    if len(entries) > MAX_REGIONAL_ENTRIES:
        raise RefusedByRuleError(f"a regional list has at most {MAX_REGIONAL_ENTRIES} participants")
    version = max(held.version if held else 0, office.repository.regional().version(me)) + 1
    words = passphrase.existing(office.passphrase_file)
    key = KeyFolder.open(office.home.path, words).composite(KEY_FILE)
    data = signing.sign(new_list(version, entries, office.now_s()), key)
    if len(data) > MAX_REGIONAL_LIST_BYTES:
        raise RefusedByRuleError(f"a regional list has at most {MAX_REGIONAL_LIST_BYTES} bytes")
    path = office.home.path / LIST_FILE
    write_whole(path, write_paper(Paper(me.role, data, entries)), PUBLIC_FILE_MODE)
    return path


def refused_as(office: Office, target: str) -> str:
    """Under which name the directory would refuse an entry of this folder."""
    return entry_of(office.region, target) if office.region else target


def _read(file: Path, max_bytes: int) -> bytes:
    data = read_whole(file, max_bytes)
    if data is None:
        raise SettingsError(f"there is no file {file}: tocsin authority registrar state makes it, there")
    return data
