"""One broker for all lies, and a liar before it that starts every test honest."""

import pytest

from services.workshop.local_kafka import LocalKafka, Tuning
from tests.malice.proxy import LyingBroker
from tests.malice.scene import Scene


@pytest.fixture(scope="package")
def scene(tmp_path_factory):
    folder = tmp_path_factory.mktemp("malice")
    with LocalKafka(folder / "kafka", tuning=Tuning(heap_mb=256), say=lambda _text: None) as kafka:
        yield Scene(folder, kafka.bootstrap)


@pytest.fixture
def liar(scene):
    with LyingBroker(scene.bootstrap) as liar:
        yield liar


@pytest.fixture
async def originator(scene):
    originator = scene.originator()
    yield originator
    await originator.close()


@pytest.fixture
def reader(scene, liar, tmp_path):
    return scene.reader(liar, tmp_path / "reader")


@pytest.fixture
def found(record_property):
    """Notes, for the table of `make malice`, what was told, how it was found and when."""

    def note(lie: str, how: str, when: str) -> None:
        record_property("malice", (lie, how, when))

    return note
