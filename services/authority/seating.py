"""Makes the next root: other holders, other registrars, a standby for the timestamp or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.authority.office import KEYS, Office
from tocsin.adapters.tuf_holders import MAX_HOLDER_BYTES, STANDBY, Holder, read_holder, standby_of
from tocsin.adapters.tuf_signing import Seats, add_signatures
from tocsin.adapters.whole_files import read_whole
from tocsin.core.enrolment import fingerprint
from tocsin.core.errors import RefusedByRuleError, SettingsError


@dataclass(frozen=True)
class NewRoot:
    """The next root. `signed`: this folder's own key signed it, so that it can be installed."""

    data: bytes
    signed: bool


def read_standby_file(file: Path) -> tuple[Holder, str]:
    """A standby's public file, and its fingerprint. Raises SettingsError, MalformedError."""
    data = read_whole(file, MAX_HOLDER_BYTES)
    if data is None:
        raise SettingsError(f"there is no file {file}: tocsin authority standby new makes it, there")
    return read_holder(data, STANDBY), fingerprint(data)


def seat_standby(office: Office, holder: Holder | None) -> NewRoot:
    """The next root, with `holder` as its standby or without one. Raises RefusedByRuleError where that
    changes nothing, or another standby is there: two keys are as many as the role may have.
    """
    roots = office.repository.roots
    present = standby_of(roots.latest())
    if holder is None and present is None:
        raise RefusedByRuleError("the root names no standby: nothing was changed")
    if holder is not None and present is not None:
        raise RefusedByRuleError(
            f"{present} is the standby already, and there is one at most: tocsin authority standby remove"
        )
    return next_root(
        office, {"timestamp": roots.timestamp_seats(None if holder is None else holder.keys[0])}
    )


def next_root(office: Office, seats: Mapping[str, Seats]) -> NewRoot:
    """The next root with `seats` for the roles in it. Raises SettingsError for bad seats."""
    draft = office.repository.roots.draft(seats, office.now_s())
    if (office.home.path / KEYS / "root.pem").exists():
        return NewRoot(add_signatures(draft, office.key_of("root")), signed=True)
    return NewRoot(draft, signed=False)
