"""A line holds what is on the list, in harmless form, and libraries are bounded."""

import io
import json
import logging

import pytest

from tocsin.runtime import logs


@pytest.fixture
def stream():
    return io.StringIO()


def lines(stream) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_time_level_and_logger(stream) -> None:
    logs.configure(strict=True, stream=stream)
    logs.get_log("producer").info("report.published", topic="t", offset=7)
    (line,) = lines(stream)
    assert line.pop("time").endswith("Z")
    assert {
        "event": "report.published",
        "level": "info",
        "logger": "producer",
        "topic": "t",
        "offset": 7,
    } == line


def test_h46_an_unknown_field_fails_under_tests(stream) -> None:
    logs.configure(strict=True, stream=stream)
    with pytest.raises(ValueError, match="may not be logged: narrative, passphrase"):
        logs.get_log("x").info("report.accepted", narrative="canary", passphrase="canary")
    assert "" == stream.getvalue()


def test_h46_an_unknown_field_is_dropped_in_production(stream) -> None:
    logs.configure(strict=False, stream=stream)
    logs.get_log("x").warning("report.accepted", narrative="canary", count=1)
    assert "canary" not in stream.getvalue()
    assert 1 == lines(stream)[0]["count"]


@pytest.mark.parametrize(
    ("logged", "value"),
    [
        ("\ufffd[0m", "\x1b[0m"),
        ("00ff", b"\x00\xff"),
        ("x" * 500, "x" * 501),
        (None, None),
        (True, True),
    ],
)
def test_values_are_short_and_harmless(stream, logged, value) -> None:
    logs.configure(stream=stream)
    logs.get_log("x").error("x.y", reason=value)
    assert logged == lines(stream)[0]["reason"]


def test_a_library_is_cut_off_after_20_lines_a_minute_and_counted(stream) -> None:
    logs.configure(stream=stream)
    now_s = [0.0]
    handler = logs.ForeignLines(lambda: now_s[0])

    def say() -> None:
        handler.emit(logging.LogRecord("aiokafka", logging.WARNING, "f", 1, "no %s", ("broker",), None))

    for _line in range(100):
        say()
    assert ["no broker"] * 20 == [line["reason"] for line in lines(stream)]
    now_s[0] = 61.0
    say()
    left_out, said = lines(stream)[20:]
    assert ("library.lines_left_out", 80) == (left_out["event"], left_out["count"])
    assert "library.said" == said["event"]


def test_h46_a_librarys_exception_shows_type_and_place_only(stream) -> None:
    logs.configure(stream=stream)
    try:
        int("canary")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    (line,) = lines(stream)
    assert "canary" not in stream.getvalue()
    assert ("ValueError", "error", "uvicorn.error") == (line["kind"], line["level"], line["logger"])
    assert line["place"].startswith("test_logs.py:")


def test_lines_of_libraries_below_a_warning_are_not_logged(stream) -> None:
    logs.configure(stream=stream)
    logging.getLogger("aiokafka").info("chatter")
    assert "" == stream.getvalue()


def test_configuring_twice_does_not_double_the_lines(stream) -> None:
    logs.configure(stream=stream)
    logs.configure(stream=stream)
    logging.getLogger("aiokafka").warning("once")
    assert 1 == len(lines(stream))


def test_loggers_without_end_stay_bounded(stream) -> None:
    logs.configure(stream=stream)
    handler = logs.ForeignLines(lambda: 0.0)
    for number in range(300):
        handler.emit(logging.LogRecord(f"l{number}", logging.WARNING, "f", 1, "x", (), None))
    assert logs.MAX_FOREIGN_LOGGERS == len(handler._minutes)
