"""Webhooks: signatures, secrets that change, receivers that misbehave, addresses not to be reached."""

import asyncio
import ssl
import threading
from base64 import b64decode

import pytest
import trustme

from services.consumer.sinks.lines import secrets_of
from services.consumer.sinks.plans import Kind
from tests.support.plain import png
from tests.support.receivers import Receiver
from tocsin.adapters.inbox.sink_items import ItemState
from tocsin.adapters.webhooks import MAX_ANSWER_BYTES, Poster
from tocsin.core.alert_images import image_of
from tocsin.core.errors import DeliveryFailedError, SettingsError
from tocsin.core.outward import read_receiver
from tocsin.core.webhook_signing import new_secret, secret_text


def poster(url, **how):
    return Poster(read_receiver(url), **how)


def local(receiver, **how):
    return poster(f"http://127.0.0.1:{receiver.port}/very-secret-path", **how)


async def failure(post, body=b'"zanzibar canary"'):
    """Why it failed; neither body nor path is in it."""
    try:
        with pytest.raises(DeliveryFailedError) as caught:
            await post.post({}, body)
    finally:
        await post.close()
    assert not [one for one in ("zanzibar", "very-secret-path") if one in str(caught.value)]
    return caught.value


@pytest.fixture
def receiver():
    with Receiver() as receiver:
        yield receiver


async def test_an_event_is_signed_under_the_sinks_secret(rig):
    rig.add("a")
    await rig.run(Kind.WEBHOOK)
    (secret,) = secrets_of(rig.inbox, "webhook", rig.now_s)
    assert all(one.signed_by(secret_text(secret)) for one in rig.receiver.posted)


async def test_an_event_carries_the_pictures_in_base64_under_the_signature(rig):
    rig.add("a", images=[image_of(png())])
    await rig.run(Kind.WEBHOOK)
    (posted,) = rig.receiver.of("alert.active", 1)
    (secret,) = secrets_of(rig.inbox, "webhook", rig.now_s)
    (image,) = posted.json["data"]["report"]["images"]
    assert (png(), True) == (b64decode(image["content"]), posted.signed_by(secret_text(secret)))


async def test_after_a_change_of_secrets_events_are_signed_under_both_until_the_old_one_ends(rig):
    await rig.run(Kind.WEBHOOK)
    (old,) = secrets_of(rig.inbox, "webhook", rig.now_s)
    new = new_secret()
    with rig.inbox.transaction():
        rig.inbox.sink_secrets.add("webhook", new, rig.now_s, rig.now_s + 3_600)
    rig.add("a")
    await rig.run(Kind.WEBHOOK)
    rig.now_s += 3_600
    rig.add("b")
    await rig.run(Kind.WEBHOOK)
    during, after = rig.receiver.of("alert.active", 2)
    signed = [[one.signed_by(secret_text(each)) for each in (old, new)] for one in (during, after)]
    assert [[True, True], [False, True]] == signed


async def test_a_receiver_that_wants_no_more_is_given_nothing_until_it_is_enabled(rig):
    await rig.run(Kind.WEBHOOK)
    rig.receiver.answer = lambda _posted: (410, {})
    rig.add("a")
    lines = await rig.lines(Kind.WEBHOOK)
    await lines.settle()
    rig.receiver.answer = lambda _posted: (204, {})
    rig.now_s += 3_600
    await lines.settle()
    assert "is disabled (it answered 410" in lines.sentences()[0]
    assert "tocsin sinks enable webhook" in lines.sentences()[0]
    before = len(rig.receiver.posted)
    with rig.inbox.transaction():
        rig.inbox.sinks.disable("webhook", None)
    await lines.settle()
    assert 1 == len(rig.receiver.of("alert.active"))
    assert before < len(rig.receiver.posted)


