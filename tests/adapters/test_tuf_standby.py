"""A standby signs over nothing that does not verify under the chain of roots from the pinned one."""

import pytest
from tuf.api.metadata import Root, Snapshot, Targets, Timestamp

from tests.support.authority import new_repository, role_key
from tests.support.parties import NOW_S
from tocsin.adapters import tuf_signing as signing
from tocsin.adapters.tuf_standby import latest_root, next_timestamp, read_stamp
from tocsin.core.errors import UntrustedError
from tocsin.core.primitives import Ed25519Private

KEY = role_key("timestamp")  # the root names it, as it names a standby's


@pytest.fixture
def repository(tmp_path):
    return new_repository(tmp_path / "repository")


def by_stranger(kind, data):
    """The same metadata, signed by a stranger's key of the role."""
    return signing.sign(signing.read(kind, data), role_key(kind.type, "stranger"))


def test_a_good_topic_is_read_with_what_it_rests_on(repository):
    stamp = read_stamp(repository.files(), repository.pinned_root(), KEY)
    assert (1, 1, NOW_S, True) == (stamp.version, stamp.snapshot, stamp.signed_at_s, stamp.ours)
    assert {"root", "snapshot", "targets"} == set(stamp.ends_at_s)


def test_the_next_timestamp_stands_over_the_same_snapshot(repository):
    files, pinned = repository.files(), repository.pinned_root()
    signed = next_timestamp(read_stamp(files, pinned, KEY), KEY, NOW_S + 60)
    stamp = read_stamp(files | {"timestamp.json": signed}, pinned, KEY)
    assert (2, 1, NOW_S + 60) == (stamp.version, stamp.snapshot, stamp.signed_at_s)


def test_a_key_that_the_root_does_not_name_signs_nothing(repository):
    with pytest.raises(UntrustedError, match="does not name this standby"):
        read_stamp(repository.files(), repository.pinned_root(), Ed25519Private.generate())


@pytest.mark.parametrize(
    ("kind", "name"),
    [(Timestamp, "timestamp.json"), (Snapshot, "1.snapshot.json"), (Targets, "1.targets.json")],
)
def test_metadata_that_another_signed_is_refused(repository, kind, name):
    files = repository.files()
    forged = files | {name: by_stranger(kind, files[name])}
    with pytest.raises(UntrustedError, match=f"{kind.type} is not signed"):
        read_stamp(forged, repository.pinned_root(), KEY)


@pytest.mark.parametrize("role", ["snapshot", "targets"])
def test_good_metadata_under_the_name_of_another_version_is_refused(repository, role):
    files, kind = repository.files(), {"snapshot": Snapshot, "targets": Targets}[role]
    other = signing.read(kind, files[f"1.{role}.json"])
    other.version = 2
    files[f"1.{role}.json"] = signing.sign(other, role_key(role))
    with pytest.raises(UntrustedError, match="versions of their names"):
        read_stamp(files, repository.pinned_root(), KEY)


def test_a_root_that_the_one_before_did_not_sign_is_refused(repository):
    files = repository.files() | {"2.root.json": repository.roots.draft({}, NOW_S)}
    with pytest.raises(UntrustedError, match="not signed"):
        latest_root(files, repository.pinned_root())


def test_a_pinned_root_that_nobody_signed_is_refused(repository):
    unsigned = signing.unsigned(signing.read(Root, repository.pinned_root()))
    with pytest.raises(UntrustedError, match="not signed"):
        latest_root(repository.files(), unsigned)


def test_a_part_that_the_topic_does_not_hold_is_named(repository):
    files = {name: data for name, data in repository.files().items() if name != "1.targets.json"}
    with pytest.raises(UntrustedError, match=r"does not hold 1\.targets\.json"):
        read_stamp(files, repository.pinned_root(), KEY)
