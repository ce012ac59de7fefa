"""Screening: parcels a second and peak memory of the real command, beside grep and a plain set of Python.

The wanted numbers come as alerts of 100 targets each, in a real inbox; one alert in ten has a pattern too.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.results import Row
from scripts.demo.command import TOCSIN
from tests.support.firm import Firm, alert_body, clue, selector, target

PARCELS = int(os.environ.get("TOCSIN_SCREEN_PARCELS", "1000000"))
TARGETS = tuple(
    int(size) for size in os.environ.get("TOCSIN_SCREEN_TARGETS", "10000,100000,1000000").split(",")
)
TARGETS_OF_ALERT = 100
PLANTED = 50
HEADER = (
    *("item_id", "awb_house", "mail_class", "category", "posted_at", "origin_office", "destination_office"),
    *("sender_country", "sender_postcode", "addressee_country", "addressee_postcode", "addressee_house_no"),
    *("addressee_phone", "gross_g", "description", "quantity", "net_g", "value", "currency", "hs"),
)
FROM, TO = (
    ("CN", "IN", "US", "GB", "DE", "NL", "HK", "SG", "JP", "TR"),
    ("AU", "CO", "PE", "BR", "ZA", "DE"),
)
WORDS = (
    *(
        "ceramic",
        "tile",
        "glue",
        "sample",
        "cotton",
        "shirt",
        "phone",
        "case",
        "usb",
        "cable",
        "toy",
        "lamp",
    ),
    *("led", "strip", "book", "paper", "shoes", "leather", "wallet", "watch", "strap", "glass", "bottle"),
    *("vitamin", "powder", "seeds", "tea", "herbal", "cream", "plastic"),
)
# The peak of a process counts what its parent held when it was made: so a small one starts it.
STARTER = """
import os, subprocess, sys, time
started = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
lines = process.stdout.read().count(b"\\n")
_, status, usage = os.wait4(process.pid, 0)
took_s = time.perf_counter() - started
sys.stderr.write(f"{took_s} {usage.ru_maxrss} {lines}")
sys.exit(os.waitstatus_to_exitcode(status))
"""
SET = """
import csv, sys
wanted = {line.strip().upper().replace(" ", "").replace("-", "") for line in open(sys.argv[1])}
found = 0
with open(sys.argv[2], newline="") as file:
    for row in csv.DictReader(file):
        found += row["item_id"].upper().replace(" ", "").replace("-", "") in wanted
print(found)
"""


def rows() -> list[Row]:
    """Three lines for each number of targets."""
    found = []
    with TemporaryDirectory(dir=_folder()) as name:
        folder = Path(name)
        rng = random.Random(631)
        numbers = [f"EE{rng.randrange(10**9):09}AU" for _ in range(max(TARGETS))]
        parcels = _parcels(folder / "parcels.csv", numbers[: min(TARGETS)], rng)
        (folder / "set.py").write_text(SET)
        for count in TARGETS:
            found += _measured(folder / str(count), parcels, numbers[:count])
    return found


def _folder() -> Path:
    path = Path("var/bench")
    path.mkdir(parents=True, exist_ok=True)
    return path.absolute()


def _parcels(path: Path, numbers: list[str], rng: random.Random) -> Path:
    planted = dict(zip(rng.sample(range(PARCELS), PLANTED), numbers, strict=False))
    with path.open("w") as file:
        file.write(",".join(HEADER) + "\n")
        for number in range(PARCELS):
            file.write(",".join(_parcel(rng, planted.get(number))) + "\n")
    return path


def _parcel(rng: random.Random, number: str | None) -> tuple[str, ...]:
    origin, destination = rng.choice(FROM), rng.choice(TO)
    return (
        *(number or f"RA{rng.randrange(10**9):09}{origin}", "", "UX", "gift"),
        *(f"2026-11-{rng.randrange(1, 28):02}T10:00:00Z", f"{origin}PEKA", f"{destination}SYDA", origin),
        *(f"{rng.randrange(10**5):05}", destination, f"{rng.randrange(10**4):04}", str(rng.randrange(200))),
        *(
            f"+61{rng.randrange(10**9):09}",
            str(rng.randrange(10, 20_000)),
            " ".join(rng.choices(WORDS, k=4)),
        ),
        *(str(rng.randrange(1, 5)), str(rng.randrange(10, 9_000)), f"{rng.randrange(1, 300)}.50", "USD"),
        str(rng.randrange(100_000, 999_999)),
    )


def _alerts(numbers: list[str]) -> Iterator[dict[str, object]]:
    for number, first in enumerate(range(0, len(numbers), TARGETS_OF_ALERT)):
        pattern = selector(
            clue("origin_country", "equals", FROM[number % len(FROM)]),
            clue("destination_country", "equals", TO[number % len(TO)]),
            clue("declared_text", "phrase", f"{WORDS[number % len(WORDS)]} pigment {number}"),
        )
        yield alert_body(
            str(number),
            targets=[target(one) for one in numbers[first : first + TARGETS_OF_ALERT]],
            selectors=[pattern] if number % 10 == 0 else [],
        )


def _measured(folder: Path, parcels: Path, numbers: list[str]) -> list[Row]:
    folder.mkdir()
    firm = Firm(folder)
    firm.receive(*_alerts(numbers))
    wanted = folder / "wanted.txt"
    wanted.write_text("\n".join(numbers) + "\n")
    home = {"TOCSIN_HOME": str(firm.home), "TOCSIN_PASSPHRASE_FILE": str(firm.passphrase_file)}
    ours_s, ours_mib, hits = _run([str(TOCSIN), "screen", str(parcels), "--json"], home)
    grep_s, _, grepped = _run(["grep", "-F", "-f", str(wanted), str(parcels)], {"LC_ALL": "C"})
    set_s, set_mib, _ = _run([sys.executable, str(folder.parent / "set.py"), str(wanted), str(parcels)], {})
    if not PLANTED == hits == grepped:
        sys.exit(f"{PLANTED} numbers were planted, {hits} found by us, {grepped} by grep")
    size = f"{len(numbers):,} numbers"
    return [
        Row(
            f"screen against {size}, and grep -F -f",
            PARCELS / ours_s,
            "parcels/s",
            PARCELS / grep_s,
            "≥ 66,000",
        ),
        Row(f"screen against {size}, and a Python set", PARCELS / ours_s, "parcels/s", PARCELS / set_s),
        Row(f"peak memory at {size}, and the set's", ours_mib, "MiB", set_mib, "≤ 200", better="lower"),
    ]


def _run(command: list[str], environment: dict[str, str]) -> tuple[float, float, int]:
    """(seconds, peak MiB, lines of output), started by a process that is itself small."""
    done = subprocess.run(
        [sys.executable, "-c", STARTER, *command],
        env=os.environ | environment,
        capture_output=True,
        check=True,
    )
    took_s, peak_kib, lines = done.stderr.split(b"\n")[-1].split()
    return float(took_s), int(peak_kib) / 1024, int(lines)
