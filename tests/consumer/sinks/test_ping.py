"""Mails that say only that something is there."""

import pytest

from services.consumer.sinks.ping import Ping
from services.consumer.sinks.plans import Kind
from services.consumer.sinks.settings import SmtpSettings
from tests.support.plain import png
from tests.support.receivers import MailBox
from tocsin.adapters.mail import MailServer, check_mailbox, check_server, send
from tocsin.core.alert_images import image_of
from tocsin.core.errors import DeliveryFailedError, KeyUnusableError, SettingsError


def server(mailbox, **changes):
    given = {"host": "localhost", "port": mailbox.port, "security": "starttls"}
    return MailServer(**(given | {"sender": "a@firm.example", "ca_file": mailbox.ca_file} | changes))


async def failure(server, **how):
    with pytest.raises(DeliveryFailedError) as caught:
        await send(server, "desk@firm.example", "Subject", "Text", "id", **how)
    return str(caught.value)


async def test_a_mail_has_a_count_and_not_one_word_of_content(rig):
    rig.add("zanzibar canary", advice="ibex", origins=["CO"], images=[image_of(png(), "oryx")])
    rig.add("another")
    await rig.run(Kind.PING)
    (mail,) = rig.mailbox.mails
    assert mail.get_payload().startswith("2 notices are waiting in your organisation's inbox")
    whole = mail.as_string()
    assert not [
        one
        for one in ("zanzibar", "canary", "ibex", "oryx", "another", "image", "Originator")
        if one in whole
    ]


async def test_what_sends_the_mail_is_given_no_content_to_begin_with(rig, monkeypatch):
    given = []

    async def deliver(_self, events):
        given.extend(events)

    monkeypatch.setattr(Ping, "deliver", deliver)
    rig.add("a", images=[image_of(png())])
    await rig.run(Kind.PING)
    assert [(b"", "", ())] == [(one.body, one.text, one.images) for one in given]


async def test_there_is_at_most_one_mail_in_its_time_and_it_counts_all(rig):
    lines = await rig.lines(Kind.PING, every_minutes=15)
    for name in "abc":
        rig.add(name)
        await lines.settle()
        rig.now_s += 60
    assert 1 == len(rig.mailbox.mails)
    rig.now_s += 15 * 60
    await lines.settle()
    assert ["1", "2"] == [mail.get_payload().split(" ")[0] for mail in rig.mailbox.mails]


@pytest.mark.parametrize("restarts", [False, True])
async def test_what_a_digest_held_by_a_clock_that_was_ahead_comes_as_soon_as_it_is_right(rig, restarts):
    lines = await rig.lines(Kind.PING, digest_minutes=60)
    rig.clock_off_s = 12 * 3_600 + 1
    rig.add("a")
    await lines.settle()
    assert 0 == rig.got(Kind.PING)
    rig.clock_off_s = 0
    await (await rig.lines(Kind.PING, digest_minutes=60) if restarts else lines).settle()
    assert 1 == rig.got(Kind.PING)


async def test_a_process_that_begins_when_the_clock_is_right_again_waits_for_its_pace_alone(rig):
    rig.clock_off_s = 12 * 3_600
    rig.add("a")
    await rig.run(Kind.PING, every_minutes=30)
    rig.clock_off_s = 0
    rig.add("b")
    for _ in range(2):
        await rig.run(Kind.PING, every_minutes=30)
        rig.now_s += 30 * 60
    assert 2 == rig.got(Kind.PING)


async def test_a_process_that_begins_when_the_clock_is_right_again_tries_what_failed_by_the_wrong_one(rig):
    mend = rig.break_(Kind.PING)
    rig.add("a")
    for rig.clock_off_s in (0, 12 * 3_600):
        await rig.run(Kind.PING)
    mend()
    rig.clock_off_s = 0
    await rig.run(Kind.PING)
    assert 1 == rig.got(Kind.PING)


async def test_the_same_events_make_the_same_message_id(rig):
    rig.add("a")
    await rig.run(Kind.PING)
    rig.inbox.database.execute("DELETE FROM sinks")
    await rig.run(Kind.PING)
    first, second = (mail["Message-ID"] for mail in rig.mailbox.mails)
    assert first == second


async def test_a_mail_server_whose_certificate_nobody_vouches_for_gets_nothing(tmp_path):
    with MailBox(tmp_path, trusted=False) as mailbox:
        assert "certificate is not trusted" in await failure(server(mailbox))
        assert [] == mailbox.mails


async def test_a_mail_server_without_tls_gets_nothing(tmp_path):
    with MailBox(tmp_path, tls=False) as mailbox:
        assert "does not offer TLS" in await failure(server(mailbox))
        assert [] == mailbox.mails


async def test_a_mail_server_that_refuses_or_is_away_is_said(rig):
    rig.mailbox.refuse = "550 zanzibar"
    assert "the mail server answered 550" == await failure(server(rig.mailbox))
    assert "cannot be connected to" in await failure(server(rig.mailbox, port=1))


async def test_a_mail_server_that_breaks_off_within_the_mail_is_tried_again_with_the_same_one(rig):
    whole = rig.mailbox.handle_DATA

    async def break_off(server, _session, _envelope):
        server.transport.abort()
        return "250 never seen"

    rig.mailbox.handle_DATA = break_off
    rig.add("a")
    lines = await rig.lines(Kind.PING, every_minutes=0)
    await lines.settle()
    assert "broke off" in rig.inbox.sinks.all()[0].error
    rig.mailbox.handle_DATA = whole
    rig.now_s += 60
    await lines.settle()
    assert 1 == len(rig.mailbox.mails)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("ca_file", b"no certificate", "holds no certificates"),
        ("ca_file", None, "holds no certificates"),
        ("password_file", None, "No such file"),
        ("password_file", b"\xff\xfe", "is not UTF-8"),
    ],
)
async def test_a_file_of_the_mail_server_that_is_no_such_is_named(rig, tmp_path, name, content, words):
    file = tmp_path / "file"
    if content is not None:
        file.touch(mode=0o600)
        file.write_bytes(content)
    broken = server(rig.mailbox, **{name: file})
    with pytest.raises((SettingsError, KeyUnusableError), match=words):
        check_server(broken)
    assert str(file) in await failure(broken)


@pytest.mark.parametrize(
    "text", ["desk", "Desk <desk@firm.example>", "a@b\nBcc: c@d", "", "@", "désk@x.example"]
)
def test_a_mailbox_is_a_plain_address(text):
    with pytest.raises(SettingsError):
        check_mailbox(text)


def test_there_is_no_setting_for_mail_without_tls():
    with pytest.raises(ValueError, match="security"):
        SmtpSettings(host="localhost", sender="a@b.example", security="none")
