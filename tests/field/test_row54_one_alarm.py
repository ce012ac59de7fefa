"""Row 54, as its operator sees it: a full disk is one line, however many reports are refused meanwhile.

datafusion-contrib/datafusion-table-providers#208, infinidysk/infinidysk#942: a full disk is tried again and
again, and floods the log.
"""

import os
from types import SimpleNamespace

import httpx
import pytest

from services.producer.app import Works, build_app
from services.producer.producing import build
from services.producer.running import Running
from services.producer.settings import ProducerSettings
from services.producer.tokens import PURPOSE
from tests.support.disks import fill, small_disk
from tests.support.incidents import SEIZURE
from tests.support.publishing import HeldDirectory, Writer
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.adapters.tokens import Tokens
from tocsin.core.national_references import Issuer

MIB = 1 << 20
TRIES = 50


@pytest.fixture
def disk(tmp_path):
    """A disk of 20 MiB, and a client of the publisher that keeps its outbox there."""
    with small_disk(tmp_path, 20 * MIB):
        writer = Writer(tmp_path)
        clocks, source = writer.clock.clocks, HeldDirectory(writer)
        producing = build(writer.outbox, writer.originator, source, KafkaAccess("127.0.0.1:9"), clocks)
        participant = SimpleNamespace(originator=writer.originator, home=SimpleNamespace(path=tmp_path))
        running = Running(producing, clocks)
        works = Works(participant, writer.outbox, source, producing, running, clocks, Issuer("XX", "CUS"))
        app = build_app(works, ProducerSettings(min_free_bytes=2 * MIB))
        token = Tokens(tmp_path / "tokens.json").create("test", PURPOSE)
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://localhost",
            headers={"Authorization": f"Bearer {token}"},
        )
        yield tmp_path, client
        writer.close()


async def test_row54_a_full_disk_is_one_line_of_readyz_no_flood_of_the_log_and_passes_by_itself(
    disk, capsys
):
    folder, client = disk
    fill(folder / "filler", leave_bytes=os.statvfs(folder).f_bsize)
    capsys.readouterr()
    refused = [await hand_in(client, number) for number in range(TRIES)]
    assert {507} == set(refused[-TRIES // 2 :])
    assert [True] == ["MB are left" in line for line in await about_the_disk(client)]
    said = "".join(capsys.readouterr())
    assert 1 >= len(said.splitlines()), said
    (folder / "filler").unlink()
    assert 201 == await hand_in(client, TRIES)
    assert [] == await about_the_disk(client)


async def hand_in(client, number):
    report = SEIZURE | {"national_reference": f"XX-{number}"}
    return (await client.post("/v1/reports", json=report)).status_code


async def about_the_disk(client):
    """What `/readyz` says of it."""
    lines = (await client.get("/readyz")).text.splitlines()
    return [line for line in lines if line.startswith(("disk:", "outbox:"))]