async def test_a_receiver_that_asks_for_patience_is_given_it(rig):
    lines = await rig.lines(Kind.WEBHOOK)
    await lines.settle()
    rig.receiver.answer = lambda _posted: (429, {"Retry-After": "200"})
    rig.add("a")
    await lines.settle()
    rig.now_s += 199
    await lines.settle()
    assert 1 == len(rig.receiver.of("alert.active"))
    rig.receiver.answer = lambda _posted: (204, {})
    rig.now_s += 1
    await lines.settle()
    assert [] == lines.sentences()


@pytest.mark.parametrize("years", [-11, 11])
async def test_by_a_clock_that_is_years_off_nothing_is_tried_or_given_up(rig, years):
    lines = await rig.lines(Kind.WEBHOOK)
    rig.receiver.answer = lambda _posted: (500, {})
    rig.add("a")
    await lines.settle()
    tried = len(rig.receiver.posted)
    rig.clock_off_s = years * 365 * 86_400
    await lines.settle()
    assert (tried, 0) == (len(rig.receiver.posted), rig.inbox.sink_items.counts("webhook")[ItemState.DEAD])
    assert "waits until this machine's clock and the directory agree" in lines.sentences()[0]


async def test_a_clock_that_does_not_hold_is_asked_once_a_minute(rig):
    lines = await rig.lines(Kind.WEBHOOK)
    rig.clock_off_s = 11 * 365 * 86_400
    assert [60] == [await line.turn() for line in lines._lines]


async def test_a_clock_that_jumps_while_a_delivery_hangs_gives_nothing_up(rig):
    lines = await rig.lines(Kind.WEBHOOK)
    rig.receiver.answer = lambda _posted: (500, {})
    rig.add("a")
    for _ in range(2):  # the alert, and the sign of life beside it
        await lines.settle()
        rig.now_s += 3_600

    def jump(_posted):
        rig.clock_off_s = 11 * 365 * 86_400
        return 500, {}

    rig.receiver.answer = jump
    await lines.settle()
    assert rig.now_s == rig.inbox.sinks.find("webhook").error_at_s
    assert 0 == rig.inbox.sink_items.counts("webhook")[ItemState.DEAD]


async def test_what_failed_by_a_clock_that_was_days_ahead_is_tried_at_once_when_it_is_right(rig):
    lines = await rig.lines(Kind.WEBHOOK)
    rig.receiver.answer = lambda _posted: (500, {})
    rig.clock_off_s = 3 * 86_400
    rig.add("a")
    await lines.settle()
    rig.clock_off_s, rig.receiver.answer = 0, lambda _posted: (204, {})
    await lines.settle()
    assert [] == lines.sentences()
    assert 0 == rig.inbox.sink_items.counts("webhook")[ItemState.WAITING]


async def test_a_redirect_is_never_followed(receiver):
    with Receiver() as elsewhere:
        target = f"http://127.0.0.1:{elsewhere.port}/very-secret-path"
        receiver.answer = lambda _posted: (307, {"Location": target})
        assert "leads elsewhere" in str(await failure(local(receiver)))
        assert [] == elsewhere.posted


async def test_a_receiver_that_answers_after_five_minutes_is_not_waited_for(receiver):
    late = threading.Event()
    receiver.answer = lambda _posted: (late.wait(300), (204, {}))[1]
    try:
        assert "no answer within 0.2 s" in str(await failure(local(receiver, deadline_s=0.2)))
    finally:
        late.set()


