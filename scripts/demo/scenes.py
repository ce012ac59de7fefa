"""The scenes: who publishes what, what each reader sees, what the broker holds."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from scripts.demo import evidence
from scripts.demo.command import LOG, Commands
from scripts.demo.stage import ANALYST, AUTHORITY, COURIER, FOCAL_POINTS, PEOPLE, acting
from tocsin.core.exercise import exercise_alert, exercise_report

REPORTS, SEED = 200, 631
console = Console(width=118)


def write_reports(folder: Path) -> Path:
    """Exercise reports by a seeded generator, marked as exercise inside the signed part."""
    rng = random.Random(SEED)
    path = folder / "reports.jsonl"
    reports = [exercise_report(rng, number, "CO") for number in range(REPORTS)]
    path.write_text("".join(json.dumps(one) + "\n" for one in reports))
    return path


def publish_reports(commands: Commands, data: str | None) -> None:
    """Colombia's focal point publishes generated reports, or the rows of a file."""
    sender = FOCAL_POINTS[0].home
    if data:
        shown = commands.run(sender, "import", data, "--profile", "unodc-ids", allowed=(0, 3))
        console.print(f"import of {data}: {shown.strip().splitlines()[-1]}")
        return
    path = write_reports(commands.folder)
    receipts = commands.lines(sender, "publish", str(path))
    states = Counter(one["state"] for one in receipts)
    places = sum(len(one["destinations"]) for one in receipts)
    counts = ", ".join(f"{count} {state}" for state, count in states.items())
    console.print(f"{len(receipts)} reports handed in: {counts}; {places} (report, region) pairs on Kafka")
    first = receipts[0]["destinations"][0]
    where = f"{first['topic']} partition {first['partition']} offset {first['offset']}"
    console.print(f"the first lies in {first['region']}: {where}")


def publish_alert(commands: Commands) -> None:
    """Ana of Colombia writes an alert for couriers; Ben, who did not, releases it."""
    path = commands.folder / "alert.json"
    path.write_text(json.dumps(exercise_alert(random.Random(SEED), issued_s=int(time.time()))))
    home, (ana, ben) = FOCAL_POINTS[0].home, PEOPLE
    words = ("alert", "new", str(path), "--audience", "couriers", "--json", *acting(commands, ana))
    name = commands.lines(home, *words)[0]["name"]
    console.print(f"{ana} wrote {name}, and may not release it")
    doubts = [one["key"] for one in commands.lines(home, "alert", "lint", name, "--json", allowed=(0, 3))]
    seen = [word for key in doubts for word in ("--despite", key)]
    words = ("alert", "approve", name, "--reason", "looked at in the demo", *seen, *acting(commands, ben))
    receipt = commands.lines(home, *words)[0]
    console.print(f"{ben} released it: {receipt['state']}, to the audience couriers, signed by both")


def show_focal_point(commands: Commands) -> list[dict[str, Any]]:
    """What the Netherlands reads: everything, once."""
    seen = commands.lines(FOCAL_POINTS[1].home, *_subscribe("ion,pics"))
    table = Table("reference", "kind", "when", "where", "substance as declared", "quantity", "regions")
    for one in seen[:5]:
        report = one["report"]
        substance = (report["substances"] or [{}])[0]
        quantity = substance.get("quantity") or {}
        table.add_row(
            report["national_reference"],
            report["kind"],
            (report["event_date"] or {}).get("value"),
            (report["place"] or {}).get("country"),
            substance.get("name_as_declared"),
            f"{quantity.get('value', '')} {quantity.get('unit', '')}",
            ", ".join(one["regions"]),
        )
    console.print(table)
    distinct = {(one["originator"], one["report_id"], one["version"]) for one in seen}
    console.print(f"the focal point of the Netherlands reads {len(seen)} reports, {len(distinct)} distinct")
    return seen


def show_courier(commands: Commands) -> list[dict[str, Any]]:
    """What the courier reads: the alert, and of the governments' streams nothing."""
    alerts = commands.lines(COURIER.home, *_subscribe("alerts"))
    reports = commands.lines(COURIER.home, *_subscribe("ion,pics"))
    table = Table("stream", "records that the courier opens", "first title")
    table.add_row("alerts", str(len(alerts)), alerts[0]["report"]["title"] if alerts else "")
    table.add_row("ion, pics", str(len(reports)), "")
    console.print(table)
    if len(alerts) != 1 or reports:
        raise SystemExit("the courier sees something else than its one alert: this must not be")
    console.print("the courier fetched every record of ion and pics, and holds the key of none of them")
    return alerts


