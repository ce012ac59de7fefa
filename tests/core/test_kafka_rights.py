import pytest

from tests.support.parties import DAY_S, NOW_S
from tests.support.world import ANALYST, COURIER, NEIGHBOUR, ORIGINATOR, targets
from tocsin.adapters.access_declaration import declaration
from tocsin.core.directory import read_directory
from tocsin.core.kafka_rights import (
    AUTHORITY_LOGIN,
    STANDBY_LOGIN,
    Right,
    Use,
    judge_rights,
    login_uses,
    own_inbox,
    split_uses,
    topics_of,
)
from tocsin.core.streams import (
    CHECKPOINTS_TOPIC,
    DIRECTORY_TOPIC,
    MANIFESTS_TOPIC,
    inbox_topic,
    stream_topic,
)
from tocsin.core.symptoms import Symptom

DIRECTORY = read_directory(1, NOW_S + DAY_S, targets(ORIGINATOR, NEIGHBOUR, ANALYST, COURIER))
READ, WRITE = Right.READ, Right.WRITE
must, must_not = 0, 1
EVERYBODY = (ORIGINATOR, NEIGHBOUR, ANALYST, COURIER)


def of(party, which):
    return set(split_uses(DIRECTORY, declaration(), DIRECTORY.participants[party.id], NOW_S)[which])


def inbox(party):
    return inbox_topic(party.id, party.sponsor is not None)


def streams(right, *names):
    return {Use(right, stream_topic(name)) for name in names}


def test_everybody_reads_the_directory_manifests_checkpoints_and_its_own_inbox() -> None:
    for party in EVERYBODY:
        shared = (DIRECTORY_TOPIC, MANIFESTS_TOPIC, CHECKPOINTS_TOPIC, inbox(party))
        assert {Use(READ, topic) for topic in shared} <= of(party, must), party.name


def test_a_focal_point_writes_streams_manifests_checkpoints_and_inboxes() -> None:
    wanted = streams(WRITE, "ion", "pics", "alerts") | streams(READ, "ion", "pics", "alerts")
    wanted |= {Use(WRITE, topic) for topic in (MANIFESTS_TOPIC, CHECKPOINTS_TOPIC, inbox(COURIER))}
    assert wanted <= of(ORIGINATOR, must)


def test_an_analyst_writes_no_stream() -> None:
    assert streams(WRITE, "ion", "pics", "alerts") <= of(ANALYST, must_not)
    assert not streams(WRITE, "ion") & of(ANALYST, must)


def test_a_firm_reads_alerts_writes_to_its_sponsor_and_itself_and_no_more() -> None:
    wanted = streams(READ, "alerts") | {Use(WRITE, inbox(ORIGINATOR))}
    assert wanted <= of(COURIER, must)
    to = {Use(WRITE, inbox(ORIGINATOR)), Use(WRITE, inbox(COURIER))}
    assert to == {use for use in of(COURIER, must) if use.right is WRITE}


def test_a_firm_must_not_read_what_governments_write_nor_another_s_inbox() -> None:
    hidden = streams(READ, "ion", "pics") | {Use(READ, inbox(NEIGHBOUR)), Use(READ, inbox(ORIGINATOR))}
    assert hidden <= of(COURIER, must_not)


@pytest.mark.parametrize("party", EVERYBODY, ids=lambda party: party.name)
def test_nothing_is_asked_for_and_forbidden_at_once(party) -> None:
    assert not of(party, must) & of(party, must_not)
    assert Use(WRITE, DIRECTORY_TOPIC) in of(party, must_not)


def test_a_heartbeat_goes_where_everybody_may_write() -> None:
    for party in EVERYBODY:
        assert Use(WRITE, own_inbox(DIRECTORY.participants[party.id])) in of(party, must), party.name


def of_the_authority(which):
    return set(login_uses(AUTHORITY_LOGIN, DIRECTORY, declaration())[which])


def test_the_authority_reads_and_writes_what_is_declared_for_its_login() -> None:
    wanted = {Use(WRITE, DIRECTORY_TOPIC), Use(READ, DIRECTORY_TOPIC), Use(READ, CHECKPOINTS_TOPIC)}
    assert wanted == of_the_authority(must)


def test_the_authority_must_not_touch_what_participants_send_each_other() -> None:
    topics = [MANIFESTS_TOPIC, *map(stream_topic, ("ion", "pics", "alerts")), *map(inbox, EVERYBODY)]
    wanted = {Use(right, topic) for topic in topics for right in Right}
    assert wanted | {Use(WRITE, CHECKPOINTS_TOPIC)} == of_the_authority(must_not)


def test_a_standby_touches_the_directory_and_nothing_else() -> None:
    needed, refused = login_uses(STANDBY_LOGIN, DIRECTORY, declaration())
    assert {Use(WRITE, DIRECTORY_TOPIC), Use(READ, DIRECTORY_TOPIC)} == set(needed)
    assert Use(READ, CHECKPOINTS_TOPIC) in refused


def test_each_topic_is_asked_about_once() -> None:
    assert ["a", "b"] == topics_of([Use(READ, "a"), Use(WRITE, "a"), Use(READ, "b")])


def test_rights_that_fit_are_two_passes() -> None:
    found = judge_rights({"a": {READ}}, [Use(READ, "a")], [Use(WRITE, "a"), Use(READ, "b")])
    assert [None, None] == [one.symptom for one in found]
    assert "is refused the 2 things that it should not do" == found[1].what


def test_a_right_that_is_missing_and_one_too_much_are_named_with_their_topics() -> None:
    found = judge_rights({"a": {WRITE}}, [Use(READ, "a")], [Use(WRITE, "a")])
    assert [Symptom.RIGHT_MISSING, Symptom.RIGHT_TOO_MUCH] == [one.symptom for one in found]
    assert ["this login may not read it", "this login may write it, and should not"] == [
        one.what for one in found
    ]
