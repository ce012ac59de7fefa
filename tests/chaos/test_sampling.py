"""The rule of flatness finds growth, and leaves alone what settles."""

import os
from dataclasses import replace

from tests.chaos.sampling import MAX_WAL_BYTES, MIB, Sample, not_flat, sample

STEADY = [Sample(at_s, 100 * MIB, 50) for at_s in range(30)]


def test_what_stays_as_it_is_is_flat():
    assert [] == not_flat("reader", STEADY)


def test_what_grows_at_first_and_then_settles_is_flat():
    warm = [replace(one, memory_bytes=MIB) for one in STEADY[:10]]
    assert [] == not_flat("reader", [*warm, *STEADY[10:]])


def test_memory_that_grows_all_the_time_is_told():
    leaking = [replace(one, memory_bytes=(100 + 5 * at) * MIB) for at, one in enumerate(STEADY)]
    assert "memory_bytes grew" in not_flat("reader", leaking)[0]


def test_descriptors_that_are_never_closed_are_told():
    leaking = [replace(one, descriptors=50 + 4 * at) for at, one in enumerate(STEADY)]
    assert "descriptors grew" in not_flat("reader", leaking)[0]


def test_a_log_beyond_its_bound_is_told_however_short():
    high = [*STEADY[:-1], replace(STEADY[-1], wal_bytes=MAX_WAL_BYTES + 1)]
    assert "write-ahead log" in not_flat("reader", high)[0]


def test_too_few_samples_are_no_proof():
    assert ["reader: only 3 samples"] == not_flat("reader", STEADY[:3])


def test_a_process_is_sampled_with_its_folder(tmp_path):
    (tmp_path / "a.db-wal").write_bytes(bytes(100))
    (tmp_path / "a.db").write_bytes(bytes(50))
    found = sample(7, os.getpid(), tmp_path)
    assert (100, 150) == (found.wal_bytes, found.disk_bytes)
    assert found.memory_bytes > MIB
    assert found.descriptors > 2


def test_a_process_that_is_gone_gives_no_sample(tmp_path):
    assert sample(7, 2**22 + 1, tmp_path) is None
