"""Law: reports and alerts for exercises: plausible, varied, and marked as exercise without exception.

The same `rng` state gives the same report. Nothing here describes a real case, person or firm; numbers
of parcels are made up but pass their checks. Used by the demonstration, tests, measurements and faults
made on purpose. Randomness is handed in by the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from tocsin.core.alert_rules import DEFAULT_TLP

T = TypeVar("T")


class Randomness(Protocol):
    """What `random.Random` offers of itself here."""

    def choice(self, seq: Sequence[T], /) -> T:
        """One of `seq`."""
        ...

    def randint(self, a: int, b: int, /) -> int:
        """A whole number from `a` to `b`."""
        ...

    def getrandbits(self, k: int, /) -> int:
        """`k` random bits."""
        ...


# name, CAS number, HS code of 2022, unit, form, system
_SUBSTANCES = (
    ("Isotonitazene", "14188-81-9", "293399", "GRM", "powder", "ion"),
    ("Metonitazene", "14680-51-4", "293399", "GRM", "powder", "ion"),
    ("Fentanyl", "437-38-7", "293333", "GRM", "powder", "ion"),
    ("Carfentanil", "59708-52-0", "293334", "MGM", "powder", "ion"),
    ("Bromazolam", "71368-80-4", "293391", "H87", "tablet", "ion"),
    ("Ketamine", "6740-88-1", "292239", "KGM", "crystal", "ion"),
    ("JWH-018", "209414-07-3", "293399", "KGM", "herbal", "ion"),
    ("GHB", "591-81-1", "291819", "LTR", "liquid", "ion"),
    ("P-2-P", "103-79-7", "291431", "LTR", "liquid", "pics"),
    ("Acetic anhydride", "108-24-7", "291524", "LTR", "liquid", "pics"),
    ("Pseudoephedrine", "90-82-4", "293942", "KGM", "powder", "pics"),
    ("PMK ethyl glycidate", "28578-16-7", "293299", "KGM", "powder", "pics"),
    ("4-Piperidone", "41661-47-6", "293339", "KGM", "crystal", "pics"),
    ("Potassium permanganate", "7722-64-7", "284161", "KGM", "crystal", "pics"),
)
_FROM = ("CN", "IN", "NL", "MM", "AF", "MX", "CO", "TR", "TH", "PK", "GE", "PL")
_TO = ("DE", "US", "AU", "BR", "ZA", "JP", "GB", "NG", "SE", "AR", "KE", "FR", "NZ", "KZ")
_SITES = ("airport", "postal-facility", "seaport", "land-border", "courier-facility", "storage")
_DECLARED = ("cosmetics", "vitamins", "toner powder", "ceramic tiles", "aquarium salt", "plant food")
_CONCEALED = ("parcel", "packaging", "toys-and-gifts", "electrical-goods", "mislabelled", "food")
_SERVICES = ("RA", "LX", "UA", "EE", "CP", "HB")
_SECTORS = ("postal", "courier")


def exercise_report(rng: Randomness, number: int, country: str) -> dict[str, Any]:
    """An incident report in the JSON form that `check_incident` accepts.

    `number` (from 0) makes the national reference, `country` is where it happened (ISO 3166-1 alpha-2).
    """
    substance = rng.choice(_SUBSTANCES)
    origin = rng.choice(_FROM)
    mode = rng.choice(("4", "5", "5", "3", "1"))
    return {
        "kind": rng.choice(("seizure", "seizure", "seizure", "stopped-shipment")),
        "system": substance[5],
        "national_reference": f"{country}-EXERCISE-{number:06d}",
        "event_date": _day(rng),
        "place": {"country": country, "site_type": rng.choice(_SITES), "border": "inbound"},
        "substances": [_substance(rng, substance)],
        "route": _route(rng, origin),
        "transport": {"mode": mode, "identifiers": [_identifier(rng, mode, origin)]},
        "declared": {
            "text": rng.choice(_DECLARED),
            "value": str(rng.randint(5, 400)),
            "currency": "USD",
        },
        "concealment": {"code": rng.choice(_CONCEALED)},
        "narrative": {"government": f"Exercise {number}: nothing of this happened.", "language": "en"},
        "handling": {"tlp": rng.choice(("AMBER", "GREEN")), "pap": "AMBER", "action": "act"},
        "exercise": True,
    }


def exercise_alert(rng: Randomness, *, issued_s: int) -> dict[str, Any]:
    """An alert to postal operators and couriers in the JSON form that `check_alert` accepts.

    Issued at `issued_s` (seconds since 1970 UTC), it is valid for 30 days.
    """
    name, _, hs, *_ = rng.choice(_SUBSTANCES)
    origin, words = rng.choice(_FROM), rng.choice(_DECLARED)
    return {
        "alert_id": f"{rng.getrandbits(128):032x}",
        "version": 1,
        "status": "active",
        "kind": "seizure",
        "sectors": list(_SECTORS),
        "issued": issued_s,
        "valid_until": issued_s + 30 * 86_400,
        "title": f"Exercise: {name} declared as {words}",
        "advice": f"This is an exercise. Look for light parcels declared as {words}.",
        "language": "en",
        "substances": [{"code": name, "status": "presumptive", "hs": hs, "hs_edition": 2022}],
        "origins": [origin],
        "destinations": [rng.choice(_TO)],
        "mode": "5",
        "selectors": [{"tests": _tests(rng, origin, words)}],
        "action": "look-up",
        "tlp": DEFAULT_TLP,
        "pap": "AMBER",
        "exercise": True,
    }


def _tests(rng: Randomness, origin: str, words: str) -> list[dict[str, Any]]:
    heaviest_g = rng.randint(200, 2_000)
    return [
        {"field": "origin_country", "operator": "equals", "values": [origin]},
        {"field": "declared_text", "operator": "phrase", "values": [words]},
        {"field": "gross_weight_g", "operator": "between", "values": ["50", str(heaviest_g)]},
    ]


def _day(rng: Randomness) -> dict[str, str]:
    year, month, day = rng.randint(2024, 2025), rng.randint(1, 12), rng.randint(1, 28)
    return {"value": f"{year}-{month:02d}-{day:02d}", "precision": "day"}


def _substance(rng: Randomness, known: tuple[str, str, str, str, str, str]) -> dict[str, Any]:
    name, cas, hs, unit, form, _ = known
    whole = rng.randint(1, 900)
    value = str(whole) if unit == "H87" else f"{whole}.{rng.randint(1, 999):03d}"
    return {
        "name_as_declared": name,
        "status": rng.choice(("suspected", "presumptive", "confirmed")),
        "cas": cas,
        "hs": hs,
        "hs_edition": 2022,
        "quantity": {"value": value, "unit": unit},
        "form": form,
    }


def _route(rng: Randomness, origin: str) -> list[dict[str, Any]]:
    legs = [(origin, "origin"), (rng.choice(_FROM), "transit"), (rng.choice(_TO), "destination")]
    if rng.randint(0, 1):
        del legs[1]
    return [
        {"country": country, "role": role, "order": order} for order, (country, role) in enumerate(legs)
    ]


def _identifier(rng: Randomness, mode: str, origin: str) -> dict[str, str]:
    if mode == "5":
        return {"type": "s10", "value": s10(rng.choice(_SERVICES), rng.randint(0, 99_999_999), origin)}
    if mode == "4":
        serial = rng.randint(0, 9_999_999)
        return {"type": "awb", "value": f"{rng.randint(1, 999):03d}-{serial:07d}{serial % 7}"}
    return {"type": "other", "value": f"EX{rng.randint(0, 999_999):06d}"}


def s10(service: str, serial: int, country: str) -> str:
    """A UPU S10 item identifier with its check digit. Source: UPU S10-12."""
    digits = f"{serial:08d}"
    weighed = sum(
        int(digit) * weight for digit, weight in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)
    )
    check = {10: 0, 11: 5}.get(11 - weighed % 11, 11 - weighed % 11)
    return f"{service}{digits}{check}{country}"
