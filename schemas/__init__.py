"""The contract, readable by any language: `load` is this package's only function."""

from __future__ import annotations

from importlib.resources import files


def load(name: str) -> bytes:
    """The exact bytes of a file of the contract, e.g. `load("wire/envelope.avsc")`.

    Raises FileNotFoundError for a name that is not there.
    """
    return files(__name__).joinpath(name).read_bytes()


def versions(report: str) -> tuple[bytes, ...]:
    """Every version of a report's schema, oldest first: `versions("incident_report")`.

    The newest is `reports/<report>.avsc` itself, released or not. Raises FileNotFoundError.
    """
    released = files(__name__).joinpath("released/reports", report)
    numbers = sorted(tuple(map(int, one.name.split(".")[:2])) for one in released.iterdir())
    found = [load(f"released/reports/{report}/{major}.{minor}.avsc") for major, minor in numbers]
    return tuple(dict.fromkeys([*found, load(f"reports/{report}.avsc")]))
