"""A participant's own keys: several of a purpose, later ones found without a restart."""

import pytest

from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.own_keys import file_of, own_keys
from tocsin.adapters.passphrase import Passphrase
from tocsin.adapters.private_files import destroy_private, make_private_folder
from tocsin.core.ids import Algorithm, key_id
from tocsin.core.primitives import Ed25519Private


@pytest.fixture
def folder(tmp_path):
    make_private_folder(tmp_path / "keys")
    return KeyFolder.create(tmp_path / "keys", Passphrase("a passphrase that only tests use"))


def write(folder, name):
    key = Ed25519Private.generate()
    folder.write(name, key)
    return key_id(Algorithm.ED25519, key.public), key


def test_a_key_that_comes_while_we_run_is_found_when_it_is_asked_for(folder):
    ring = own_keys(folder).record
    first, _ = write(folder, "record.pem")
    assert {first} == set(ring.all())
    second, key = write(folder, "record.0123.pem")
    assert key.public == ring.get(second).public
    assert ring.get(bytes(16)) is None


def test_a_ring_holds_one_purpose(folder):
    write(folder, "release.pem")
    assert {} == own_keys(folder).held("record")


def test_the_file_of_a_key_is_found_and_destroyed(folder):
    write(folder, "record.pem")
    _, key = write(folder, "record.0123.pem")
    file = file_of(folder, "record", key)
    assert "record.0123.pem" == file.name
    destroy_private(file)
    assert ["record.pem"] == folder.names("record")
    with pytest.raises(KeyError):
        file_of(folder, "record", key)


def test_what_is_destroyed_was_overwritten_first(folder):
    _, key = write(folder, "record.pem")
    file = file_of(folder, "record", key)
    before = file.read_bytes()
    with file.open("rb") as open_file:
        destroy_private(file)
        assert (len(before), False) == (len(after := open_file.read()), before == after)


def test_a_ring_shows_no_key(folder):
    write(folder, "record.pem")
    ring = own_keys(folder).record
    ring.all()
    assert "KeyRing(1 keys)" == repr(ring)
