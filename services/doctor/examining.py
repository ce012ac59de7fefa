"""Runs the checks in their order, each in bounded time; what has lost its ground is skipped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping

from services.doctor.case import Case
from services.doctor.check_directory import check_clock, check_directory
from services.doctor.check_heartbeat import check_heartbeat
from services.doctor.check_home import check_disk, check_files, check_home, check_versions
from services.doctor.check_kafka import check_rights, check_topics
from services.doctor.check_keys import check_entry, check_keys, check_passphrase
from services.doctor.check_network import check_login, check_names, check_ports, check_tls, check_web
from tocsin.core.errors import TocsinError
from tocsin.core.findings import Finding, ground_lost, is_lost, needed_for, unfinished
from tocsin.core.symptoms import Check, Level
from tocsin.runtime.exits import Exit

WAITS_OF_A_CHECK = 3

CHECKS: Mapping[Check, Callable[[Case], Awaitable[list[Finding]]]] = {
    Check.HOME: check_home,
    Check.FILES: check_files,
    Check.DISK: check_disk,
    Check.VERSIONS: check_versions,
    Check.PASSPHRASE: check_passphrase,
    Check.WEB: check_web,
    Check.NAMES: check_names,
    Check.PORTS: check_ports,
    Check.TLS: check_tls,
    Check.LOGIN: check_login,
    Check.DIRECTORY: check_directory,
    Check.CLOCK: check_clock,
    Check.ENTRY: check_entry,
    Check.KEYS: check_keys,
    Check.TOPICS: check_topics,
    Check.RIGHTS: check_rights,
    Check.HEARTBEAT: check_heartbeat,
}
_EXITS = {
    **dict.fromkeys((Check.HOME, Check.FILES, Check.VERSIONS, Check.PASSPHRASE, Check.WEB), Exit.USAGE),
    **dict.fromkeys((Check.DISK, Check.NAMES, Check.PORTS, Check.TLS, Check.LOGIN), Exit.UNREACHABLE),
    Check.DIRECTORY: Exit.STALE,
    Check.CLOCK: Exit.USAGE,
    **dict.fromkeys((Check.ENTRY, Check.KEYS, Check.RIGHTS), Exit.REFUSED),
    **dict.fromkeys((Check.TOPICS, Check.HEARTBEAT), Exit.INCOMPLETE),
}


async def examine(
    case: Case, wanted: Collection[Check], begins: Callable[[Check], None]
) -> AsyncIterator[Finding]:
    """The findings of `wanted`, and of what they stand on where that failed, as they come.

    `begins` is told each check before it runs.
    """
    lost: set[Check] = set()
    for check in needed_for(wanted):
        if (skip := ground_lost(check, lost)) is not None:
            found = [skip]
        else:
            begins(check)
            found = await _bounded(check, case)
        if is_lost(found):
            lost.add(check)
        for one in found:
            if check in wanted or one.level is not Level.PASS:
                yield one


async def _bounded(check: Check, case: Case) -> list[Finding]:
    """What a check finds; one that takes too long, or meets a fault that it does not judge, says so."""
    limit_s = WAITS_OF_A_CHECK * case.asked.wait_s
    try:
        async with asyncio.timeout(limit_s):
            return await CHECKS[check](case)
    except TimeoutError:
        return [unfinished(check, f"it did not end within {limit_s:g} s")]
    except TocsinError as error:
        return [unfinished(check, str(error))]
    except OSError as error:
        return [unfinished(check, f"{error.filename or 'this machine'}: {error.strerror}")]


def exit_of(found: Collection[Finding]) -> Exit:
    """0 where nothing failed; 5 where keys were not looked at for want of a passphrase; else what the
    first failure leads to.
    """
    failed = [one.check for one in found if one.level is Level.FAIL]
    if failed:
        return _EXITS[failed[0]]
    blind = any(one.check is Check.PASSPHRASE and one.level is Level.SKIPPED for one in found)
    return Exit.INCOMPLETE if blind else Exit.WHOLE
