"""Shared pieces that every test may ask for."""

from tests.support import run

pytest_plugins = ["tests.support.kafka", "tests.support.secure_kafka", "tests.support.logs"]


def pytest_sessionstart() -> None:
    """Clean up behind runs that were killed; asked to end, this one cleans up itself."""
    run.begin()
