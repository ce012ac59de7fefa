"""A refused record is read again from its place and judged by today's directory.

By hand with `quarantine retry`; by the service itself, after the directory changed, where the directory was
the reason and the record's place in its log stands. The whole ladder judges it again: nothing is taken that
a reader without the earlier refusal would not take.
"""

from __future__ import annotations

from collections.abc import Callable

from services.consumer.consume import Consumption
from services.consumer.threads import in_thread
from tocsin.adapters.inbox.quarantine import Refused
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.kafka.subscriber import Subscriber
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.outcomes import Outcome, Reason, Step
from tocsin.core.primitives import sha256

MAX_RETRIES = 10_000
MAX_RETRIES_BY_ITSELF = 100
POLLS = 20
MENDABLE = (Reason.ROLE, Reason.SCHEMA_NOT_ALLOWED, Reason.APPROVALS)


async def retry_refused(consumption: Consumption, id_: int | None, tell: Callable[[str], None]) -> int:
    """Try one refused record, or all; how many stay refused or can no longer be read.

    Raises RefusedByRuleError for an unknown id, BrokerUnavailableError, DirectoryStaleError.
    """
    quarantine = consumption.reading.inbox.quarantine
    if id_ is None:
        chosen = quarantine.rows(limit=MAX_RETRIES)
    else:
        one = quarantine.find(id_)
        if one is None:
            raise RefusedByRuleError(f"there is no refused record {id_}: see `tocsin quarantine list`")
        chosen = [one]
    refused = 0
    # A record of which several items were refused is judged once.
    for one in {one.place: one for one in chosen}.values():
        refused += not await _retry(consumption, one, tell)
    return refused


async def retry_by_itself(consumption: Consumption, tell: Callable[[str], None]) -> None:
    """Once for each version of the directory: the newest 100 records that it may have been the reason for.

    Raises BrokerUnavailableError, DirectoryStaleError; then the next call begins anew.
    """
    inbox, version = consumption.reading.inbox, consumption.reading.reader.directory.version
    if inbox.known.judged_by() == version:
        return
    chosen = inbox.quarantine.of_reasons(MENDABLE, MAX_RETRIES_BY_ITSELF)
    for one in {one.place: one for one in chosen}.values():
        await _retry(consumption, one, tell)
    with inbox.transaction():
        inbox.known.note_judged_by(version)


async def _retry(consumption: Consumption, one: Refused, tell: Callable[[str], None]) -> bool:
    where = f"{one.id}: {one.place.topic}, partition {one.place.partition}, offset {one.place.offset}"
    value = await read_again(consumption.access, one)
    if value is None:
        tell(f"{where}: is no longer there")
        return False
    reading, now_s = consumption.reading, consumption.time_to_judge_by()
    past_log = one.step > Step.LOG
    fate = await in_thread(lambda: reading.intake.retry(value, one.place, now_s, past_log=past_log))
    refused = fate.outcome is Outcome.QUARANTINED or any(
        item.outcome is Outcome.QUARANTINED for item in fate.items
    )
    tell(f"{where}: {fate.outcome}" + (f" ({fate.reason})" if refused else ""))
    return not refused


async def read_again(access: KafkaAccess, one: Refused) -> bytes | None:
    """The value at its place, if it is still the same. Raises BrokerUnavailableError."""
    place = (one.place.topic, one.place.partition)
    async with Subscriber(access, {place: one.place.offset}) as subscriber:
        for _ in range(POLLS):
            for record in await subscriber.poll(1):
                same = record.offset == one.place.offset and record.value is not None
                return record.value if same and sha256(record.value or b"") == one.sha256 else None
            if subscriber.gaps:
                return None
    return None
