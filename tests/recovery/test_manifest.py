"""What a backup says of itself is judged before anything of it is written."""

import io
import json
import tarfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from services.recovery import containers, manifest, restoring
from services.recovery.containers import opened
from services.recovery.manifest import MANIFEST_FILE, MAX_PARTS, read_manifest
from services.recovery.restoring import Restoring
from tocsin.adapters.home_contents import DATABASES
from tocsin.core.errors import MalformedError, RefusedByRuleError, StorageError, UntrustedError

PART = {"size_bytes": 1, "sha256": "00" * 32}
GOOD: dict[str, Any] = {
    "tocsin_service_backup": 1,
    "made_by": "tocsin 1",
    "made_at_s": 7,
    "participant": None,
    "parts": {"outbox/outbox.db": PART, "settings.toml": PART},
    "schemas": {"outbox/outbox.db": 1},
    "seal": "",
}


def read(**changes: Any) -> Any:
    return read_manifest(json.dumps(GOOD | changes).encode(), "B")


def test_a_good_manifest_reads() -> None:
    assert (2, 2) == (read().size_bytes, len(read().parts))


@pytest.mark.parametrize(
    "changes",
    [
        {"made_at_s": "today"},
        {"made_by": 7},
        {"schemas": {"outbox/outbox.db": 0}},
        {"schemas": {"outbox/outbox.db": True}},
        {"schemas": {"settings.toml": 1}},
        {"schemas": {"inbox/inbox.db": 1}},
        {"parts": {"settings.toml": PART | {"size_bytes": -1}}, "schemas": {}},
        {"parts": {"settings.toml": PART | {"size_bytes": True}}, "schemas": {}},
        {"parts": {"settings.toml": PART | {"size_bytes": 1 << 47}}, "schemas": {}},
        {"parts": {"settings.toml": PART | {"sha256": "00"}}, "schemas": {}},
        {"parts": {f"people/{one}/kdf.json": PART for one in range(MAX_PARTS + 1)}, "schemas": {}},
        {"parts": []},
        {"more": 1},
    ],
)
def test_a_field_that_no_backup_has_refuses_the_manifest(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedError, match="is damaged, or no backup"):
        read(**changes)


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "keys/../../evil", "bin/evil", "outbox/other.db"])
def test_a_name_that_belongs_in_no_home_refuses_the_manifest(name: str) -> None:
    with pytest.raises(UntrustedError, match="belongs in no home"):
        read(parts={name: PART}, schemas={})


@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
def test_a_log_beside_a_database_is_no_part(ending: str) -> None:
    with pytest.raises(UntrustedError, match="was left beside a database"):
        read(parts={f"outbox/outbox.db{ending}": PART}, schemas={})


@pytest.mark.parametrize("changes", [{"tocsin_service_backup": 2}, {"schemas": {"outbox/outbox.db": 99}}])
def test_a_backup_of_a_newer_release_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(RefusedByRuleError, match="update"):
        read(**changes)


def test_a_backup_names_100000_parts_of_64_tib_at_most_in_16_mib() -> None:
    bounds = (manifest.MAX_PARTS, manifest.MAX_PART_BYTES, manifest.MAX_MANIFEST_BYTES)
    assert (100_000, 64 << 40, 16 << 20) == bounds


def test_a_backup_of_this_release_is_read() -> None:
    schemas = {one.name: len(one.migrations) for one in DATABASES}
    assert schemas == read(parts=dict.fromkeys(schemas, PART), schemas=schemas).schemas


def test_a_manifest_without_a_seal_is_refused() -> None:
    unsealed = {name: value for name, value in GOOD.items() if name != "seal"}
    with pytest.raises(MalformedError, match="is damaged, or no backup"):
        read_manifest(json.dumps(unsealed).encode(), "B")


def test_a_backup_with_signed_files_is_an_authoritys() -> None:
    signed = read(parts={"repository/1.root.json": PART}, schemas={})
    assert (True, False) == (signed.is_of_an_authority, read().is_of_an_authority)


def test_a_manifest_over_its_bound_is_not_read_out_of_an_archive(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(containers, "MAX_MANIFEST_BYTES", 9)
    with tarfile.open(tmp_path / "b.tar", "w") as tar:
        member = tarfile.TarInfo(MANIFEST_FILE)
        member.size = 10
        tar.addfile(member, io.BytesIO(bytes(10)))
    with pytest.raises(MalformedError, match="does not begin with"), opened(tmp_path / "b.tar"):
        pass


def test_a_compressed_archive_is_no_backup(tmp_path) -> None:
    with tarfile.open(tmp_path / "b.tar", "w:gz") as tar:
        tar.addfile(tarfile.TarInfo(MANIFEST_FILE))
    with pytest.raises(MalformedError, match="is no backup"), opened(tmp_path / "b.tar"):
        pass


def test_an_archive_that_cannot_be_read_is_named(tmp_path, monkeypatch) -> None:
    (tmp_path / "b.tar").touch()

    def refuse(*_arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(StorageError, match=r"b\.tar cannot be read: Permission denied"):
        opened(tmp_path / "b.tar").__enter__()


def test_what_has_no_room_on_the_disk_is_not_begun(tmp_path) -> None:
    (tmp_path / "backup").mkdir()
    parts = {"settings.toml": PART | {"size_bytes": 1 << 46}}
    (tmp_path / "backup" / MANIFEST_FILE).write_text(json.dumps(GOOD | {"parts": parts, "schemas": {}}))
    with pytest.raises(StorageError, match="make room"):
        Restoring(tmp_path / "backup", tmp_path / "home", None).run()
    assert not (tmp_path / "home").exists()


def test_64_mib_of_the_disk_stay_free(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(
        restoring.shutil, "disk_usage", lambda _path: SimpleNamespace(free=100 + (64 << 20))
    )
    restoring._refuse_full_disk(tmp_path, 100)
    with pytest.raises(StorageError, match="make room"):
        restoring._refuse_full_disk(tmp_path, 101)


def test_of_a_part_one_byte_more_is_read_than_it_may_have() -> None:
    part, written = io.BytesIO(b"x" * 100), io.BytesIO()
    restoring._hashed(part, 9, written.write)
    assert (10, 10) == (part.tell(), written.tell())


def test_an_archive_begins_with_its_manifest(tmp_path) -> None:
    with tarfile.open(tmp_path / "b.tar", "w") as tar:
        for name in ("settings.toml", MANIFEST_FILE):
            tar.addfile(tarfile.TarInfo(name), io.BytesIO())
    with pytest.raises(MalformedError, match="does not begin with"), opened(tmp_path / "b.tar"):
        pass


def test_a_backup_without_keys_is_refused_and_makes_nothing(tmp_path) -> None:
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / MANIFEST_FILE).write_text(json.dumps(GOOD | {"parts": {}, "schemas": {}}))
    with pytest.raises(UntrustedError, match="holds no keys"):
        Restoring(tmp_path / "backup", tmp_path / "home", None).run()
    assert not (tmp_path / "home").exists()
