"""A photograph goes with a report: cleaned, sealed in parts, opened by the reader, and by nobody else."""

import asyncio
import os
import signal
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from services.workshop.local_kafka import LocalKafka, Tuning
from tests.support.exercises import reports
from tests.support.photographs import CALI, CANARY, opened, photograph, place_of
from tests.support.stage import COLOMBIA, COURIER, NETHERLANDS, TOCSIN, build_stage
from tocsin.adapters.kafka.subscriber import Subscriber
from tocsin.core import codes
from tocsin.core.attachments import MAX_ATTACHMENT_BYTES
from tocsin.runtime.exits import Exit

pytestmark = pytest.mark.kafka
REPORTS = iter(reports(0, 40))


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """Two focal points, a courier, and a broker of their own."""
    folder = tmp_path_factory.mktemp("attachments")
    with LocalKafka(folder / "kafka", tuning=Tuning(heap_mb=256), say=lambda _text: None) as kafka:
        yield build_stage(folder / "homes", kafka, (COLOMBIA, NETHERLANDS, COURIER))


def file_of(stage, name, content):
    path = stage.folder / name
    path.write_bytes(content)
    return path


def publish(stage, *files, expect=0, more=(), **changes):
    """A new report with `files`; its reference and what the command said."""
    report = next(REPORTS)
    words = [word for file in files for word in ("--attach", file)]
    path = stage.write("report.json", report)
    said = stage.tocsin(COLOMBIA, "publish", path, *words, *more, "--json", expect=expect, **changes)
    return report["national_reference"], said


def saved(stage, reference, out, expect=0):
    """Path -> bytes of what the Netherlands save of a report."""
    stage.read(NETHERLANDS, "ion,pics")
    said = stage.tocsin(NETHERLANDS, "attachments", "save", reference, "--out", out, expect=expect)
    return {path: Path(path).read_bytes() for path in said.out.splitlines()}


def test_the_reader_opens_the_photograph_and_no_place_is_in_it(stage, tmp_path):
    taken = photograph(orientation=6) + CANARY
    reference, said = publish(stage, file_of(stage, "photo.jpg", taken))
    assert "location removed" in said.err
    ((path, content),) = saved(stage, reference, tmp_path).items()
    assert str(tmp_path / "photo.jpg") == path
    assert 0o600 == Path(path).stat().st_mode & 0o777
    assert {} == place_of(content)
    assert (240, 320) == opened(content).size  # turned upright
    assert CANARY not in content
    (receipt,) = said.lines()
    assert sha256(content).hexdigest() == receipt["attachments"][0]["sha256"]


def test_a_place_that_is_to_be_kept_arrives(stage, tmp_path):
    reference, said = publish(stage, file_of(stage, "kept.jpg", photograph()), more=["--keep-location"])
    assert "location kept" in said.err
    (content,) = saved(stage, reference, tmp_path).values()
    assert CALI.keys() == place_of(content).keys()


def test_the_largest_file_goes_through_and_one_byte_more_is_refused(stage, tmp_path):
    largest = file_of(stage, "largest.txt", b"x" * MAX_ATTACHMENT_BYTES)
    reference, _ = publish(stage, largest)
    assert [largest.read_bytes()] == list(saved(stage, reference, tmp_path).values())
    too_large = file_of(stage, "too-large.txt", b"x" * (MAX_ATTACHMENT_BYTES + 1))
    before = stage.tocsin(COLOMBIA, "status", "--json").out
    _, said = publish(stage, too_large, expect=Exit.REFUSED)
    assert "7,500,001 bytes, over 7,500,000" in said.err
    assert before == stage.tocsin(COLOMBIA, "status", "--json").out


def test_the_courier_gets_nothing_and_the_broker_reads_no_word(stage, tmp_path):
    secret = b"a word that only governments read"
    reference, _ = publish(stage, file_of(stage, "secret-name.txt", secret * 20_000))
    stage.read(COURIER, "all")
    assert [] == stage.tocsin(COURIER, "attachments", "list", "--json").lines()
    logs = [path.read_bytes() for path in (stage.folder.parent / "kafka").rglob("*.log")]
    assert sum(map(len, logs)) > len(secret) * 20_000
    assert not any(secret in one or b"secret-name" in one for one in logs)
    assert 1 == len(saved(stage, reference, tmp_path))


def test_what_is_killed_while_it_is_sent_goes_on_and_arrives_once_and_whole(stage, tmp_path):
    content = os.urandom(3_000_000).hex().encode()
    reference, _ = publish(stage, file_of(stage, "long.txt", content), more=["--no-wait"], expect=5)
    before = _ends(stage)
    sending = subprocess.Popen([TOCSIN, "send"], env=stage.environment(COLOMBIA), stderr=subprocess.DEVNULL)
    asyncio.run(_first_record_beyond(stage, before))
    sending.send_signal(signal.SIGKILL)
    sending.wait()
    (killed,) = stage.tocsin(COLOMBIA, "status", reference, "--json", expect=Exit.INCOMPLETE).lines()
    (file,) = killed["attachments"]
    assert file["records_published"] < file["records"]
    stage.tocsin(COLOMBIA, "send")
    assert [content] == list(saved(stage, reference, tmp_path).values())
    assert [] == stage.tocsin(NETHERLANDS, "quarantine", "list", "--json").lines()


def _ends(stage):
    return asyncio.run(_end_offsets(stage.kafka.bootstrap))


async def _end_offsets(bootstrap):
    places = {("tocsin.blobs.v1", partition): 0 for partition in range(len(codes.regions()))}
    async with Subscriber(bootstrap, places) as subscriber:
        return await subscriber.end_offsets()


async def _first_record_beyond(stage, before):
    """Ends once the broker has a part that it had not `before`."""
    async with Subscriber(stage.kafka.bootstrap, dict(before)) as subscriber:
        while not await subscriber.poll(max_records=1, wait_ms=50):
            pass
