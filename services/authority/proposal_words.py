"""What a proposal changes, for whom, in words: what a registrar reads before signing.

The registrar's machine has no directory: what is said rests on the entries that the proposal carries, each
under the hash of the list that is signed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from services.authority.effects import effects
from tocsin.adapters.country_names import country_name
from tocsin.adapters.custodians import spoken
from tocsin.adapters.tuf_proposals import Judged
from tocsin.core import canonical_json
from tocsin.core.changes import changed_places
from tocsin.core.directory import PARTICIPANTS, SCHEMAS, Directory, read_directory
from tocsin.core.enrolment import fingerprint
from tocsin.core.participants import Participant, read_participant
from tocsin.core.standing import NO_DAY
from tocsin.runtime.console import harmless
from tocsin.runtime.times import clock_time


def describe(judged: Judged, now_s: int) -> list[str]:
    """Sentences, one for each effect. Raises MalformedError or UntrustedError where an entry is bad."""
    if not judged.changed and not judged.regional:
        return ["no entry changes: the same list is signed for another 30 days"]
    before = _directory(judged, 0)
    after = _directory(judged, 1)
    return [harmless(sentence) for sentence in judged.regional] + [
        harmless(sentence)
        for name, (old, new) in judged.changed.items()
        for sentence in _entry(name, old, new, before, after, now_s)
    ]


def _directory(judged: Judged, side: int) -> Directory:
    entries = {name: pair[side] for name, pair in judged.changed.items()}
    present = {name: data for name, data in entries.items() if data is not None}
    return read_directory(0, 0, {**judged.context, **present})


def _entry(
    name: str, old: bytes | None, new: bytes | None, before: Directory, after: Directory, now_s: int
) -> Iterator[str]:
    if reason := after.refused.get(name):
        yield f"{name}: EVERY READER WOULD REFUSE IT: {reason}"
    elif new is None:
        yield f"{name} is taken away: nothing of it can be verified any more"
    elif name.startswith(PARTICIPANTS):
        one = read_participant(new)
        yield from _admitted(one, after, now_s) if old is None else _changed(one, before, after, now_s)
    elif name.startswith(SCHEMAS) or old is None:
        yield f"{name} is new, {len(new)} bytes: {fingerprint(new)}"
    else:
        yield f"{name} changes: {', '.join(_values(old, new))}"


def _admitted(one: Participant, after: Directory, now_s: int) -> Iterator[str]:
    yield f"ADMITS {_who(one)}, id {one.id.hex()}"
    yield f"{one.name}: roles {', '.join(one.roles)}; regions {', '.join(one.regions)}"
    if one.sponsor is not None:
        sponsor = after.participants.get(one.sponsor)
        named = "nobody in the directory" if sponsor is None else sponsor.name
        yield f"{one.name}: a firm of the sector {one.sector}, sponsored by {named}"
    if one.agreement is not None:
        yield f"{one.name}: agreement {one.agreement}, ends {_end(one.agreement_ends_s)}"
    audiences = [each for each in after.audiences.values() if after.is_member(one.id, each.id, b"", now_s)]
    yield f"{one.name}: reads {', '.join(sorted(each.name for each in audiences)) or 'its own inbox only'}"
    keys = fingerprint(b"".join(sorted(key.id for key in one.keys)))
    yield f"{one.name}: {len(one.keys)} keys, {keys}; in words: {spoken(keys)}"


def _changed(one: Participant, before: Directory, after: Directory, now_s: int) -> Iterator[str]:
    was = before.participants[one.id]
    yield f"CHANGES {_who(was)}, id {one.id.hex()}"
    for field in ("name", "country", "roles", "regions", "sector", "sponsor", "prefixes"):
        if (old := getattr(was, field)) != (new := getattr(one, field)):
            yield f"{one.name}: {field} {_shown(old)} becomes {_shown(new)}"
    for effect in effects(before, after, one.id, now_s, whole=False):
        yield f"{one.name}: {effect}"


def _who(one: Participant) -> str:
    return f"{one.name} ({one.country}: {country_name(one.country)})"


def _end(end_s: int) -> str:
    return "never" if end_s == NO_DAY else clock_time(end_s)


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _values(old: bytes, new: bytes) -> Iterator[str]:
    was, will = canonical_json.load(old), canonical_json.load(new)
    for place in changed_places(was, will):
        yield f"{place} {_at(was, place)} becomes {_at(will, place)}"


def _at(record: Mapping[str, object], place: str) -> str:
    value: object = record
    for part in place.replace("]", "").replace("[", ".").split("."):
        if isinstance(value, list):
            value = value[int(part)] if int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return "nothing" if value is None else canonical_json.dump(value).decode()
