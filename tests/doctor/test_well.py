import pytest

from tests.support.clinic import PATIENTS, found_by, symptoms
from tocsin.core.symptoms import Check, Level

pytestmark = pytest.mark.kafka


@pytest.mark.parametrize("name", PATIENTS)
def test_a_home_that_is_well_passes_every_check(clinic, name):
    found = found_by(clinic.asked(clinic.home(name)))
    assert set() == symptoms(found, Level.FAIL)
    assert set(Check) == {one.check for one in found if one.level is Level.PASS}
