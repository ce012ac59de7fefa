"""What each login may do at the broker, and what differs from what it may do now."""

import pytest

from tests.support.parties import DAY_S, NOW_S, Party
from tests.support.world import (
    ANALYST,
    COURIER,
    EVERYONE,
    NEIGHBOUR,
    ORIGINATOR,
    directory_of,
    layout_target,
    targets,
)
from tocsin.adapters.access_declaration import declaration
from tocsin.core.broker_access import (
    AccessRule,
    access_rules,
    compare,
    describe,
    read_declaration,
)
from tocsin.core.errors import MalformedError
from tocsin.core.streams import inbox_topic, stream_topic

SHIPPED = declaration()
ID = COURIER.id.hex()
MANIFESTS, CHECKPOINTS, DIRECTORY = (
    f"tocsin.{one}.v1" for one in ("manifests", "checkpoints", "directory")
)
DECLARED = {
    "topics": {"all": {}, "directory": {}, "small": {}},
    "firms": {"write_to": "sponsor"},
}


def given(party, parties=EVERYONE, declared=SHIPPED, at_s=NOW_S):
    """(operation, name) of all that `party` may read and write; a prefix ends in `*`."""
    return {one for one in all_given(party, parties, declared, at_s) if one[0] in ("read", "write")}


def all_given(party, parties=EVERYONE, declared=SHIPPED, at_s=NOW_S):
    rules = access_rules(directory_of(targets(*parties)), declared, at_s)
    mine = [rule for rule in rules if rule.login == party.id.hex()]
    return {(one.operation, one.name + ("*" if one.pattern == "prefixed" else "")) for one in mine}


def changed(party, **changes):
    return Party(**{**{f: getattr(party, f) for f in party.__dataclass_fields__}, **changes})


def ended(party, **changes):
    return changed(party, changes={"ended": {"at_s": NOW_S, "reason": "expelled"}}, **changes)


def test_a_firm_reads_its_inbox_and_alerts_and_writes_to_itself_and_its_sponsor() -> None:
    own = inbox_topic(COURIER.id, firm=True)
    wanted = {
        *(("read", one) for one in (DIRECTORY, MANIFESTS, CHECKPOINTS, own, stream_topic("alerts"))),
        ("write", own),
        ("write", inbox_topic(ORIGINATOR.id, firm=False)),
    }
    assert wanted == given(COURIER)


def test_a_focal_point_reads_and_publishes_streams_and_writes_to_every_inbox() -> None:
    streams = [stream_topic(one) for one in ("ion", "pics", "alerts")]
    own = inbox_topic(ORIGINATOR.id, firm=False)
    wanted = {
        *(("read", one) for one in (DIRECTORY, MANIFESTS, CHECKPOINTS, own, *streams)),
        *(("write", one) for one in (MANIFESTS, CHECKPOINTS, own, "tocsin.inbox.*", *streams)),
    }
    assert wanted == given(ORIGINATOR)


def test_an_analyst_publishes_to_no_stream() -> None:
    own = inbox_topic(ANALYST.id, firm=False)
    assert {own, "tocsin.inbox.*"} == {name for operation, name in given(ANALYST) if operation == "write"}


def test_a_firm_with_a_role_of_governments_is_still_a_firm() -> None:
    sly = changed(COURIER, roles=("analyst", "governments"))
    reads = {name for operation, name in given(sly, (ORIGINATOR, sly)) if operation == "read"}
    assert stream_topic("ion") not in reads


def test_firms_may_be_let_write_to_all_governments() -> None:
    declared = read_declaration({**DECLARED, "firms": {"write_to": "governments"}})
    assert ("write", "tocsin.inbox.gov.*") in given(COURIER, declared=declared)


@pytest.mark.parametrize("sponsor", [b"\x00" * 16, COURIER.id])
def test_a_firm_whose_sponsor_is_no_government_writes_to_itself_alone(sponsor) -> None:
    odd = changed(COURIER, name="Odd", sponsor=sponsor)
    parties = (ORIGINATOR, COURIER, odd)
    assert {("write", inbox_topic(odd.id, firm=True))} == {
        one for one in given(odd, parties) if one[0] == "write"
    }


def test_a_stream_that_nobody_declared_is_read_by_nobody() -> None:
    assert ("read", stream_topic("ion")) not in given(ORIGINATOR, declared=read_declaration(DECLARED))


def test_a_stream_may_be_opened_to_one_role() -> None:
    declared = read_declaration({**DECLARED, "readers": {"ion": ["analyst"]}})
    who = [
        one
        for one in (ORIGINATOR, ANALYST)
        if ("read", stream_topic("ion")) in given(one, EVERYONE, declared)
    ]
    assert [ANALYST] == who


def test_who_has_no_agreement_in_force_reads_the_directory_alone() -> None:
    assert {("read", DIRECTORY)} == given(COURIER, at_s=NOW_S + 200 * DAY_S)


