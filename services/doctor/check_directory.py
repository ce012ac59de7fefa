"""Reads the directory as the services do, and compares our clock with who signed."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from services.doctor.case import Case, Kind
from tocsin.adapters.standby_home import pinned_root
from tocsin.adapters.tuf_client import DirectoryClient
from tocsin.adapters.tuf_topic import DirectoryFollower
from tocsin.core.diagnosis import judge_clock_found, judge_directory_age
from tocsin.core.errors import DirectoryStaleError
from tocsin.core.findings import Finding, ill, is_lost, skipped
from tocsin.core.streams import DIRECTORY_TOPIC
from tocsin.core.symptoms import Check, Symptom


async def check_directory(case: Case) -> list[Finding]:
    """Whether a directory verifies, and how old its timestamp is."""
    with tempfile.TemporaryDirectory(prefix="tocsin-doctor-") as spare:
        client = await asyncio.to_thread(_client, case, Path(spare))
        follower = DirectoryFollower(case.access, client, case.me)
        try:
            case.directory = await follower.refresh(case.now_s, forced=True)
        except DirectoryStaleError as error:
            return [ill(Symptom.NO_DIRECTORY, DIRECTORY_TOPIC, str(error))]
        case.clock, case.signed_at_s = follower.clock, client.signed_at_s
    signed_at_s = client.signed_at_s or case.directory.signed_at_s
    age = judge_directory_age(signed_at_s, case.now_s, DIRECTORY_TOPIC)
    if follower.trouble is not None and not is_lost([age]):
        return [ill(Symptom.NO_DIRECTORY, DIRECTORY_TOPIC, f"{follower.trouble}")]
    refused = [
        ill(Symptom.ENTRY_REFUSED, name, why) for name, why in sorted(case.directory.refused.items())
    ]
    return [age, *refused]


def _client(case: Case, spare: Path) -> DirectoryClient:
    """A participant's own, which the services share; others' see the topic as a newcomer does."""
    if case.kind is Kind.PARTICIPANT:
        return DirectoryClient(case.home.directory, case.home.pinned_root())
    if case.kind is Kind.STANDBY:
        return DirectoryClient(spare, pinned_root(case.home.path))
    return DirectoryClient(spare, case.repository().pinned_root())


async def check_clock(case: Case) -> list[Finding]:
    """Our clock against what the authority and others signed."""
    if case.clock is None:
        return [skipped(Check.CLOCK, "nothing that was signed could be read, see directory")]
    return [judge_clock_found(case.clock)]
