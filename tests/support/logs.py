"""Under tests, a field that may not be logged fails instead of being dropped."""

import pytest

from tocsin.runtime import logs


@pytest.fixture(autouse=True)
def strict_logs() -> None:
    logs.configure(strict=True, as_json=True)