def test_who_has_ended_may_do_nothing_from_that_second_on() -> None:
    gone = ended(NEIGHBOUR)
    assert given(gone, (ORIGINATOR, gone), at_s=NOW_S - 1)
    assert set() == given(gone, (ORIGINATOR, gone))


def test_a_declared_login_has_what_it_is_declared_and_no_more() -> None:
    declared = read_declaration({**DECLARED, "logins": {"watch": {"read": ["a"], "write": ["b"]}}})
    rules = access_rules(directory_of({"streams": layout_target()}), declared, NOW_S)
    assert {("read", "a"), ("describe settings of", "a"), ("write", "b")} == {
        (one.operation, one.name) for one in rules if one.principal == "User:watch"
    }


@pytest.mark.parametrize("party", EVERYONE, ids=lambda party: party.name)
def test_who_reads_a_topic_sees_its_settings_and_of_no_other(party) -> None:
    topics = {
        operation: {name for each, name in all_given(party) if each == operation}
        for operation in ("read", "describe settings of")
    }
    assert topics["read"] == topics["describe settings of"]


def test_nobody_is_given_a_group_a_cluster_or_a_transaction() -> None:
    rules = access_rules(directory_of(targets()), SHIPPED, NOW_S)
    assert {("topic", "allow", "*")} == {(one.resource, one.permission, one.host) for one in rules}


def rules_at_broker(*more):
    return access_rules(directory_of(targets()), SHIPPED, NOW_S) | set(more)


def compared(found, parties=EVERYONE):
    directory = directory_of(targets(*parties))
    return compare(access_rules(directory, SHIPPED, NOW_S), frozenset(found), directory, SHIPPED)


def test_what_is_as_it_shall_be_is_left() -> None:
    plan = compared(rules_at_broker())
    assert ((), (), ()) == (plan.add, plan.remove, plan.stray)


def test_what_is_missing_is_added() -> None:
    missing = AccessRule(f"User:{COURIER.id.hex()}", "read", stream_topic("alerts"))
    assert (missing,) == compared(rules_at_broker() - {missing}).add


def test_what_an_expelled_participant_had_is_removed() -> None:
    gone = ended(NEIGHBOUR)
    plan = compared(rules_at_broker(), (ORIGINATOR, gone, *(one for one in EVERYONE[2:])))
    assert len(all_given(NEIGHBOUR)) == len([one for one in plan.remove if one.login == gone.id.hex()])


@pytest.mark.parametrize(
    "stray",
    [
        AccessRule("User:mallory", "read", "tocsin.ion.v1"),
        AccessRule("User:*", "write", "tocsin.inbox.gov.", "prefixed"),
        AccessRule(f"User:{COURIER.id.hex()}", "read", "tocsin.alerts.v1", permission="deny"),
        AccessRule(f"User:{COURIER.id.hex()}", "read", "tocsin.alerts.v1", host="192.0.2.7"),
        AccessRule(f"Group:{COURIER.id.hex()}", "read", "tocsin.alerts.v1"),
    ],
)
def test_what_nothing_explains_is_stray_and_not_removed_unasked(stray) -> None:
    plan = compared(rules_at_broker(stray))
    assert ((), (stray,)) == (plan.remove, plan.stray)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (AccessRule(f"User:{ID}", "read", "t"), f"Courier (CO) {ID}: read topic t"),
        (AccessRule("User:watch", "write", "t.", "prefixed"), "watch: write every topic t.…"),
        (
            AccessRule("Role:x", "all", "c", resource="cluster", permission="deny", host="192.0.2.7"),
            "Role:x: deny all cluster c from 192.0.2.7",
        ),
    ],
)  # fmt: skip
def test_a_rule_is_told_in_words(rule, words) -> None:
    assert words == describe(rule, directory_of(targets()))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"reders": {}}, "no table reders"),
        ({"firms": {"write_to": "everybody"}}, "write_to"),
        ({"firms": None}, "write_to"),
        ({"topics": {"all": {}}}, "topics are all, directory, small"),
        ({"topics": None}, "topics are"),
        ({"topics": {"all": {"retention.ms": 1}, "directory": {}, "small": {}}}, "retention.ms"),
        ({"readers": {"ion": "governments"}}, "ion is no list"),
        ({"logins": {"Root!": {}}}, "login 'Root!'"),
        ({"logins": {"a" * 32: {}}}, "could be a participant's id"),
        ({"logins": {"watch": {"read": [1]}}}, "read holds"),
        ({"logins": {f"l{number}": {} for number in range(65)}}, "over 64"),
    ],
)
def test_a_declaration_that_is_not_meant_so_is_refused(change, why) -> None:
    with pytest.raises(MalformedError, match=why):
        read_declaration(DECLARED | change)


def test_settings_of_a_kind_win_over_those_of_all() -> None:
    topics = {"all": {"a": "1", "b": "1"}, "directory": {"b": "2"}, "small": {}}
    assert {"a": "1", "b": "2"} == read_declaration(DECLARED | {"topics": topics}).settings("directory")
