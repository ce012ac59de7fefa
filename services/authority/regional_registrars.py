"""Regional registrars, at the authority: who they are, and the lists that they hand in.

A list is taken whole or not at all, and only where every entry of it counts: what readers would leave out,
or what would take a key from somebody else, is refused here first. Who was in a list stays in it, since old
records are verified with its entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.authority.effects import effects
from services.authority.office import Office
from tocsin.adapters import tuf_signing as signing
from tocsin.adapters.tuf_holders import Holder
from tocsin.adapters.tuf_regional import (
    REGIONAL_LIFETIME_S,
    Registrar,
    keys_fingerprint,
    role_of,
    verify_list,
)
from tocsin.adapters.tuf_regional_papers import MAX_PAPER_BYTES, Paper, adding, read_paper, removing
from tocsin.adapters.whole_files import read_whole
from tocsin.core import codes
from tocsin.core.directory import Directory, participant_target, read_directory
from tocsin.core.errors import RefusedByRuleError, SettingsError, UntrustedError
from tocsin.core.participants import Participant
from tocsin.core.regional import MAX_REGIONAL_LISTS, RegionalList, entry_of
from tocsin.core.spans import span

MAX_AHEAD_S = 300
MAX_REGISTRARS_EVER = 256
COLUMNS = ("name", "regions", "participants", "list", "hours_left", "role")


@dataclass(frozen=True)
class Taking:
    """A list that may be taken: of whom, and what it means for whom."""

    registrar: Registrar
    paper: Paper
    effects: list[str]


def add(office: Office, name: str, regions: Sequence[str], holder: Holder, *, dry_run: bool) -> list[str]:
    """Let `holder` change participants of `regions`; what that means.

    Raises RefusedByRuleError, SettingsError.
    """
    known = office.repository.registrars()
    role = role_of(name, holder.keys)
    _check_regions(office.directory(), known, regions)
    if any(one.name == name for one in known):
        raise RefusedByRuleError(f"there is a regional registrar {name}: remove it first")
    if len(known) >= MAX_REGIONAL_LISTS or office.repository.regional().known_ever() >= MAX_REGISTRARS_EVER:
        raise RefusedByRuleError(
            f"there are at most {MAX_REGIONAL_LISTS} regional registrars at a time, and "
            f"{MAX_REGISTRARS_EVER} in all"
        )
    if not dry_run:
        office.put({}, adding(role, holder.keys, list(dict.fromkeys(regions))))
    return [
        f"{holder.name} may admit and change participants whose regions all are among "
        f"{', '.join(regions)}, and whose country lies there; no others, no secretariat, and no audience, "
        "stream or schema",
        "whom it admits belongs to every audience whose rule fits, also to those of all regions",
        "a participant, or a key, that the top list has stays the top list's",
        f"its keys have the fingerprint {keys_fingerprint(holder.keys)}: a proposal says the same",
    ]


def _check_regions(directory: Directory, known: Sequence[Registrar], regions: Sequence[str]) -> None:
    if not regions:
        raise SettingsError("name its regions: --region caribbean; repeatable")
    if unknown := sorted(set(regions) - set(directory.layout.regions)):
        listed = ", ".join(directory.layout.regions)
        raise RefusedByRuleError(f"there is no region {unknown[0]}; known are {listed}")
    if empty := sorted(set(regions) - set(map(codes.region_of, codes.country_codes()))):
        raise RefusedByRuleError(
            f"no country lies in {empty[0]}: who takes part there is the authority's own to admit"
        )
    for one in known:
        if shared := sorted(set(regions) & set(one.regions)):
            raise RefusedByRuleError(f"{shared[0]} is {one.name}'s: a region has one registrar")


@dataclass(frozen=True)
class Removal:
    """A registrar to take away: what the top list takes over of it, and what it means for whom."""

    registrar: Registrar
    entries: dict[str, bytes]
    effects: list[str]


def removal(office: Office, name: str, *, take_over: bool, without: frozenset[bytes]) -> Removal:
    """What taking a registrar away means. `take_over`: the top list gets its entries, but for those of
    `without`. Also of a list that has expired. Raises RefusedByRuleError where there is none.
    """
    one, regional = named(office, name), office.repository.regional()
    before = read_directory(0, 0, office.repository.targets(), regional=regional.lists(None))
    held = {id_ for id_, role in before.list_of.items() if role == one.role}
    if unknown := without - held:
        raise RefusedByRuleError(f"{min(unknown).hex()} is no participant of {name}'s list")
    paper, kept = regional.paper(one), held - without if take_over else set()
    entries = {target: paper.entries[target] for target in map(participant_target, kept) if paper}
    told = [_leaving(before.participants[id_], kept=id_ in kept) for id_ in sorted(held)]
    return Removal(one, entries, [f"{name} signs for {', '.join(one.regions)} no more", *told])


def _leaving(one: Participant, *, kept: bool) -> str:
    what = (
        "the top list takes it over as it is"
        if kept
        else "LEAVES THE DIRECTORY: its records wait unverified, and nobody seals for it any more"
    )
    return f"{one.name} ({one.country}), {one.id.hex()}: {what}"


def remove(office: Office, removal: Removal) -> None:
    """Take a registrar away. Raises RefusedByRuleError."""
    office.put(removal.entries, removing(removal.registrar.role))


def named(office: Office, name: str) -> Registrar:
    """The registrar of this name. Raises RefusedByRuleError."""
    known = office.repository.registrars()
    for one in known:
        if one.name == name:
            return one
    listed = ", ".join(one.name for one in known) or "none"
    raise RefusedByRuleError(f"there is no regional registrar {name}; there are: {listed}")


def rows(office: Office) -> list[dict[str, object]]:
    """One row for each registrar: its regions, its list, how long that lasts."""
    directory, regional, now_s = office.directory(), office.repository.regional(), office.now_s()
    ends = regional.ends_at_s()
    return [
        {
            "name": one.name,
            "regions": ", ".join(one.regions),
            "participants": sum(role == one.role for role in directory.list_of.values()),
            "list": regional.version(one) or None,
            "hours_left": (ends[one.name] - now_s) // 3_600 if one.name in ends else None,
            "role": one.role,
        }
        for one in office.repository.registrars()
    ]


def look_at(office: Office, file: Path) -> Taking:
    """What the list in a file would change. Raises RefusedByRuleError, UntrustedError, MalformedError."""
    data = read_whole(file, MAX_PAPER_BYTES)
    if data is None:
        raise SettingsError(f"there is no file {file}: it is region.list of the registrar's folder")
    paper = read_paper(data)
    one = next((each for each in office.repository.registrars() if each.role == paper.role), None)
    if one is None:
        raise UntrustedError(f"the directory names no regional registrar {paper.role}")
    _check_signed(office, one, paper)
    before = office.directory()
    lists = office.repository.regional().lists(None)
    others = [each for each in lists if each.name != one.role]
    theirs = RegionalList(one.role, frozenset(one.regions), paper.entries)
    after = read_directory(0, 0, office.repository.targets(), regional=[*others, theirs])
    _check_entries(office, one, paper, after)
    return Taking(one, paper, list(_told(before, after, one, paper, office.now_s())))


def take(office: Office, taking: Taking) -> None:
    """Put a list in force that was looked at."""
    meta = taking.registrar.meta_name
    office.repository.take_regional(meta, taking.paper.data, taking.paper.entries, office.now_s())


def _check_signed(office: Office, one: Registrar, paper: Paper) -> None:
    listed = verify_list(paper.data, office.repository.regional().top, one.role)
    ends_at_s, now_s = signing.expires_at_s(listed), office.now_s()
    if listed.version <= (present := office.repository.regional().version(one)):
        raise RefusedByRuleError(f"this is list {listed.version} of {one.name}, and {present} is in force")
    if now_s >= ends_at_s:
        raise RefusedByRuleError(
            f"this list expired {span(now_s - ends_at_s)} ago: tocsin authority renew, there, signs anew"
        )
    if ends_at_s > now_s + REGIONAL_LIFETIME_S + MAX_AHEAD_S:
        raise RefusedByRuleError("this list is dated ahead of this machine's clock: compare the clocks")


def _check_entries(office: Office, one: Registrar, paper: Paper, after: Directory) -> None:
    top = office.repository.targets()
    counting = {name for name in paper.entries if name not in top}
    for name in sorted(counting):
        if reason := after.refused.get(entry_of(one.role, name)):
            raise RefusedByRuleError(f"{name}: {reason}")
    for each in after.participants.values():
        if after.list_of.get(each.id) == one.role and any(key.id not in after.keys for key in each.keys):
            raise RefusedByRuleError(f"{each.name}: another participant has one of its keys")
    held = office.repository.regional().paper(one)
    if gone := sorted((held.entries.keys() if held else set()) - paper.entries.keys() - top.keys()):
        raise RefusedByRuleError(
            f"{gone[0]} is missing: who takes part no more is expelled, and stays listed"
        )


def _told(before: Directory, after: Directory, one: Registrar, paper: Paper, now_s: int) -> Iterator[str]:
    for id_, role in after.list_of.items():
        each = after.participants[id_]
        if role != one.role:
            continue
        if id_ not in before.participants:
            roles, regions = ", ".join(each.roles), ", ".join(each.regions)
            yield f"{each.name} ({each.country}) is new: {roles} in {regions}"
        else:
            yield from (f"{each.name}: {effect}" for effect in effects(before, after, id_, now_s))
    for name in sorted(paper.entries.keys()):
        id_ = bytes.fromhex(name.rpartition("/")[2])
        if id_ in before.participants and id_ not in before.list_of:
            yield f"{before.participants[id_].name} stays as the top list has it"
