"""Settings: file, then environment, then command line; everything wrong is said at once."""

import pytest
from pydantic import Field

from tocsin.core.errors import SettingsError
from tocsin.runtime.settings import ServiceSettings, service_config


class Example(ServiceSettings):
    model_config = service_config("EXAMPLE")

    max_body_bytes: int = Field(1_000, ge=1, description="Largest body.")
    host: str = Field("127.0.0.1", description="Address.")
    regions: list[str] = Field(default_factory=list, description="Regions.")


def test_defaults_stand_where_nothing_is_said() -> None:
    assert (1_000, "127.0.0.1") == (Example.load({}).max_body_bytes, Example.load({}).host)


def test_environment_beats_file_and_command_line_beats_both(monkeypatch) -> None:
    table = {"max_body_bytes": 1, "host": "file"}
    monkeypatch.setenv("TOCSIN_EXAMPLE_HOST", "environment")
    assert (1, "environment") == (Example.load(table).max_body_bytes, Example.load(table).host)
    assert "given" == Example.load(table, host="given").host
    assert "environment" == Example.load(table, host=None).host


def test_lists_come_as_json_from_the_environment(monkeypatch) -> None:
    monkeypatch.setenv("TOCSIN_EXAMPLE_REGIONS", '["oceania"]')
    assert ["oceania"] == Example.load({}).regions
    monkeypatch.setenv("TOCSIN_EXAMPLE_REGIONS", "oceania")
    with pytest.raises(SettingsError, match="lists are written as JSON"):
        Example.load({})


def test_everything_wrong_is_listed_at_once_and_without_its_value(monkeypatch) -> None:
    monkeypatch.setenv("TOCSIN_EXAMPLE_HOTS", "x")
    with pytest.raises(SettingsError) as refused:
        Example.load({"max_body_bytes": "canary", "hots": "y", "host": 7})
    text = str(refused.value)
    assert "TOCSIN_EXAMPLE_HOTS is unknown" in text
    assert "hots is unknown" in text
    assert "max_body_bytes (TOCSIN_EXAMPLE_MAX_BODY_BYTES)" in text
    assert "host (TOCSIN_EXAMPLE_HOST)" in text
    assert "canary" not in text


def test_an_unknown_variable_alone_is_refused(monkeypatch) -> None:
    monkeypatch.setenv("TOCSIN_EXAMPLE_HOTS", "x")
    with pytest.raises(SettingsError, match="TOCSIN_EXAMPLE_HOTS is unknown"):
        Example.load({})


def test_rows_tell_each_setting_for_the_documentation() -> None:
    rows = {row.name: row for row in Example.rows()}
    assert ("max_body_bytes", "TOCSIN_EXAMPLE_MAX_BODY_BYTES", "int", "1000", "Largest body.") == rows[
        "max_body_bytes"
    ]
    assert ("list[str]", "[]") == (rows["regions"].type, rows["regions"].default)
