"""Asks the ten rows in a terminal: questions on stderr, answers from stdin, each kept at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from typing import TextIO

from tocsin.adapters.country_names import country_name, find_countries
from tocsin.core import codes, flat_columns, quick_form
from tocsin.core.errors import InvalidReportError
from tocsin.core.flat_rows import column_of
from tocsin.core.report import CheckedReport, check_incident
from tocsin.core.vocabulary import substance_named
from tocsin.runtime import console

MAX_ANSWER_CHARACTERS = 20_000
MAX_SHOWN_CODES = 40
HELP, BACK, CLEAR = "?", "<", "-"


class InterruptedAskingError(Exception):
    """The terminal went away, or the officer stopped: the draft is kept."""


class Asking:
    """One officer, one draft. `keep` puts the answers on disk after each one."""

    def __init__(
        self,
        answers: dict[str, str],
        language: str,
        keep: Callable[[dict[str, str]], None],
    ) -> None:
        self.answers = answers
        self._language, self._keep = language, keep
        # None where the process was started without one.
        self._stdin: TextIO | None = sys.stdin
        if isinstance(self._stdin, TextIOWrapper):
            # Strict, one bad byte would take the lines beside it along.
            self._stdin.reconfigure(errors="surrogateescape")

    def ask_all(self) -> None:
        """Go through the ten rows. Raises InterruptedAskingError."""
        at = 0
        while at < len(questions := list(self._questions())):
            row, code = questions[at]
            at = max(0, at - 1) if self._ask(row, code) == BACK else at + 1

    def sound(self, now_s: int) -> CheckedReport:
        """The report that the answers make; what is wrong with it is asked again, with the reason.

        Raises InterruptedAskingError; InvalidReportError for what no answer is to blame for.
        """
        while True:
            try:
                return self.checked(now_s)
            except InvalidReportError as error:
                askable = [one for one in error.problems if one[0] != "row"]
                if not askable:
                    raise
            for code, sentence in askable:
                console.warn(f"{self._label(code)}: {sentence}")
                self._ask("!", code)

    def checked(self, now_s: int) -> CheckedReport:
        """The report that the answers make. Raises InvalidReportError; places are codes of columns."""
        report = quick_form.report_of(self.answers, find_countries)
        try:
            return check_incident(report, now_s=now_s)
        except InvalidReportError as error:
            blamed = [(column_of(place), sentence) for place, sentence in error.problems]
            raise InvalidReportError(blamed) from None

    def yes(self, question: str) -> bool:
        """Whether the officer says yes. Raises InterruptedAskingError."""
        return flat_columns.is_word("true", self._read(f"{question} [no]: "))

    def _questions(self) -> Iterator[tuple[str, str]]:
        rows = quick_form.rows(self.answers)
        for number, row in enumerate(rows, 1):
            yield from ((f"{number}/{len(rows)}", code) for code in row)

    def _ask(self, row: str, code: str) -> str | None:
        """Ask until the answer can stand, or is empty; BACK to go back."""
        while True:
            answer = self._read(self._question(row, code)).strip()
            if answer == BACK:
                return BACK
            if answer == HELP:
                console.say(self._explanation(code))
                continue
            if answer == CLEAR:
                self._clear(code)
                return None
            answer = answer or self._present(code)
            why = quick_form.refusal(code, answer, find_countries)
            if why is None:
                self._take(code, answer)
                return None
            console.warn(f"{why} ({HELP} explains)")

    def _clear(self, code: str) -> None:
        if self.answers.pop(code, None) is not None:
            self._keep(self.answers)

    def _take(self, code: str, answer: str) -> None:
        if answer and answer != self.answers.get(code):
            self.answers[code] = answer
            self._keep(self.answers)

    def _present(self, code: str) -> str:
        """The answer that Enter keeps: the one that was given, or the system of the substance."""
        if code == "system" and code not in self.answers:
            name = substance_named(self.answers.get("substance", ""))
            group = None if name is None else codes.substances()[name].group
            return quick_form.usual_system(group) or ""
        return self.answers.get(code, "")

    def _question(self, row: str, code: str) -> str:
        present = self._present(code)
        needed = " *" if code in quick_form.mandatory(self.answers) else ""
        return f"{row} {self._label(code)}{needed}{f' [{present}]' if present else ''}: "

    def _label(self, code: str) -> str:
        return flat_columns.column(code).label[self._language]

    def _explanation(self, code: str) -> str:
        column = flat_columns.column(code)
        lines = [flat_columns.note(column, self._language)]
        if column.type in {"code", "unit"}:
            listed = flat_columns.codes_of(column.list_name or "units")
            shown = list(listed.items())[:MAX_SHOWN_CODES]
            lines += [f"  {one}  {labels.get(self._language, '')}".rstrip() for one, labels in shown]
        if column.type == "country" and (present := self.answers.get(code)):
            lines += [f"  {one}  {country_name(one, self._language)}" for one in find_countries(present)]
        return "\n".join(
            [*lines, f"Enter skips or keeps, {CLEAR} clears, {BACK} goes back, Ctrl-C keeps the draft"]
        )

    def _read(self, question: str) -> str:
        while True:
            sys.stderr.write(console.harmless(question))
            sys.stderr.flush()
            line = self._line()
            if len(line) > MAX_ANSWER_CHARACTERS:
                while not line.endswith("\n"):
                    line = self._line()
                console.warn(f"an answer has at most {MAX_ANSWER_CHARACTERS} characters; nothing was taken")
            elif not _is_text(line):
                console.warn("this terminal sent bytes that are no UTF-8; nothing was taken")
            else:
                return line

    def _line(self) -> str:
        """At most one character more than an answer may have."""
        try:
            line = self._stdin.readline(MAX_ANSWER_CHARACTERS + 1) if self._stdin else ""
        except KeyboardInterrupt:
            line = ""
        if not line:
            raise InterruptedAskingError
        return line


def _is_text(line: str) -> bool:
    """Whether `line` is free of the lone surrogates that stand for bytes that were no text."""
    return line.isascii() or not any("\ud800" <= char <= "\udfff" for char in line)
