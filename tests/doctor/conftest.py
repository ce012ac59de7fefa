import pytest

from tests.support.clinic import Clinic
from tests.support.secure_kafka import secure_broker


@pytest.fixture(scope="session")
def clinic(tmp_path_factory) -> Clinic:
    """One broker with TLS, logins and ACLs; homes that are well."""
    folder = tmp_path_factory.mktemp("clinic")
    (folder / "broker").mkdir()
    with secure_broker(folder / "broker") as kafka:
        yield Clinic(folder, kafka)
