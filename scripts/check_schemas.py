"""The contract, held to its rules: `python -m scripts.check_schemas [FOLDER]` (default: schemas/).

Every schema passes our lint and is the same schema to Apache Avro's Java library; the codes are whole and
the regions in their order; every report schema and each of its released versions read each other
(FULL_TRANSITIVE). Exits 1 with a sentence for each fault.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts import check_codes
from scripts.java_avro import JavaAvro
from tocsin.core.avro import MAGIC, Codec
from tocsin.core.errors import MalformedError, OutsideFault, TocsinError
from tocsin.core.schema_lint import lint
from tocsin.runtime.exits import Exit

CONTRACT = Path(__file__).parents[1] / "schemas"


def schema_faults(folder: Path, java: JavaAvro) -> Iterator[str]:
    """Schemas that our lint or Java refuses, or that have another fingerprint in Java than here."""
    for path in _schemas(folder):
        name, data = path.relative_to(folder), path.read_bytes()
        try:
            lint(data)
        except MalformedError as error:
            yield f"{name}: {error}"
            continue
        if fault := java.fault_in(data):
            yield f"{name}: Apache Avro in Java refuses it: {fault}"
        elif MAGIC + java.fingerprint(data) != Codec(data).prefix:
            yield f"{name}: Java computes another fingerprint than this library"


def evolution_faults(folder: Path, java: JavaAvro) -> Iterator[str]:
    """Report schemas that some reader of a released version could not read, or the other way round."""
    released = folder / "released" / "reports"
    names = {path.stem for path in (folder / "reports").glob("*.avsc")}
    for gone in sorted({path.name for path in released.iterdir()} - names):
        yield f"reports/{gone}.avsc: was released and is gone"
    for name in sorted(names):
        versions = _versions(released / name)
        if not versions:
            yield f"reports/{name}.avsc: no released version: copy it to released/reports/{name}/1.0.avsc"
            continue
        current = (folder / "reports" / f"{name}.avsc").read_bytes()
        if fault := java.break_between(current, [path.read_bytes() for path in versions]):
            yield f"reports/{name}.avsc: breaks with a released version: {fault}"


def _schemas(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.avsc"))


def _versions(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.avsc"))


def _report(folder: Path) -> None:
    print(f"schemas: {len(_schemas(folder))} linted, parsed and fingerprinted by Apache Avro in Java")
    print(
        f"codes: {len(list((folder / 'codes').glob('*.json')))} files, ISO 3166-1 whole, regions in order"
    )
    for path in sorted((folder / "reports").glob("*.avsc")):
        versions = _versions(folder / "released" / "reports" / path.stem)
        changed = all(one.read_bytes() != path.read_bytes() for one in versions)
        print(
            f"reports/{path.name}: reads and is read by {', '.join(one.stem for one in versions)}"
            f"{' (changed since)' if changed else ''}"
        )


def main(arguments: list[str]) -> int:
    """Exit code: 0 whole, 1 with faults, 2 or more where nothing could be checked."""
    folder = Path(arguments[0]) if arguments else CONTRACT
    try:
        java = JavaAvro(os.environ, lambda text: print(text, file=sys.stderr))
    except TocsinError as error:
        print(f"schemas: not checked: {error}", file=sys.stderr)
        return Exit.UNREACHABLE if isinstance(error, OutsideFault) else Exit.USAGE
    faults = [*schema_faults(folder, java), *check_codes.faults(folder)]
    if not faults:  # Java need not judge the evolution of what is no schema
        faults = list(evolution_faults(folder, java))
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        print(f"schemas: {len(faults)} faults")
        return 1
    _report(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
