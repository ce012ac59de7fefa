"""A standby's home: what the doctor can see of the machine that must be ready and is never asked."""

import asyncio
import shutil

import pytest

from services.authority.standby import accept_root, new_standby
from tests.support.authority import role_key
from tests.support.clinic import PASSWORD, found_by, later, symptoms
from tests.support.homes import PASSPHRASE, publish
from tocsin.adapters.standby_home import read_memory, write_memory
from tocsin.adapters.tuf_holders import STANDBY, read_holder
from tocsin.adapters.tuf_signing import add_signatures
from tocsin.core.standby import Memory
from tocsin.core.streams import DIRECTORY_TOPIC
from tocsin.core.symptoms import Check, Level

pytestmark = pytest.mark.kafka
HOUR_S = 3_600


def make(clinic, home):
    """A new standby's home with its way to the broker; its public key."""
    words = home.with_suffix(".words")
    words.touch(mode=0o600)
    words.write_text(PASSPHRASE)
    public = new_standby(home, "Vienna", words)
    shutil.move(words, home / "passphrase")
    (home / "password").touch(mode=0o600)
    (home / "password").write_text(PASSWORD)
    (home / "settings.toml").write_text(
        f'[kafka]\nbootstrap = "{clinic.kafka.bootstrap}"\nsecurity_protocol = "SASL_SSL"\n'
        f'user = "tocsin-standby"\npassword_file = "password"\nca_file = "{clinic.kafka.ca_file}"\n'
    )
    return read_holder(public, STANDBY).keys[0]


def pin(clinic, home):
    (home.parent / "1.root.json").write_bytes(clinic.living.repository.pinned_root())
    accept_root(home, home.parent / "1.root.json")


@pytest.fixture(scope="module")
def seated(clinic, tmp_path_factory):
    """A standby that the authority admitted; the clinic's directory has a root that names it."""
    home = tmp_path_factory.mktemp("seated") / "standby"
    key = make(clinic, home)
    pin(clinic, home)
    repository, now_s = clinic.living.repository, clinic.living.now_s
    draft = repository.roots.draft({"timestamp": repository.roots.timestamp_seats(key)}, now_s)
    repository.roots.install(add_signatures(draft, role_key("root")), now_s)
    asyncio.run(publish(clinic.kafka.operator, DIRECTORY_TOPIC, repository.files()))
    asyncio.run(clinic.kafka.add_login("tocsin-standby", PASSWORD))
    return home


@pytest.fixture
def standby(seated, tmp_path):
    """A copy of it, to be spoiled."""
    return shutil.copytree(seated, tmp_path / "standby")


def test_a_standby_that_is_well_passes_every_check_but_the_heartbeat(clinic, standby):
    found = found_by(clinic.asked(standby))
    assert {"too few copies"} == symptoms(found)  # one broker, and that is a warning
    assert [Check.HEARTBEAT] == [one.check for one in found if one.level is Level.SKIPPED]
    assert set(Check) == {one.check for one in found}


def test_it_looks_and_leaves_no_trace(clinic, standby):
    before = {path: path.stat().st_mtime_ns for path in standby.rglob("*")}
    found_by(clinic.asked(standby))
    assert before == {path: path.stat().st_mtime_ns for path in standby.rglob("*")}


def test_while_the_authority_is_silent_it_warns(clinic, standby):
    found = found_by(clinic.asked(standby, clock=later(4 * HOUR_S)), Check.KEYS)
    assert "standby stands in" in symptoms(found, Level.WARN)


def test_an_old_state_of_the_topic_fails(clinic, standby):
    write_memory(standby, Memory(10_000, 10_000, 0))
    found = found_by(clinic.asked(standby), Check.KEYS)
    assert {"standby may not sign"} == symptoms(found)
    assert Memory(10_000, 10_000, 0) == read_memory(standby)


def test_one_that_the_root_does_not_name_fails(clinic, tmp_path):
    make(clinic, tmp_path / "other")
    pin(clinic, tmp_path / "other")
    assert {"standby not in the root"} == symptoms(found_by(clinic.asked(tmp_path / "other"), Check.KEYS))


def test_one_that_pins_no_root_fails_at_once(clinic, tmp_path):
    make(clinic, tmp_path / "other")
    assert {"no root pinned"} == symptoms(found_by(clinic.asked(tmp_path / "other"), Check.HOME))


def test_a_key_file_that_others_can_read_fails(clinic, standby):
    (standby / "keys" / "standby.pem").chmod(0o644)
    assert {"open to others"} == symptoms(found_by(clinic.asked(standby), Check.FILES))
