"""`make sbom`: what an installation of Tocsin is made of, as CycloneDX 1.6 JSON in var/sbom.json.

Versions and hashes come from the lock file; licences, and who needs whom, from the metadata of what is
installed. A package that is locked and not installed, or in another version, ends it. The same lock gives
the same bytes: no time, no random number.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
OURSELVES = "tocsin"
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_PIN = re.compile(r"^([a-z0-9.-]+)==(\S+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")

Needs = Mapping[str, set[str]]


class NotAsLockedError(Exception):
    """What is installed is not what the lock file names."""


@dataclass(frozen=True)
class Pin:
    """A line of the lock file; the SHA-256 of each file that may be installed for it."""

    name: str
    version: str
    sha256s: tuple[str, ...]


def pins(text: str) -> Iterator[Pin]:
    """The pins of a lock file that pip-compile wrote."""
    for block in re.split(r"\n(?=\S)", text):
        if found := _PIN.match(block):
            yield Pin(canonicalize_name(found[1]), found[2], tuple(sorted(_HASH.findall(block))))


def needed(root: str, extras: Iterable[str] = ()) -> dict[str, set[str]]:
    """Name -> names of what it needs on this machine: for the root, and all that it needs."""
    found: dict[str, set[str]] = {}
    waiting = [(canonicalize_name(root), frozenset(extras))]
    seen = set(waiting)
    while waiting:
        name, wanted = waiting.pop()
        for text in distribution(name).requires or ():
            one = Requirement(text)
            if one.marker and not any(one.marker.evaluate({"extra": extra}) for extra in ("", *wanted)):
                continue
            found.setdefault(name, set()).add(canonicalize_name(one.name))
            ahead = (canonicalize_name(one.name), frozenset(one.extras))
            if ahead not in seen:
                seen.add(ahead)
                waiting.append(ahead)
        found.setdefault(name, set())
    return found


def licence(found: Distribution) -> License | None:
    """What a package says of its licence: as an SPDX expression or identifier where it gives one."""
    metadata = found.metadata
    said = metadata.get("License-Expression") or metadata.get("License") or ""
    if not said or "\n" in said:
        classes = [one for one in metadata.get_all("Classifier") or () if one.startswith("License ::")]
        said = classes[0].rpartition(" :: ")[2] if classes else ""
    return LicenseFactory().make_from_string(said) if said else None


def component(pin: Pin, scope: ComponentScope) -> Component:
    """A package as CycloneDX describes it. Raises NotAsLockedError."""
    try:
        found = distribution(pin.name)
    except PackageNotFoundError:
        raise NotAsLockedError(f"{pin.name} is locked and not installed: run make setup") from None
    if found.version != pin.version:
        raise NotAsLockedError(
            f"{pin.name} {found.version} is installed, {pin.version} is locked: run make setup"
        )
    said = licence(found)
    return Component(
        name=pin.name,
        version=pin.version,
        type=ComponentType.LIBRARY,
        scope=scope,
        description=found.metadata.get("Summary"),
        licenses=[said] if said else [],
        purl=PackageURL("pypi", None, pin.name, pin.version),
        bom_ref=f"pypi/{pin.name}@{pin.version}",
        # A component's own hashes are of one file; a release has several, one for each kind of machine.
        properties=[Property(name="tocsin:file-sha256", value=one) for one in pin.sha256s],
    )


def scopes() -> Mapping[str, ComponentScope]:
    """What a participant runs; what only a local Kafka needs; all else is for development."""
    local = dict.fromkeys(needed(OURSELVES, ("local",)), ComponentScope.OPTIONAL)
    return local | dict.fromkeys(needed(OURSELVES), ComponentScope.REQUIRED)


def bill(lock: str) -> Bom:
    """The bill of materials of a lock file. Raises NotAsLockedError."""
    known = scopes()
    parts = {pin.name: component(pin, known.get(pin.name, ComponentScope.EXCLUDED)) for pin in pins(lock)}
    us = distribution(OURSELVES)
    said = licence(us)
    whole = Component(
        name=OURSELVES,
        version=us.version,
        type=ComponentType.APPLICATION,
        licenses=[said] if said else [],
        bom_ref=OURSELVES,
    )
    bom = Bom(
        components=parts.values(),
        serial_number=uuid5(NAMESPACE_URL, lock),
        metadata=BomMetaData(component=whole, timestamp=NO_TIME),
    )
    for name, names in needed(OURSELVES, ("local", "dev")).items():
        there = [parts[one] for one in sorted(names) if one in parts]
        bom.register_dependency(whole if name == OURSELVES else parts[name], there)
    return bom


def main(words: list[str]) -> int:
    """Write it; 0 where all is as locked."""
    parser = argparse.ArgumentParser(prog="python -m scripts.sbom", description=__doc__)
    parser.add_argument("--lock", type=Path, default=ROOT / "constraints.txt")
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "sbom.json")
    given = parser.parse_args(words)
    try:
        bom = bill(given.lock.read_text(encoding="utf-8"))
    except (NotAsLockedError, OSError) as error:
        print(f"no bill of materials was written: {error}", file=sys.stderr)
        return 1
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(JsonV1Dot6(bom).output_as_string(indent=1) + "\n", encoding="utf-8")
    shipped = sum(one.scope is ComponentScope.REQUIRED for one in bom.components)
    print(f"{len(bom.components)} packages, {shipped} of which a participant runs: {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
