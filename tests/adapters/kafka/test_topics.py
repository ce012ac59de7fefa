import pytest

from tocsin.adapters.kafka.topics import TopicWish, apply, plan
from tocsin.core.errors import BrokerRefusedError, BrokerUnavailableError, RefusedByRuleError

pytestmark = pytest.mark.kafka


async def applied(bootstrap, *wishes):
    changes = await plan(bootstrap, wishes)
    await apply(bootstrap, changes)
    return [change.describe() for change in changes]


async def test_a_new_topic_is_planned_made_and_then_as_wished(kafka_bootstrap, topic_name):
    wish = TopicWish(topic_name, 2, {"retention.ms": "1000", "cleanup.policy": "delete"})

    assert [f"+ {topic_name} partitions=2 cleanup.policy=delete retention.ms=1000"] == (
        await applied(kafka_bootstrap, wish)
    )
    assert [] == await plan(kafka_bootstrap, [wish])


async def test_planning_changes_nothing(kafka_bootstrap, topic_name):
    wish = TopicWish(topic_name, 1)
    await plan(kafka_bootstrap, [wish])

    assert [True] == [change.creates for change in await plan(kafka_bootstrap, [wish])]


async def test_a_changed_setting_is_shown_with_both_values(kafka_bootstrap, topic_name):
    await applied(kafka_bootstrap, TopicWish(topic_name, 1, {"retention.ms": "1000"}))
    wish = TopicWish(topic_name, 1, {"retention.ms": "2000"})

    assert [f"~ {topic_name} retention.ms: 1000 -> 2000"] == await applied(kafka_bootstrap, wish)
    assert [] == await plan(kafka_bootstrap, [wish])


async def test_settings_that_are_not_wished_stay_when_others_change(kafka_bootstrap, topic_name):
    first = TopicWish(topic_name, 1, {"retention.ms": "1000"})
    await applied(kafka_bootstrap, first)
    await applied(kafka_bootstrap, TopicWish(topic_name, 1, {"segment.ms": "60000"}))

    assert [] == await plan(kafka_bootstrap, [first])


async def test_more_partitions_are_added(kafka_bootstrap, topic_name):
    await applied(kafka_bootstrap, TopicWish(topic_name, 1))
    wish = TopicWish(topic_name, 3)

    assert [f"~ {topic_name} partitions: 1 -> 3"] == await applied(kafka_bootstrap, wish)
    assert [] == await plan(kafka_bootstrap, [wish])


async def test_fewer_partitions_are_refused_before_anything_changes(kafka_bootstrap, topic_name):
    await applied(kafka_bootstrap, TopicWish(topic_name, 3))
    other = TopicWish(topic_name + ".other", 1)
    with pytest.raises(RefusedByRuleError, match=r"has 3 partitions, 1 wished"):
        await applied(kafka_bootstrap, other, TopicWish(topic_name, 1))

    assert 1 == len(await plan(kafka_bootstrap, [other]))


async def test_an_unknown_setting_is_refused_in_the_brokers_words(kafka_bootstrap, topic_name):
    with pytest.raises(BrokerRefusedError, match=f"topic {topic_name}: .*retention"):
        await applied(kafka_bootstrap, TopicWish(topic_name, 1, {"retention.ms": "soon"}))


async def test_more_copies_than_brokers_are_refused(kafka_broker):
    changes = await plan(kafka_broker.bootstrap, [TopicWish("copies", 1)])
    with pytest.raises(BrokerRefusedError, match=r"topic copies: .*replication factor"):
        await apply(kafka_broker.bootstrap, changes, replication=3)


async def test_over_five_hundred_topics_are_made_in_several_calls(kafka_broker):
    wishes = [TopicWish(f"many.{number}", 1) for number in range(520)]
    await applied(kafka_broker.bootstrap, *wishes)

    assert [] == await plan(kafka_broker.bootstrap, wishes)


async def test_nobody_there_is_said_with_the_address():
    with pytest.raises(BrokerUnavailableError, match=r"127\.0\.0\.1:9 cannot be reached"):
        await plan("127.0.0.1:9", [])
