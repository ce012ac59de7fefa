"""What can be asked of sinks, and what is said of what cannot."""

import pytest

from services.consumer.settings import ConsumerSettings
from services.consumer.sinks.lines import mail_server
from services.consumer.sinks.plans import Given, Kind, configured, name_of, named_on_the_line
from services.consumer.sinks.settings import SinkSettings
from tocsin.core.errors import SettingsError

URL = "https://desk.firm.example/hook/very-secret-path"


def asked(*texts, sinks=None, **given):
    return named_on_the_line(texts, Given(**given), ("alerts",), sinks or {})


def test_a_sink_of_the_line_has_the_same_name_every_time_and_no_secret_in_it():
    (plan,) = asked(f"webhook={URL}")
    assert (plan.name, Kind.WEBHOOK) == (name_of(f"webhook={URL}"), plan.kind)
    assert "https://desk.firm.example/…" == plan.shown
    assert "very-secret-path" not in f"{plan} {plan.name}"


def test_a_folder_is_the_same_sink_however_it_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert name_of("spool=in/") == name_of(f"spool={tmp_path / 'in'}")


def test_a_sink_of_the_settings_is_called_by_its_name():
    sinks = {"desk": SinkSettings(to="spool=/var/in", filters=["hs=2933"], streams=["alerts", "pics"])}
    (plan,) = asked("desk", sinks=sinks)
    assert ("desk", ("alerts", "pics")) == (plan.name, plan.streams)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("desk", "write spool=DIR, webhook=URL, ping=MAILBOX"),
        ("carrier-pigeon=home", "a sink is spool=DIR"),
        ("spool=", "a sink is spool=DIR"),
        ("webhook=http://desk.firm.example/very-secret-path", "not encrypted"),
        ("ping=Desk", "a mailbox is written as"),
    ],
)
def test_what_is_no_sink_is_refused_with_what_to_write(text, said):
    with pytest.raises(SettingsError, match=said) as error:
        asked(text)
    assert "very-secret-path" not in str(error.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"quiet": "22:00-06:00"}, "say whose clock"),
        ({"quiet": "22:00-06:00 Europe/Atlantis"}, "no such time zone"),
        ({"quiet": "22:00-06:00 ../etc/passwd"}, "no such time zone"),
        ({"quiet": "10pm-6am UTC"}, "write them as 22:00-06:00"),
        ({"filters": ["colour=red"]}, "no such field"),
        ({"begin": "2026-01-01"}, "earliest or latest"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(given, said):
    with pytest.raises(SettingsError, match=said):
        asked("spool=in", **given)


def test_all_faults_of_all_sinks_are_said_at_once():
    with pytest.raises(SettingsError, match=r"(?s)sink a: .*colour.*sink b: .*mailbox"):
        configured(
            {"a": SinkSettings(to="spool=x", filters=["colour=red"]), "b": SinkSettings(to="ping=x")}
        )


def test_a_sink_is_named_once_and_there_are_at_most_16():
    with pytest.raises(SettingsError, match="named twice"):
        asked("spool=in", "spool=in/")
    with pytest.raises(SettingsError, match="at most 16"):
        asked(*(f"spool=in{number}" for number in range(17)))


def test_a_sink_that_pings_needs_a_mail_server():
    with pytest.raises(SettingsError, match=r"fill \[consumer.smtp\]"):
        mail_server(None, asked("ping=desk@firm.example"))


@pytest.mark.parametrize(
    "table",
    [
        {"sinks": {"Desk One": {"to": "spool=in"}}},
        {"sinks": {"desk": {"to": "spool=in", "colour": "red"}}},
        {"sinks": {"desk": {}}},
        {"smtp": {"host": "mail"}},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(table):
    with pytest.raises(SettingsError):
        ConsumerSettings.load(table)


def test_settings_say_where_alerts_go():
    table = {"sinks": {"desk": {"to": f"webhook={URL}", "quiet": "22:00-06:00 Europe/Amsterdam"}}}
    settings = ConsumerSettings.load(table)
    (plan,) = configured(settings.sinks)
    assert ("desk", True) == (plan.name, plan.pace.quiet is not None)
    assert "very-secret-path" not in repr(settings)
