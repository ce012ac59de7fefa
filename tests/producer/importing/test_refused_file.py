"""Refused rows go to a file that only their owner may read."""

import json
from pathlib import Path

import pytest

from services.producer.importing.refused_file import refused_file
from services.producer.importing.run_import import RefusedRow


def test_each_refused_row_is_one_line_with_its_reasons(tmp_path: Path) -> None:
    path = tmp_path / "refused.jsonl"
    with refused_file(path) as write:
        write(RefusedRow(7, (("AMOUNT", "is zero"),), {"AMOUNT": "0", "PLACE": "Tuluá"}))

    assert [
        {
            "line": 7,
            "problems": [{"column": "AMOUNT", "place": "line 7", "reason": "is zero"}],
            "row": {"AMOUNT": "0", "PLACE": "Tuluá"},
        }
    ] == [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert 0o600 == path.stat().st_mode & 0o777


def test_an_older_file_is_replaced_and_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "refused.jsonl"
    path.write_text("older\n" * 9)
    path.chmod(0o644)
    with refused_file(path):
        pass

    assert ("", 0o600) == (path.read_text(), path.stat().st_mode & 0o777)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("kept")
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(OSError, match="link"), refused_file(tmp_path / "link"):
        pass

    assert "kept" == target.read_text()
