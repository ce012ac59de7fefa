from services.workshop.broker_settings import as_properties, broker_settings


def settings(tmp_path, brokers, extra=None):
    return broker_settings(brokers, brokers, 20_000, tmp_path, extra or {})


def test_a_mistyped_topic_is_never_created(tmp_path):
    assert "false" == settings(tmp_path, 1)["auto.create.topics.enable"]


def test_every_listener_is_on_the_loopback(tmp_path):
    assert (
        "PLAINTEXT://127.0.0.1:20002,CONTROLLER://127.0.0.1:20012" == (settings(tmp_path, 3)["listeners"])
    )


def test_three_brokers_keep_three_copies_and_ask_for_two(tmp_path):
    three = settings(tmp_path, 3)

    assert ("3", "2") == (three["default.replication.factor"], three["min.insync.replicas"])
    assert "1@127.0.0.1:20010,2@127.0.0.1:20011,3@127.0.0.1:20012" == (three["controller.quorum.voters"])


def test_extra_settings_win(tmp_path):
    assert "9" == settings(tmp_path, 1, {"num.io.threads": "9"})["num.io.threads"]


def test_a_backslash_in_a_path_survives_the_properties_file():
    assert "log.dirs=a\\\\b\n" == as_properties({"log.dirs": "a\\b"})
