"""The domain's rules, and beside them the facts of each body that passed, in the ladder's order.

The ladder decodes a body once, to judge it; what the store must know of it is read at that moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.adapters.inbox.reports import NewReport
from tocsin.core.attachments import PART_SCHEMA
from tocsin.core.facts import Facts, facts_of, regions_of
from tocsin.core.outcomes import Outcome, RecordFate
from tocsin.core.reader import DomainCheck
from tocsin.core.report_values import places_of_countries
from tocsin.core.withdrawals import KIND, WITHDRAWAL_SCHEMA, receipt_reference


class Harvest:
    """A `DomainCheck` that remembers the facts of what it let pass until `reports` takes them."""

    def __init__(self, rules: DomainCheck, me: bytes) -> None:
        self._rules, self._me = rules, me
        self._facts: list[Facts] = []

    def check(self, name: str, body: dict[str, Any]) -> None:
        """Raises InvalidReportError as the rules do."""
        self._rules(name, body)
        if name == WITHDRAWAL_SCHEMA:
            self._facts.append(Facts(KIND, body["exercise"] is True, None, ()))
        elif name != PART_SCHEMA:
            self._facts.append(facts_of(body))

    def reports(self, fate: RecordFate, order: Mapping[str, int], now_s: int) -> list[NewReport]:
        """The rows of the record's accepted reports. `order`: region -> its bit in the layout."""
        facts, self._facts = self._facts, []
        accepted = [one for one in fate.items if one.outcome is Outcome.ACCEPTED and one.part is None]
        header = fate.header
        if not accepted or header is None:
            return []
        rows = []
        for one, fact in zip(accepted, facts, strict=True):
            regions = regions_of(fact, header.region, _region_of)
            item = one.item
            withdrawal = None
            if fact.kind == KIND:
                withdrawal = receipt_reference(self._me, header.originator, item.report_id, item.body)
            rows.append(
                NewReport(
                    originator=header.originator,
                    report_id=item.report_id,
                    version=item.version,
                    digest=one.digest,
                    schema=item.schema,
                    stream=header.stream,
                    region=regions[0],
                    regions=sum(1 << order[region] for region in regions if region in order),
                    kind=fact.kind,
                    exercise=fact.exercise,
                    time_s=header.time,
                    received_at_s=now_s,
                    body=item.body,
                    subject=fact.subject,
                    withdrawal=withdrawal,
                )
            )
        return rows


def _region_of(country: str) -> str | None:
    found = places_of_countries().get(country)
    return found[1] if found else None
