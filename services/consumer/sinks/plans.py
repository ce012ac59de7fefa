"""What is asked of sinks, from settings or from `--sink`, checked whole before anything begins."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.consumer.sinks.settings import MAX_SINKS, NAME_PATTERN, SinkSettings
from tocsin.adapters.mail import check_mailbox
from tocsin.core.errors import SettingsError
from tocsin.core.outward import read_receiver
from tocsin.core.sink_filters import Filters, parse_filters
from tocsin.core.sink_pace import Pace, Quiet, parse_quiet

NAME_DIGITS = 8
EARLIEST, LATEST = "earliest", "latest"


class Kind(StrEnum):
    """How a sink delivers."""

    SPOOL = "spool"
    WEBHOOK = "webhook"
    PING = "ping"


@dataclass(frozen=True, slots=True)
class SinkPlan:
    """One sink as it was asked for. `target` may hold a secret (a URL's path): `shown` does not."""

    name: str
    kind: Kind
    target: str = field(repr=False)
    shown: str
    streams: tuple[str, ...]
    filters: Filters
    pace: Pace
    urgent: Filters | None
    from_earliest: bool
    settings: SinkSettings


@dataclass(frozen=True, slots=True)
class Given:
    """The options of `subscribe` beside `--sink`; they hold for every KIND=TARGET of the line."""

    filters: Sequence[str] = ()
    quiet: str | None = None
    digest_minutes: int = 0
    begin: str = EARLIEST
    own_network: bool = False


def configured(sinks: Mapping[str, SinkSettings]) -> list[SinkPlan]:
    """The sinks of the settings. Raises SettingsError that lists everything wrong."""
    return _all([(name, settings, tuple(settings.streams)) for name, settings in sinks.items()])


def named_on_the_line(
    texts: Sequence[str], given: Given, streams: tuple[str, ...], sinks: Mapping[str, SinkSettings]
) -> list[SinkPlan]:
    """From `--sink`: names of the settings, or KIND=TARGET. Raises SettingsError."""
    if given.begin not in {EARLIEST, LATEST}:
        raise SettingsError("with --sink, --from is earliest or latest")
    wanted = []
    for text in texts:
        if "=" not in text:
            if text not in sinks:
                known = f" or one of {', '.join(sinks)}" if sinks else ""
                raise SettingsError(f"--sink {text!r}: write spool=DIR, webhook=URL, ping=MAILBOX{known}")
            wanted.append((text, sinks[text], tuple(sinks[text].streams)))
            continue
        settings = SinkSettings(
            to=text,
            filters=list(given.filters),
            quiet=given.quiet,
            digest_minutes=given.digest_minutes,
            begin="latest" if given.begin == LATEST else "earliest",
            own_network=given.own_network,
        )
        wanted.append((name_of(text), settings, streams))
    return _all(wanted)


def name_of(text: str) -> str:
    """The name of a sink: as in the settings, or of KIND=TARGET always the same one.

    Raises SettingsError.
    """
    if "=" not in text:
        if not re.match(NAME_PATTERN, text):
            raise SettingsError(f"{text!r} is no sink's name: small letters, digits and hyphens")
        return text
    kind, target, _ = _target(text)
    # Of a URL with a secret in it, 32 bits of a hash tell nothing that could be used.
    return f"{kind}-{hashlib.sha256(target.encode()).hexdigest()[:NAME_DIGITS]}"


def _all(wanted: Sequence[tuple[str, SinkSettings, tuple[str, ...]]]) -> list[SinkPlan]:
    plans, problems = [], []
    for name, settings, streams in wanted:
        try:
            plans.append(_plan(name, settings, streams))
        except SettingsError as error:
            problems.append(f"sink {name}: {error}")
    names = [name for name, *_ in wanted]
    problems += [f"sink {name} is named twice" for name in sorted(set(names)) if names.count(name) > 1]
    if len(wanted) > MAX_SINKS:
        problems.append(f"at most {MAX_SINKS} sinks")
    if problems:
        raise SettingsError("; ".join(problems))
    return plans


def _plan(name: str, settings: SinkSettings, streams: tuple[str, ...]) -> SinkPlan:
    kind, target, shown = _target(settings.to)
    return SinkPlan(
        name=name,
        kind=kind,
        target=target,
        shown=shown,
        streams=streams,
        filters=parse_filters(settings.filters),
        pace=Pace(_quiet(settings.quiet), settings.digest_minutes * 60),
        urgent=parse_filters(settings.urgent) if settings.urgent else None,
        from_earliest=settings.begin == "earliest",
        settings=settings,
    )


def _target(text: str) -> tuple[Kind, str, str]:
    """(kind, where, what may be shown of it)."""
    word, _, target = text.partition("=")
    if word not in list(Kind) or not target:
        raise SettingsError("a sink is spool=DIR, webhook=URL or ping=MAILBOX")
    match Kind(word):
        case Kind.SPOOL:
            folder = str(Path(target).expanduser().absolute())
            return Kind.SPOOL, folder, folder
        case Kind.WEBHOOK:
            return Kind.WEBHOOK, target, read_receiver(target).shown
        case Kind.PING:
            return Kind.PING, check_mailbox(target), target


def _quiet(text: str | None) -> Quiet | None:
    if text is None:
        return None
    hours, _, zone = text.strip().partition(" ")
    if not zone:
        raise SettingsError(f"quiet {text!r}: say whose clock: 22:00-06:00 Europe/Amsterdam")
    try:
        return parse_quiet(hours, ZoneInfo(zone.strip()))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsError(f"quiet {text!r}: no such time zone; for instance Europe/Amsterdam") from None
