"""A workbook that cannot be finished leaves nothing behind, on disk or in memory."""

import gc
import sys

import pytest

from tocsin.adapters.workbook_writing import WrittenSheet, write_workbook
from tocsin.core.errors import StorageError


def test_rows_that_end_in_an_error_leave_no_file_and_no_complaint_later(tmp_path, monkeypatch):
    complaints = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)

    def rows():
        yield ["one"]
        raise OSError(5, "the disk is gone")

    with pytest.raises(StorageError, match="disk"):
        write_workbook(tmp_path / "out.xlsx", [WrittenSheet("sheet", ["column"], rows())])
    gc.collect()
    assert ([], []) == (complaints, list(tmp_path.iterdir()))
