"""`tocsin authority audience | stream | schema`: rules by command; a refusal changes nothing."""

import pytest

from services.authority.founding import load_schemas, schemas_named
from tests.support.office import write_request
from tests.support.parties import DAY_S, Party
from tests.support.world import NOTE
from tocsin.core.enrolment import read_welcome
from tocsin.core.ids import schema_id

WIDTH, ROLES = ("--width", "1"), ("--publish-role", "focal-point")
STREAM = (*WIDTH, "--retention-days", "400", *ROLES)


@pytest.fixture
def refused(desk):
    """A refusal with its reason; the repository is what it was."""

    def call(reason, *words, code=3):
        before = desk.files()
        assert reason in desk.run(*words, code=code).err
        assert before == desk.files()

    return call


def test_an_audience_is_made_by_rule_and_shown(desk) -> None:
    words = ["--sector", "courier", "--region", "caribbean", "--schema", "alert", "--approvals", "2"]
    words += ["--history", "none", "--max-age-days", "30"]
    expected = {
        "name": "couriers.caribbean",
        "roles": [],
        "sectors": ["courier"],
        "regions": ["caribbean"],
        "schemas": sorted(one.hex() for one in schemas_named("alert")),
        "approvals": 2,
        "safety_approvals": None,
        "history": "none",
        "max_age_days": 30,
        "exclude": [],
        "members": 0,
    }
    assert expected == desk.run("audience", "set", "couriers.caribbean", *words).record


@pytest.mark.parametrize(
    ("words", "approvals", "safety", "warned"),
    [
        (["--schema", "alert"], 2, 1, False),
        (["--schema", "alert", "--safety-approvals", "2"], 2, 2, False),
        (["--schema", "alert", "--approvals", "1"], 1, None, True),
        (["--schema", "alert", "--approvals", "0"], 0, None, True),
        (["--schema", "alert", "--schema", "incident"], 0, None, True),
        (["--schema", "incident"], 0, None, False),
    ],
)
def test_alerts_need_two_persons_unless_the_authority_says_otherwise(
    desk, words, approvals, safety, warned
) -> None:
    said = desk.run("audience", "set", "some", "--sector", "courier", *words)
    assert (approvals, safety) == (said.record["approvals"], said.record["safety_approvals"])
    assert warned is ("home's own promise" in said.err)


def test_an_audience_is_replaced_as_a_whole(desk) -> None:
    desk.run("audience", "set", "couriers", "--role", "courier", "--schema", "incident")
    found = desk.office.directory().audience_named("couriers")
    assert (frozenset(), frozenset({"courier"})) == (found.sectors, found.roles)
    assert (365 * DAY_S, 0) == (found.max_age_s, found.approvals)


def test_members_are_shown_and_nothing_is_changed(desk, tmp_path) -> None:
    for name, role in (("Colombia", "focal-point"), ("Vienna", "analyst")):
        party = Party(name, country="AT")
        file = write_request(tmp_path, party)
        desk.challenge(file, party)
        desk.admit(file, "--role", role)
    desk.run("audience", "set", "analysts", "--role", "analyst", "--schema", "incident")
    before = desk.files()
    found = desk.run("audience", "show", "analysts", "--members").record
    assert ("Vienna", "AT", None) == (found["name"], found["country"], found["until"])
    assert 1 == desk.run("audience", "show", "analysts").record["members"]
    assert before == desk.files()


@pytest.fixture
def people(desk, tmp_path):
    """Name -> id of a focal point and an analyst."""
    found = {}
    for name, role in (("Colombia", "focal-point"), ("Vienna", "analyst")):
        party = Party(name, country="AT")
        file = write_request(tmp_path, party)
        desk.challenge(file, party)
        found[name] = read_welcome(desk.admit(file, "--role", role).out.encode()).participant.hex()
    return found


def test_a_change_of_rule_says_who_comes_and_goes(desk, people) -> None:
    desk.run("audience", "set", "some", "--role", "analyst", "--schema", "incident")
    said = desk.run("audience", "set", "some", "--role", "focal-point", "--schema", "incident").err
    assert "leave it: Vienna" in said
    assert "join it: Colombia" in said


def test_a_dry_run_of_a_rule_says_it_and_changes_nothing(desk, people) -> None:
    before = desk.files()
    said = desk.run("audience", "set", "some", "--schema", "incident", "--dry-run")
    assert "join it: Colombia, Vienna" in said.err
    assert (before, "") == (desk.files(), said.out)


def test_who_is_left_out_is_no_member(desk, people) -> None:
    words = ["--schema", "incident", "--exclude", people["Vienna"]]
    assert [people["Vienna"]] == desk.run("audience", "set", "some", *words).record["exclude"]
    assert "Colombia" == desk.run("audience", "show", "some", "--members").record["name"]


def test_nobody_can_be_left_out_who_is_not_there(refused) -> None:
    refused("no participant", "audience", "set", "some", "--schema", "incident", "--exclude", "00" * 16)


