import pytest

from tests.support.clinic import PATIENTS, Clinic
from tests.support.logins import guarded_kafka


@pytest.fixture(scope="session")
def clinic(tmp_path_factory) -> Clinic:
    """One broker with TLS, logins and ACLs; homes that are well."""
    folder = tmp_path_factory.mktemp("clinic")
    (folder / "broker").mkdir()
    with guarded_kafka(folder / "broker", [*PATIENTS, "nobody", "courier-too-much", "no-inbox"]) as kafka:
        yield Clinic(folder, kafka)
