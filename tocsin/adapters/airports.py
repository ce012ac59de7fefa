"""Airports by their IATA codes: airportsdata's table. The only file that knows it."""

from __future__ import annotations

from functools import cache
from typing import Any

import airportsdata


def airport_country(iata: str) -> str | None:
    """The country (ISO 3166-1 alpha-2) of the airport with this IATA code; None where there is none."""
    found = _airports().get(iata)
    return None if found is None else found["country"]


@cache
def _airports() -> dict[str, Any]:
    return dict(airportsdata.load("IATA"))