def test_a_dry_run_refuses_what_would_be_refused(refused) -> None:
    refused("begins with 'to.'", "audience", "set", "to.me", "--schema", "alert", "--dry-run")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("there is no role king; known are", ["x", "--role", "king", "--schema", "alert"]),
        ("there is no sector wine", ["x", "--sector", "wine", "--schema", "alert"]),
        ("there is no region atlantis", ["x", "--region", "atlantis", "--schema", "alert"]),
        ("begins with 'to.'", ["to.somebody", "--schema", "alert"]),
        ("begins with 'to.' or has other", ["Couriers", "--schema", "alert"]),
        ("history is 'generation' or 'none'", ["x", "--schema", "alert", "--history", "all"]),
    ],
)
def test_a_rule_that_does_not_hold_is_refused(refused, reason, words) -> None:
    refused(reason, "audience", "set", *words)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("--schema", ["x"]),
        ("cannot be read", ["x", "--schema", "missing.avsc"]),
        ("--approvals", ["x", "--schema", "alert", "--approvals", "3"]),
        ("--max-age-days", ["x", "--schema", "alert", "--max-age-days", "36501"]),
    ],
)
def test_a_wrong_option_changes_nothing(refused, reason, words) -> None:
    refused(reason, "audience", "set", *words, code=2)


def test_an_audience_takes_only_schemas_of_the_directory(desk, refused, tmp_path) -> None:
    file = tmp_path / "note.avsc"
    file.write_bytes(NOTE)
    refused(f"tocsin authority schema {file}", "audience", "set", "notes", "--schema", file)
    id_ = desk.run("schema", file).out.strip()
    assert schema_id(NOTE).hex() == id_
    assert [id_] == desk.run("audience", "set", "notes", "--schema", file).record["schemas"]


def test_a_newer_versions_own_schema_is_added_by_its_name(desk) -> None:
    newest = load_schemas("incident")[-1]
    name = f"schemas/{schema_id(newest).hex()}.avsc"
    desk.office.repository.put_targets({}, desk.office.now_s(), remove=[name])
    printed = desk.run("schema", "incident").out.split()
    assert [schema_id(one).hex() for one in load_schemas("incident")] == printed
    assert newest == desk.office.repository.targets()[name]


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"{", 3), (b'"string"', 3), (NOTE.replace(b'"string"', b'{"type":"map","values":"int"}'), 3)],
)
def test_h32_a_schema_that_the_lint_refuses_is_not_added(refused, tmp_path, content, code) -> None:
    (tmp_path / "bad.avsc").write_bytes(content)
    refused("error:", "schema", tmp_path / "bad.avsc", code=code)


def test_a_schema_file_that_is_not_there_is_named(refused) -> None:
    refused("missing.avsc cannot be read", "schema", "missing.avsc", code=2)


def test_a_stream_is_added_with_its_partitions_in_every_region(desk) -> None:
    desk.run("stream", "tips", "--width", 3, "--retention-days", 30, "--publish-role", "courier")
    layout = desk.office.directory().layout
    assert 3 * len(layout.regions) == layout.partitions("tips")
    assert (30, {"courier"}) == (
        layout.streams["tips"].retention_days,
        layout.streams["tips"].publish_roles,
    )


def test_retention_and_roles_of_a_stream_may_change(desk) -> None:
    desk.run("stream", "alerts", *WIDTH, "--retention-days", "30", "--publish-role", "secretariat")
    found = desk.office.directory().layout.streams["alerts"]
    assert (30, {"secretariat"}) == (found.retention_days, found.publish_roles)


@pytest.mark.parametrize("width", ["1", "3"])
def test_a_width_never_changes(refused, width) -> None:
    words = ("--width", width, "--retention-days", "400", *ROLES)
    refused("2 partitions wide for each region, and a width never changes", "stream", "ion", *words)


@pytest.mark.parametrize("name", ["inbox", "manifests", "checkpoints", "directory", "Ion", "a.b", "x1"])
def test_a_streams_topic_is_no_other_topic(refused, name) -> None:
    refused("a stream is an object with a name of a-z that no other topic has", "stream", name, *STREAM)


def test_a_stream_is_for_roles_that_there_are(refused) -> None:
    refused("there is no role king", "stream", "tips", *STREAM[:4], "--publish-role", "king")


@pytest.mark.parametrize(
    "words",
    [("--width", "0"), ("--width", "1025"), ("--retention-days", "0"), ("--retention-days", "36501")],
)
def test_a_stream_out_of_bounds_is_a_wrong_option(refused, words) -> None:
    refused(words[0], "stream", "tips", *STREAM, *words, code=2)


def test_an_audience_that_is_not_there_is_named_with_those_that_are(refused) -> None:
    refused("there is no audience x; there are banks, chemical-firms, couriers", "audience", "show", "x")
