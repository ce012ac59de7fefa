"""One unit is built for the session; each test works in a copy of it."""

import pytest

from tests.support.unit import build_unit

EVERYBODY = ("ana", "ben", "carl", "dora", "eve")


@pytest.fixture(scope="session")
def built_unit(tmp_path_factory):
    """The unit that is copied, never worked in."""
    return build_unit(tmp_path_factory.mktemp("unit"), EVERYBODY)


@pytest.fixture
def unit(built_unit, tmp_path):
    """A unit of this test alone."""
    return built_unit.copy(tmp_path)
