"""Which partitions we read: streams and regions from the directory's layout, our inbox, the keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tocsin.adapters.kafka.records import Start
from tocsin.core.agreements import own_authority
from tocsin.core.directory import Directory
from tocsin.core.errors import SettingsError
from tocsin.core.outcomes import LogId
from tocsin.core.participants import Participant
from tocsin.core.report import ALERTS_STREAM
from tocsin.core.streams import (
    BLOBS,
    CHECKPOINTS_TOPIC,
    MANIFESTS_TOPIC,
    Layout,
    inbox_topic,
    stream_topic,
)

Partition = tuple[str, int]
ALL = "all"
INCIDENT_STREAMS = frozenset({"ion", "pics"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asked for. No regions means all of them."""

    streams: tuple[str, ...]
    regions: tuple[str, ...] = ()

    def reads(self, log: LogId) -> bool:
        """Whether a log lies in what is read; inbox logs are judged elsewhere."""
        return log.stream in self.streams and (not self.regions or log.scope in self.regions)

    def with_attachments(self, layout: Layout) -> Wanted:
        """The same, with the files of reports where incident reports are read."""
        if not INCIDENT_STREAMS.intersection(self.streams) or BLOBS not in layout.streams:
            return self
        return Wanted(tuple(dict.fromkeys((*self.streams, BLOBS))), self.regions)

    def without_attachments(self) -> Wanted:
        """The same without the files of reports, unless nothing else is wanted."""
        return Wanted(tuple(one for one in self.streams if one != BLOBS) or self.streams, self.regions)

    def mask(self, order: Iterable[str]) -> int:
        """The regions as bits of the layout's `order`; 0 means all."""
        return sum(1 << bit for bit, region in enumerate(order) if region in self.regions)


def parse_wanted(
    streams: str, regions: Iterable[str], layout: Layout, own: Participant | None = None
) -> Wanted:
    """From the command line: streams by comma or `all`, regions by name. Raises SettingsError.

    `own`: who reads. All that a firm reads are alerts; the rest is closed to it at the broker.
    """
    names = tuple(dict.fromkeys(one.strip() for one in streams.split(",") if one.strip()))
    if names == (ALL,):
        firm = own is not None and own.is_firm
        names = (ALERTS_STREAM,) if firm else tuple(sorted(layout.streams))
    wanted = Wanted(names, tuple(dict.fromkeys(regions)))
    _refuse_unknown("stream", names, layout.streams)
    _refuse_unknown("region", wanted.regions, layout.regions)
    if not names:
        raise SettingsError(f"name at least one stream: {', '.join(sorted(layout.streams))}")
    return wanted


def _refuse_unknown(what: str, asked: Iterable[str], known: Iterable[str]) -> None:
    there = list(known)
    if unknown := [one for one in asked if one not in there]:
        raise SettingsError(f"no such {what}: {', '.join(unknown)}; there are {', '.join(there)}")


def stream_partitions(wanted: Wanted, layout: Layout) -> list[Partition]:
    """Every partition that can hold a record of what is wanted."""
    return [
        (stream_topic(stream), partition)
        for stream in wanted.streams
        for region in wanted.regions or layout.regions
        for partition in layout.region_partitions(stream, region)
    ]


def key_partitions(me: bytes, directory: Directory) -> list[Partition]:
    """Manifests, and the participant's own inbox."""
    own = directory.participants.get(me)
    if own is None:
        raise SettingsError(
            f"the directory does not name us (id {me.hex()}): ask the authority whether it admitted "
            "this participant, and whether it published the directory"
        )
    return [(MANIFESTS_TOPIC, 0), (inbox_topic(me, own.is_firm), 0)]


def whom_to_ask(me: bytes, directory: Directory) -> str:
    """Why the broker may have closed a topic to us, and who can open it."""
    own = directory.participants.get(me)
    if own is None:
        return "the directory does not name us"
    asked = own_authority(directory, me)
    if asked is None:
        return f"our roles are {', '.join(own.roles)}: ask the authority which of them reads it"
    return (
        "we are a firm: firms read alerts and their own inbox, and nothing that governments send each "
        f"other. Read with `tocsin subscribe alerts`; what else we need, ask {asked}"
    )


def checkpoints_partition() -> Partition:
    """Where originators state the heads of their logs."""
    return (CHECKPOINTS_TOPIC, 0)


def starting_at(
    partitions: Iterable[Partition], offsets: Mapping[Partition, int]
) -> dict[Partition, int | Start]:
    """Each partition from where the inbox left it, the others from their beginning."""
    return {one: offsets.get(one, Start.BEGINNING) for one in partitions}
