"""Shared pieces that every test may ask for."""

import os

from hypothesis import settings

from tests.support import run

settings.register_profile("tocsin", deadline=None)  # no test asserts a time
settings.load_profile("tocsin")

# Or each command that a test starts compiles our sources again: a quarter of its time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

pytest_plugins = ["tests.support.kafka", "tests.support.logs"]


def pytest_sessionstart() -> None:
    """Clean up behind runs that were killed; asked to end, this one cleans up itself."""
    run.begin()
