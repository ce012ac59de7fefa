"""`tocsin report check`: problems, doubts, completeness and hints of reports; nothing is sent or stored."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from services.producer.documents import Document, read_documents
from services.producer.doubting import all_doubts
from services.producer.publishing import opened
from services.producer.reports import family_of
from tocsin.core import codes
from tocsin.core.completeness import completeness
from tocsin.core.errors import InvalidReportError
from tocsin.core.report import CheckedReport, check_alert, check_incident
from tocsin.core.report_doubts import Doubt
from tocsin.core.watch_lists import WatchLists
from tocsin.runtime import console
from tocsin.runtime.exits import Exit


@dataclass(frozen=True, slots=True)
class Finding:
    """What there is to say about one report; never what the report says."""

    place: str
    problems: tuple[Doubt, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    completeness: int | None = None
    hints: tuple[str, ...] = ()

    @property
    def can_be_sent(self) -> bool:
        """Whether nothing is wrong; doubts do not matter."""
        return not self.problems


def check_file(file: str, language: str, system: str | None, lists: WatchLists, *, as_json: bool) -> Exit:
    """Print a finding for each report in `file` (`-`: stdin). Raises SettingsError."""
    show = _json if console.wants_json(as_json) else print_sentences
    all_can = True
    with opened(file) as stream:
        for finding in findings(read_documents(stream), language, system, lists):
            all_can &= finding.can_be_sent
            show(finding)
    return Exit.WHOLE if all_can else Exit.REFUSED


def findings(
    documents: Iterator[Document], language: str, system: str | None, lists: WatchLists
) -> Iterator[Finding]:
    """A finding for each document, as the publisher's gate would judge it now."""
    for document in documents:
        try:
            if document.error is not None:
                raise document.error
            yield _finding(document, language, system, lists)
        except InvalidReportError as error:
            yield Finding(document.place, problems=tuple(error.problems))


def _finding(document: Document, language: str, system: str | None, lists: WatchLists) -> Finding:
    now_s = int(time.time())
    if family_of(document.data) == "alert":
        check_alert(document.data, now_s=now_s)
        return Finding(document.place)
    report = check_incident(document.data, now_s=now_s, default_system=system)
    return advice(document.place, report, language, lists)


def advice(place: str, report: CheckedReport, language: str, lists: WatchLists) -> Finding:
    """What to look at again in an incident report that can be sent, its score and hints."""
    found = completeness(report.body)
    return Finding(
        place,
        doubts=all_doubts(report, lists),
        completeness=found.score,
        hints=tuple(_hint(row, language) for row in found.hints),
    )


def _hint(row: str, language: str) -> str:
    label = codes.labels("completeness", "rows")[row][language]
    return f"{label}: {codes.completeness_hints()[row][language]}"


def _json(finding: Finding) -> None:
    record: dict[str, Any] = {"place": None, "can_be_sent": finding.can_be_sent, **asdict(finding)}
    for name in ("problems", "doubts"):
        record[name] = [{"place": place, "sentence": sentence} for place, sentence in record[name]]
    console.json_line(record)


def print_sentences(finding: Finding) -> None:
    """A finding on stdout, for people."""
    verdict = "can be sent" if finding.can_be_sent else "cannot be sent as it is"
    score = "" if finding.completeness is None else f"; completeness {finding.completeness} of 100"
    lines = [f"{finding.place}: {verdict}{score}"]
    lines += [f"  wrong: {place}: {sentence}" for place, sentence in finding.problems]
    lines += [f"  look again: {place}: {sentence}" for place, sentence in finding.doubts]
    lines += [f"  would help: {hint}" for hint in finding.hints]
    console.data("\n".join(map(console.harmless, lines)))
