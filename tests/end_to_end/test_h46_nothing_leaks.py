"""A planted word is found nowhere but in the reader's own view: not on the broker, not in any database,
log, metric, readiness, error or quarantine; nor is the passphrase, nor a private key."""

import asyncio
import json
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.chaos.processes import Build, ServiceProcess
from tests.support.exercises import reports
from tests.support.stage import COLOMBIA, NETHERLANDS, PASSPHRASE
from tocsin.adapters import passphrase
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.key_files import KeyFolder
from tocsin.core.streams import stream_topic

pytestmark = pytest.mark.kafka
CANARY = "Quetzalcanary"


def planted(number: int, **changes) -> dict:
    """A report that says the word wherever it can."""
    report = reports(number, 1)[0] | changes
    report["place"] |= {"locality": CANARY}
    report["substances"][0] |= {"name_as_declared": CANARY}
    return report | {"concealment": {"text": f"hidden in {CANARY}"}}


def said_by(service: ServiceProcess, path: str, *, body: bytes | None = None, token: str = "") -> str:
    """Whatever a service answers, also when it refuses."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    try:
        with urlopen(
            Request(f"http://127.0.0.1:{service.port}{path}", body, headers), timeout=20
        ) as answer:
            return answer.read().decode()
    except HTTPError as error:
        return error.read().decode()


def secrets_of(home: Path, words: Path) -> list[bytes]:
    """The raw private halves of a home's keys, and its storage key."""
    keys = KeyFolder.open(home / "keys", passphrase.existing(words))
    signing = keys.ed25519("record.pem").parts()[0].private_bytes_raw()
    opening = [part.private_bytes_raw() for part in keys.xwing("kem.pem").parts()]
    return [keys.storage_key(), signing, *opening]


@pytest.fixture(scope="module")
def told(stage):
    """What everybody was told while words were accepted, refused, sent, read and quarantined."""
    everything: list[str] = []
    producer = ServiceProcess(stage, "producer", COLOMBIA, Build())
    consumer = ServiceProcess(stage, "consumer", NETHERLANDS, Build())
    token = stage.tocsin(COLOMBIA, "producer", "token", "canary").out.strip()
    for file, report in (("good", planted(9_000)), ("bad", planted(9_001, colour=CANARY))):
        path = stage.write(f"input-{file}.jsonl", report)
        told = stage.tocsin(COLOMBIA, "publish", path, expect=None)
        everything += [told.err, told.out]
        path.unlink()
    asyncio.run(_spoil(stage.kafka.bootstrap))
    seen = stage.read(NETHERLANDS, "ion,pics", expect=0)
    for service in (producer, consumer):
        service.start()
    try:
        asyncio.run(_ready(producer, consumer))
        for report in (planted(9_002), planted(9_003, colour=CANARY), {"kind": CANARY}):
            body = json.dumps(report).encode()
            everything.append(said_by(producer, "/v1/reports", body=body, token=token))
        everything.append(said_by(producer, f"/v1/reports/{CANARY}", token=token))
        for service in (producer, consumer):
            everything += [said_by(service, path) for path in ("/readyz", "/metrics", "/healthz")]
    finally:
        producer.stop()
        consumer.stop()
    everything += [stage.tocsin(NETHERLANDS, *words).out for words in (("quarantine", "list"), ("alarms",))]
    return everything, seen


async def _spoil(bootstrap: str) -> None:
    """Junk on a stream, so that something lies in quarantine."""
    async with Publisher(bootstrap) as publisher:
        await publisher.publish([OutgoingRecord(stream_topic("ion"), 0, None, b"junk")])


async def _ready(*services: ServiceProcess) -> None:
    for _ in range(300):
        try:
            for service in services:
                said_by(service, "/healthz")
        except OSError:
            await asyncio.sleep(0.1)
        else:
            return
    raise AssertionError("the services do not answer")


def test_h46_the_reader_sees_the_word(told):
    assert [CANARY] == [one["report"]["place"]["locality"] for one in told[1] if CANARY in json.dumps(one)]


def test_h46_no_answer_error_metric_or_quarantine_says_the_word(told):
    # The officer's own refusal may name the field that is unknown, never what it held.
    assert [] == [text for text in told[0] if CANARY.lower() in text.lower()]


def test_h46_no_file_of_the_broker_or_of_a_home_holds_the_word_the_passphrase_or_a_key(stage, told):
    wanted = [CANARY.encode(), CANARY.encode("utf-16-le"), PASSPHRASE.encode()]
    for home in (COLOMBIA, NETHERLANDS):
        wanted += secrets_of(stage.home(home), stage.passphrase)
    found = {
        str(path): word[:4]
        for folder in (stage.folder, *stage.kafka.log_dirs)
        for path in Path(folder).rglob("*")
        if path.is_file() and path != stage.passphrase
        for word in wanted
        if word in path.read_bytes()
    }
    assert {} == found


def test_h46_the_search_can_find_since_the_public_id_lies_in_the_open(stage, told):
    id_ = bytes.fromhex(stage.ids[COLOMBIA])
    files = [path for folder in stage.kafka.log_dirs for path in Path(folder).rglob("*.log")]
    assert any(id_ in path.read_bytes() for path in files)
