"""A participant is a folder: private, with one id, one pinned root, and a way to Kafka."""

import pytest

from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.kafka.security import KafkaAccess
from tocsin.core.enrolment import Welcome
from tocsin.core.errors import (
    HeldElsewhereError,
    KeyUnusableError,
    RefusedByRuleError,
    SettingsError,
)

ID, OTHER_ID = b"\x01" * 16, b"\x02" * 16


@pytest.fixture
def home(tmp_path) -> ParticipantHome:
    created = ParticipantHome.create(tmp_path / "home")
    created.keys.mkdir(mode=0o700)
    return created


def test_create_makes_a_private_folder_that_opens(home) -> None:
    assert 0o700 == home.path.stat().st_mode & 0o777
    assert home.path == ParticipantHome.open(home.path).path


def test_a_folder_without_keys_is_no_home(tmp_path) -> None:
    with pytest.raises(SettingsError, match="tocsin keys init"):
        ParticipantHome.open(tmp_path / "nowhere")


def test_a_home_that_others_may_enter_is_refused(home) -> None:
    home.path.chmod(0o755)
    with pytest.raises(KeyUnusableError, match="chmod 0700"):
        ParticipantHome.open(home.path)
    with pytest.raises(KeyUnusableError, match="chmod 0700"):
        ParticipantHome.create(home.path)


def test_before_admission_it_says_what_to_do(home) -> None:
    with pytest.raises(SettingsError, match="tocsin keys accept"):
        home.participant_id()
    with pytest.raises(SettingsError, match=r"1\.root\.json is missing"):
        home.pinned_root()


def test_a_welcome_pins_id_and_root_and_may_come_twice(home) -> None:
    for _round in range(2):
        home.accept(Welcome(ID, b"root"), "Focal point")
        assert (ID, b"root") == (home.participant_id(), home.pinned_root())


@pytest.mark.parametrize("welcome", [Welcome(ID, b"another root"), Welcome(OTHER_ID, b"root")])
def test_another_root_or_id_is_refused_and_nothing_changes(home, welcome) -> None:
    home.accept(Welcome(ID, b"root"), "Focal point")
    with pytest.raises(RefusedByRuleError):
        home.accept(welcome, "Focal point")
    assert (ID, b"root") == (home.participant_id(), home.pinned_root())


@pytest.mark.parametrize("text", ["{}", '{"id":"short"}'])
def test_a_damaged_id_is_named(home, text) -> None:
    (home.path / "participant.json").write_text(text)
    with pytest.raises(SettingsError, match=r"participant\.json is damaged"):
        home.participant_id()


def test_holding_keeps_another_out(home) -> None:
    with (
        home.hold("outbox"),
        home.hold("inbox"),
        pytest.raises(HeldElsewhereError, match="is in use"),
        home.hold("outbox"),
    ):
        pass


def test_without_settings_the_given_address_is_enough(home) -> None:
    assert KafkaAccess("kafka:9092") == home.access("kafka:9092")


def test_settings_say_how_to_reach_kafka_and_the_command_line_wins(home) -> None:
    home.settings_file.write_text(
        '[kafka]\nbootstrap = "a:1"\nsecurity_protocol = "SASL_SSL"\nuser = "xx"\n'
        'password_file = "kafka.password"\n'
    )
    password = home.path / "kafka.password"
    expected = KafkaAccess("a:1", "SASL_SSL", user="xx", password_file=password)
    assert expected == home.access(None)
    assert "b:2" == home.access("b:2").bootstrap


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", ["addresses are missing"]),
        (
            "[kafka]\nbotstrap = 'a:1'\nuser = 7",
            ["kafka.botstrap is unknown", "kafka.user is no text", "missing"],
        ),
        ("[kafka]\nbootstrap = 'a'", ["'a' is not host:port"]),
        ("kafka = 1", ["kafka is no table"]),
        ("[kafka", ["is no TOML"]),
    ],
)
def test_everything_wrong_with_the_settings_is_listed_at_once(home, text, faults) -> None:
    home.settings_file.write_text(text)
    with pytest.raises(SettingsError) as refused:
        home.access(None)
    assert [] == [fault for fault in faults if fault not in str(refused.value)]
