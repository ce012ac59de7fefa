"""Logs: one line for one thing that happened, with fields from an allow-list and nothing else.

A field that is not on the list fails under tests (`strict`) and is dropped in production, so that no
content, passphrase or key can slip into a log by a new call. Lines of libraries are bounded a minute
and logger; their exceptions show type and place, never the message, which could quote a report.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, MutableMapping
from typing import Any, TextIO

import structlog

from tocsin.runtime import crash
from tocsin.runtime.console import harmless

FIELDS = frozenset(
    (
        *("report_id", "key_id", "originator", "audience", "stream", "region", "topic", "partition"),
        *("offset", "session", "counter", "generation", "step", "reason", "outcome", "alarm"),
        *("size_bytes", "count", "duration_ms", "age_s", "path", "place", "kind", "name", "version"),
        *("host", "port", "pid", "status", "schema", "purpose", "since"),
    )
)
_OWN = frozenset(("event", "level", "time", "logger"))
MAX_VALUE_CHARACTERS = 500
MAX_FOREIGN_LINES_PER_MINUTE = 20
MAX_FOREIGN_LOGGERS = 200

Event = MutableMapping[str, Any]


class Log:
    """Writes lines under a name: `log.info("report.published", report_id=…, offset=…)`.

    The first line configures, if nobody did, so that nothing happens at import and nothing ever goes
    to stdout, where data are.
    """

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def info(self, event: str, **fields: Any) -> None:
        """Something went as it should."""
        self._write("info", event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        """Something to look at when there is time."""
        self._write("warning", event, fields)

    def error(self, event: str, **fields: Any) -> None:
        """Something that somebody must look at."""
        self._write("error", event, fields)

    def _write(self, level: str, event: str, fields: dict[str, Any]) -> None:
        if not structlog.is_configured():
            configure()
        getattr(structlog.get_logger().bind(logger=self._name), level)(event, **fields)


def get_log(name: str) -> Log:
    """The logger of a module or library. Cheap, and without effect, also at import."""
    return Log(name)


def configure(*, strict: bool = False, as_json: bool | None = None, stream: TextIO | None = None) -> None:
    """Send all logs to `stream` (stderr): JSON, or pretty on a terminal.

    `strict`: an unknown field raises ValueError instead of being dropped.
    """
    plain = not (stream or sys.stderr).isatty() if as_json is None else as_json
    renderer: Any = structlog.processors.JSONRenderer() if plain else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            allowing(strict=strict),
            renderer,
        ],
        # stderr is looked up for each line: whoever replaces it gets the lines from then on.
        logger_factory=lambda *_names: structlog.WriteLogger(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, ForeignLines)]:
        root.removeHandler(handler)
    root.addHandler(ForeignLines())
    root.setLevel(logging.WARNING)


def allowing(*, strict: bool) -> Callable[[Any, str, Event], Event]:
    """The processor that lets only `FIELDS` pass, as short and harmless values."""

    def allow(_logger: Any, _method: str, event: Event) -> Event:
        unknown = sorted(event.keys() - FIELDS - _OWN)
        if unknown and strict:
            raise ValueError(f"fields that may not be logged: {', '.join(unknown)}")
        return {name: _value(value) for name, value in event.items() if name not in unknown}

    return allow


class ForeignLines(logging.Handler):
    """Takes what libraries log into our form, at most 20 lines a minute and logger, then a count."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(logging.WARNING)
        self._clock = clock
        self._minutes: dict[str, tuple[int, int]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record, or count it."""
        minute = int(self._clock() // 60)
        begun, seen = self._minutes.get(record.name, (minute, 0))
        if begun != minute:
            self._tell_left_out(record.name, seen)
            seen = 0
        if record.name in self._minutes or len(self._minutes) < MAX_FOREIGN_LOGGERS:
            self._minutes[record.name] = (minute, seen + 1)
        if seen < MAX_FOREIGN_LINES_PER_MINUTE:
            self._pass_on(record)

    def _tell_left_out(self, name: str, seen: int) -> None:
        if seen > MAX_FOREIGN_LINES_PER_MINUTE:
            left_out = seen - MAX_FOREIGN_LINES_PER_MINUTE
            get_log(name).warning("library.lines_left_out", count=left_out)

    def _pass_on(self, record: logging.LogRecord) -> None:
        fields = {"reason": record.getMessage()}
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            # The text of a record with a traceback is fixed; the error's own message stays out.
            fields = {"reason": f"{record.msg}".strip(), "kind": type(error).__name__}
            fields["place"] = crash.place(error)
        log = get_log(record.name)
        write = log.error if record.levelno >= logging.ERROR else log.warning
        write("library.said", **fields)


def _value(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes):
        return value.hex()[:MAX_VALUE_CHARACTERS]
    return harmless(str(value))[:MAX_VALUE_CHARACTERS]