def show_analyst(commands: Commands, exercise: bool) -> None:
    """What the analyst taps: Parquet files that DuckDB reads."""
    import duckdb

    lake = commands.folder / "lake"
    words = ("tap", "ion,pics", "--to", str(lake), "--until-end")
    commands.run(ANALYST.home, *words, *(("--exercise",) if exercise else ()))
    files = list(lake.rglob("*.parquet"))
    size_kb = sum(path.stat().st_size for path in files) / 1024
    console.print(f"{len(files)} Parquet files, {size_kb:,.0f} KiB, stream=/region=/month=")
    rows = duckdb.sql(
        "select stream, count(*), count(distinct report_id), sum(kilograms), sum(litres), sum(pieces)"
        f" from read_parquet('{lake}/**/*.parquet', hive_partitioning=true) group by 1 order by 1"
    ).fetchall()
    table = Table("stream", "rows", "distinct reports", "kilograms", "litres", "pieces")
    for row in rows:
        table.add_row(*(_shown(value) for value in row))
    console.print(table)


def show_broker(commands: Commands) -> None:
    """One record as the broker holds it, and what its header says in clear."""
    import asyncio

    from tocsin.adapters.kafka.reading import read_to_end
    from tocsin.core.wire import decode_envelope, decode_header

    record = asyncio.run(_first_record(commands.bootstrap, read_to_end))
    console.print(evidence.hexdump(record.value or b""), markup=False, highlight=False)
    header = decode_header(decode_envelope(record.value or b"").header)
    console.print(
        f"in clear: stream {header.stream}, region {header.region}, originator {header.originator.hex()}, "
        f"audience {header.audience.hex()}, counter {header.counter}, {len(record.value or b''):,} bytes",
        highlight=False,
    )


async def _first_record(bootstrap: str, read_to_end: Any) -> Any:
    from tocsin.core import codes
    from tocsin.core.streams import stream_topic

    for partition in range(len(codes.regions()) * 2):
        if records := await read_to_end(bootstrap, stream_topic("ion"), partition):
            return records[0]
    raise SystemExit("the broker holds no record of ion")


def search_everything(commands: Commands, seen: list[dict[str, Any]]) -> None:
    """Search all that the broker and our processes wrote for the reports' own words."""
    from tocsin.adapters.custodians import every_word

    folder = commands.folder
    homes = [folder / home for home in (AUTHORITY, *_homes())]
    public = b"".join(path.read_bytes() for path in (folder / AUTHORITY / "repository").rglob("*.json"))
    public += b"".join(path.read_bytes() for path in (folder / AUTHORITY / "repository").rglob("*.avsc"))
    public += every_word().encode()  # of which fingerprints are read aloud
    # The desk's log names an alert by its random number, on purpose, and says no word of it.
    said = [{name: one for name, one in each["report"].items() if name != "alert_id"} for each in seen]
    words = evidence.words_of(_texts(said), public)
    control = {seen[0]["originator"].encode()}
    files = [*evidence.files_under(folder / "kafka", *homes), folder / LOG]
    hits, size, count = evidence.search(words, files)
    known, _, _ = evidence.search(control, files)
    console.print(
        f"searched {count} files, {size / 1e6:,.1f} MB (the broker's logs and data, our messages, "
        f"outboxes, inboxes and keys) for {len(words)} words of the reports: found in {len(hits)} files"
    )
    console.print(f"the same search finds the originator's public id in {len(known)} files, so it can find")
    if hits or not known:
        raise SystemExit(f"readable words of reports, or a search that finds nothing at all: {hits}")


def _homes() -> list[str]:
    return [actor.home for actor in (*FOCAL_POINTS, ANALYST, COURIER)]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _subscribe(streams: str) -> tuple[str, ...]:
    return ("subscribe", streams, "--from", "earliest", "--until-end", "--json")


def _shown(value: Any) -> str:
    return f"{value:,.3f}" if isinstance(value, float | Decimal) else str(value or 0)
