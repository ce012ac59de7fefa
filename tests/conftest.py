"""Shared pieces that every test may ask for."""

import os

# Or each command that a test starts compiles our sources again: a quarter of its time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

pytest_plugins = ["tests.support.kafka", "tests.support.logs"]
