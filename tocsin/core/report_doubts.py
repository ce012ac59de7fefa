"""Law: what an officer should look at again in a report that is accepted as it is.

`doubts` gives a sentence for each place whose value is probably mistyped. It guarantees that it never
changes, refuses or quotes anything; a body without doubts may still be wrong. Errors are left to
`report`, the sentences about one identifier to `identifiers`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tocsin.core import codes
from tocsin.core.field_checks import Fields
from tocsin.core.identifiers import account_doubt, cas_doubt, detected, doubt, lei_doubt
from tocsin.core.report import ALERTS_STREAM, CheckedReport
from tocsin.core.vocabulary import substance_named

HS_EDITION = 2022  # of `schemas/codes/substances.json`

Doubt = tuple[str, str]  # the place, and the sentence
AirportCountry = Callable[[str], str | None]


def doubts(report: CheckedReport, airport_country: AirportCountry) -> tuple[Doubt, ...]:
    """The doubts about a checked report in the order of its fields; an alert has no field that could be.

    `airport_country` gives the country of an IATA code, None where there is no such airport.
    """
    if report.stream == ALERTS_STREAM:
        return ()
    body = report.body
    return (*_of_goods(body), *_of_places(body, airport_country), *_of_parties(body))


def _of_goods(body: Fields) -> Iterator[Doubt]:
    for number, substance in enumerate(body["substances"]):
        yield from _substance(f"substances[{number}]", substance)
    for number, identifier in enumerate((body["transport"] or {}).get("identifiers", ())):
        yield from _identifier(f"transport.identifiers[{number}]", identifier)
    declared = body["declared"] or {}
    yield from _edition("declared", declared)
    if (cas := declared.get("label_cas")) and (sentence := cas_doubt(cas)):
        yield "declared.label_cas", sentence


def _of_places(body: Fields, airport_country: AirportCountry) -> Iterator[Doubt]:
    places = [("place", body["place"]), *((f"route[{n}]", leg) for n, leg in enumerate(body["route"]))]
    for where, one in places:
        yield from _locode(f"{where}.unlocode", one["unlocode"])
        if one["iata"] is not None:
            yield from _airport(where, one, airport_country(one["iata"]))


def _of_parties(body: Fields) -> Iterator[Doubt]:
    for number, party in enumerate(body["parties"]):
        if party["lei"] and (sentence := lei_doubt(party["lei"])):
            yield f"parties[{number}].lei", sentence
    for number, paid in enumerate(body["payments"]):
        if paid["account"] and (sentence := account_doubt(paid["account_type"], paid["account"])):
            yield f"payments[{number}].account", sentence


def _substance(place: str, substance: Fields) -> Iterator[Doubt]:
    cas = substance["cas"]
    if cas is not None and (sentence := cas_doubt(cas)):
        yield f"{place}.cas", sentence
    elif cas is not None and _another(substance["name_as_declared"], cas):
        yield f"{place}.cas", "belongs to another substance than the name does"
    key = substance["inchikey"]
    if key is not None and _another(substance["name_as_declared"], key):
        yield f"{place}.inchikey", "belongs to another substance than the name does"
    yield from _edition(place, substance)
    if not _hs_fits(substance):
        yield f"{place}.hs", f"is not where HS {HS_EDITION} has this substance"


def _another(name: str, cas: str) -> bool:
    by_name, by_number = substance_named(name), substance_named(cas)
    return None not in {by_name, by_number} and by_name != by_number


def _hs_fits(substance: Fields) -> bool:
    if substance["hs"] is None or substance["hs_edition"] != HS_EDITION:
        return True
    code = substance_named(substance["name_as_declared"])
    known = None if code is None else codes.substances()[code].hs
    return known is None or known.startswith(substance["hs"][: len(known)])


def _edition(place: str, fields: Fields) -> Iterator[Doubt]:
    if fields.get("hs") is not None and fields["hs_edition"] is None:
        yield f"{place}.hs_edition", "is missing: the same HS code means other goods in other editions"


def _identifier(place: str, identifier: Fields) -> Iterator[Doubt]:
    kind, value = identifier["type"], identifier["value"]
    if sentence := doubt(kind, value):
        yield f"{place}.value", sentence
    elif kind is None and (found := detected(value)):
        yield f"{place}.type", f"is missing: it looks like {found}"


def _airport(where: str, place: Fields, country: str | None) -> Iterator[Doubt]:
    if country is None:
        yield f"{where}.iata", "is no airport that is known"
    elif place["country"] not in {"ZZ", "XZ", country}:
        yield f"{where}.iata", "is an airport of another country than the place"


def _locode(place: str, value: str | None) -> Iterator[Doubt]:
    if value is not None and value[:2] not in codes.country_codes():
        yield place, "its first two letters are no country of ISO 3166-1"
