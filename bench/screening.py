"""Screening: parcels a second and peak memory of the real command, beside grep and a plain set of Python.

Times are seconds of one core, so that a machine that is shared tells the same. The wanted numbers come as
alerts of 100 targets each, in a real inbox; one alert in ten has a pattern too.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.results import Row
from scripts.demo.command import TOCSIN
from tests.support.firm import Firm, alert_body
from tests.support.screens import clue, selector, target

PARCELS = int(os.environ.get("TOCSIN_SCREEN_PARCELS", "1000000"))
TARGETS = tuple(
    int(size) for size in os.environ.get("TOCSIN_SCREEN_TARGETS", "10000,100000,1000000").split(",")
)
TARGETS_OF_ALERT = 100
PLANTED = 50
GREPPED = 20_000
MAX_GREP_S = 120
TIMED_OUT = 124
"""So many parcels are enough to see how fast grep is, which many patterns slow down most."""
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
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
lines = process.stdout.read().count(b"\\n")
_, status, usage = os.wait4(process.pid, 0)
took_s = usage.ru_utime + usage.ru_stime
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
    """Five lines for each number of targets."""
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
    wanted, few = folder / "wanted.txt", folder / "few.csv"
    wanted.write_text("\n".join(numbers) + "\n")
    with parcels.open() as source, few.open("w") as out:
        out.writelines(islice(source, GREPPED + 1))
    home = {"TOCSIN_HOME": str(firm.home), "TOCSIN_PASSPHRASE_FILE": str(firm.passphrase_file)}
    start = _run([str(TOCSIN), "screen", str(_tiny(folder)), "--json"], home)
    ours = _run([str(TOCSIN), "screen", str(parcels), "--json"], home)
    grep_command = ["timeout", str(MAX_GREP_S), "grep", "-F", "-f", str(wanted), str(few)]
    grep = _run(grep_command, {"LC_ALL": "C"}, (0, 1, TIMED_OUT))
    plain_set = _run([sys.executable, str(folder.parent / "set.py"), str(wanted), str(parcels)], {})
    if ours.lines != PLANTED:
        sys.exit(f"{PLANTED} numbers were planted and {ours.lines} found")
    size, rate = f"{len(numbers):,} numbers", PARCELS / ours.core_s
    note = f"grep did not end within {MAX_GREP_S} s" if grep.code == TIMED_OUT else ""
    # Started once, a whole day is screened: so both figures, with the start and without.
    running = PARCELS / (ours.core_s - start.core_s)
    return [
        Row(f"screen with {size}, and grep -F -f", rate, "parcels/s", GREPPED / grep.core_s, note=note),
        Row(f"screen with {size}, and a Python set", rate, "parcels/s", PARCELS / plain_set.core_s),
        Row(f"screen with {size}, once started", running, "parcels/s", goal="≥ 66,000"),
        Row(f"start with {size}", start.core_s, "s", better="lower"),
        Row(
            f"peak memory at {size}, and the set's",
            ours.peak_mib,
            "MiB",
            plain_set.peak_mib,
            "≤ 200",
            better="lower",
        ),
    ]


def _tiny(folder: Path) -> Path:
    path = folder / "tiny.csv"
    path.write_text(",".join(HEADER) + "\n" + "," * (len(HEADER) - 1) + "\n")
    return path


class Ran(NamedTuple):
    """What a command took: seconds of a core, peak MiB; how many lines it wrote, how it ended."""

    core_s: float
    peak_mib: float
    lines: int
    code: int


def _run(command: list[str], environment: dict[str, str], allowed: tuple[int, ...] = (0,)) -> Ran:
    """Run `command`, started by a process that is itself small."""
    starter = [sys.executable, "-c", STARTER, *command]
    done = subprocess.run(starter, env=os.environ | environment, capture_output=True, check=False)
    if done.returncode not in allowed:
        sys.exit(f"{command[0]} ended with {done.returncode}")
    core_s, peak_kib, lines = done.stderr.split(b"\n")[-1].split()
    return Ran(float(core_s), int(peak_kib) / 1024, int(lines), done.returncode)
