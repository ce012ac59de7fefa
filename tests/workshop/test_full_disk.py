"""A full disk stops Kafka; emptied, it starts again with everything it acknowledged."""

import pytest

from services.workshop.local_kafka import LocalKafka
from tests.support.disks import fill, small_disk
from tocsin.adapters.kafka.publisher import Publisher
from tocsin.adapters.kafka.reading import read_to_end
from tocsin.adapters.kafka.records import OutgoingRecord
from tocsin.adapters.kafka.topics import TopicWish, apply, plan
from tocsin.core.errors import TocsinError

pytestmark = pytest.mark.kafka
DISK_BYTES = 33_554_432


@pytest.fixture
def disk(tmp_path):
    """A file system of 32 MB of its own."""
    with small_disk(tmp_path, DISK_BYTES) as path:
        yield path


async def test_kafka_works_again_after_a_full_disk_was_emptied(disk):
    kafka = LocalKafka(disk / "kafka", say=lambda _: None)
    with kafka:
        await apply(kafka.bootstrap, await plan(kafka.bootstrap, [TopicWish("full", 1)]))
        record = OutgoingRecord("full", 0, None, bytes(20_000))
        acknowledged = 0
        async with Publisher(kafka.bootstrap) as publisher:
            await publisher.publish([record] * 10)
            acknowledged += 10
        fill(disk / "filler")
        kafka.kill(1)
        with pytest.raises(TocsinError):
            kafka.start()
        (disk / "filler").unlink()
        kafka.start()

        assert acknowledged == len(await read_to_end(kafka.bootstrap, "full"))
