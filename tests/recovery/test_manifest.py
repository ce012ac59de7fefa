"""What a backup says of itself is judged before anything of it is written."""

import io
import json
import tarfile
from typing import Any

import pytest

from services.recovery.containers import opened
from services.recovery.manifest import MANIFEST_FILE, MAX_PARTS, read_manifest
from services.recovery.restoring import Restoring
from tocsin.core.errors import MalformedError, RefusedByRuleError, UntrustedError

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