async def test_an_answer_that_never_ends_is_not_read(receiver):
    huge = str(100 * MAX_ANSWER_BYTES)
    ended = threading.Event()
    receiver.answer = lambda _posted: (204, {})
    server = await asyncio.start_server(lambda r, w: _endless(r, w, huge, ended), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        post = poster(f"http://127.0.0.1:{port}/in", deadline_s=10)
        await post.post({}, b"{}")
        await post.close()
        await asyncio.to_thread(ended.wait, 10)
    assert ended.is_set()


async def _endless(reader, writer, length, ended):
    await reader.readuntil(b"{}")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: " + length.encode() + b"\r\n\r\n")
    try:
        for _ in range(100):
            writer.write(b"x" * MAX_ANSWER_BYTES)
            await writer.drain()
    except ConnectionError:
        ended.set()
    writer.close()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("10.0.0.1", "private"),
        ("127.0.0.1", "this machine itself"),
        ("169.254.169.254", "metadata"),
        ("::ffff:192.168.0.1", "private"),
    ],
)
async def test_a_name_that_leads_inside_is_not_connected_to(address, said):
    async def resolve(_host, _port):
        return ["93.184.216.34", address]

    found = await failure(poster("https://desk.firm.example/very-secret-path", resolve=resolve))
    assert said in str(found)


async def test_a_name_that_changes_after_it_was_judged_leads_nowhere_else(receiver):
    """DNS rebinding: the connection goes to the address that was judged, whatever the name says later."""
    answers = [["127.0.0.1"], ["10.0.0.1"]]

    async def resolve(_host, _port):
        return answers.pop(0)

    post = poster(f"http://localhost:{receiver.port}/in", resolve=resolve)
    await post.post({}, b"{}")
    await post.close()
    assert ([["10.0.0.1"]], 1) == (answers, len(receiver.posted))


async def test_a_name_that_has_no_address_is_said():
    async def none(_host, _port):
        return []

    async def unknown(_host, _port):
        raise OSError

    for resolve in (none, unknown):
        assert "its name" in str(
            await failure(poster("https://desk.example/very-secret-path", resolve=resolve))
        )


async def test_a_receiver_that_is_away_or_speaks_no_http_is_said(receiver):
    url = f"http://127.0.0.1:{receiver.port}/very-secret-path"
    server = await asyncio.start_server(lambda _r, w: w.write(b"220 mail\r\n\r\n"), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        found = await failure(poster(url.replace(str(receiver.port), str(port)), deadline_s=5))
    assert "HTTP" in str(found)
    server.close()
    assert "cannot be connected to" in str(
        await failure(poster(f"http://127.0.0.1:{port}/very-secret-path"))
    )


@pytest.fixture
def certified(tmp_path):
    """(a receiver with TLS, the file of the authority that it is certified by)."""
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    with Receiver(tls=tls) as receiver:
        yield receiver, file


async def test_tls_is_checked_against_the_name(certified):
    receiver, ca_file = certified
    post = poster(f"https://localhost:{receiver.port}/in", ca_file=ca_file)
    await post.post({}, b"{}")
    await post.close()
    assert 1 == len(receiver.posted)


async def test_a_certificate_that_nobody_vouches_for_is_refused(certified):
    receiver, _ = certified
    found = await failure(poster(f"https://localhost:{receiver.port}/very-secret-path"))
    assert "certificate is not trusted" in str(found)
    assert [] == receiver.posted


async def test_a_certificate_of_another_name_is_refused(certified):
    receiver, ca_file = certified
    found = await failure(poster(f"https://127.0.0.1:{receiver.port}/very-secret-path", ca_file=ca_file))
    assert "certificate is not trusted" in str(found)


def test_a_file_of_certificates_that_is_none_is_refused(tmp_path):
    file = tmp_path / "ca.pem"
    file.write_text("nothing")
    with pytest.raises(SettingsError, match="holds no certificates"):
        poster("https://desk.example", ca_file=file)


@pytest.mark.parametrize(
    ("text", "least_s", "most_s"),
    [
        ("120", 120, 120),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 10**9, 10**10),
        ("99999999999999999999", 10**9 - 1, 10**9),
        ("soon", None, None),
        ("", None, None),
    ],
)
async def test_retry_after_is_read_in_both_forms(receiver, text, least_s, most_s):
    receiver.answer = lambda _posted: (503, {"Retry-After": text} if text else {})
    found = (await failure(local(receiver))).retry_after_s
    assert found is None if least_s is None else least_s <= found <= most_s
