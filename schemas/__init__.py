"""The contract, readable by any language: `load` is this package's only function."""

from __future__ import annotations

from importlib.resources import files


def load(name: str) -> bytes:
    """The exact bytes of a file of the contract, e.g. `load("wire/envelope.avsc")`.

    Raises FileNotFoundError for a name that is not there.
    """
    return files(__name__).joinpath(name).read_bytes()
