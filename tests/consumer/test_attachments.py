"""`tocsin attachments` and its HTTP twin: listed, saved safely, served as files and never as pages."""

from base64 import b64encode
from hashlib import sha256
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from services.consumer import attachments
from services.consumer.feed import Feed
from services.consumer.http import router
from services.consumer.news import News
from services.consumer.waiting import coming_sentences, waiting_sentences
from tests.support.attachments import attachment_directory, parts, saved_files, text_file
from tests.support.incidents import incident
from tests.support.parties import DAY_S, NOW_S
from tests.support.photographs import photograph
from tests.support.reading import STORAGE_KEY, Reading
from tests.support.world import ORIGINATOR, Sender, report_id
from tocsin.adapters.inbox.attachments import InboxAttachments
from tocsin.adapters.inbox.store import open_inbox
from tocsin.core.attachments import FileToSend
from tocsin.core.errors import RefusedByRuleError, StorageError
from tocsin.core.media_types import JPEG
from tocsin.core.report import domain_check
from tocsin.runtime.exits import Exit

DIRECTORY = attachment_directory()
LONG = text_file(b"x" * 500_000)
REFERENCE = "CO-1"


class Reader:
    """An inbox with a report, and the commands over it."""

    def __init__(self, folder):
        self.folder, self.out = folder, folder / "out"
        self.reading, self.sender = (
            Reading(folder / "inbox", DIRECTORY, rules=domain_check),
            Sender(ORIGINATOR, DIRECTORY),
        )
        with self.reading.inbox.transaction():
            self.reading.inbox.known.keep(DIRECTORY)
        self.reading.take_keys(self.sender)
        self.reading.take(self.sender.send(incident("report", national_reference=REFERENCE)))

    def take(self, *items):
        for one in items:
            self.reading.take(self.sender.send(one, stream="blobs"))

    def save(self, name=REFERENCE):
        return attachments.save_attachments(self.folder, None, name, self.out)


@pytest.fixture
def reader(tmp_path, monkeypatch):
    reader = Reader(tmp_path)

    class Shown:
        def __enter__(self):
            return reader.reading.inbox

        def __exit__(self, *_):
            return None

    monkeypatch.setattr(attachments, "inbox_of", lambda _home, _passphrase: Shown())
    return reader


def test_the_files_of_a_report_are_saved_by_its_reference_its_id_or_their_own_id(reader, capsys):
    reader.take(*parts(LONG))
    for name in (REFERENCE, str(UUID(bytes=report_id("report"))), str(UUID(bytes=report_id("file")))):
        assert Exit.WHOLE is reader.save(name)
        assert str(reader.out / "notes.txt") == capsys.readouterr().out.strip()
    assert {"notes.txt": LONG.content} == saved_files(reader.out)
    assert 0o600 == (reader.out / "notes.txt").stat().st_mode & 0o777


def test_another_file_of_the_same_name_is_never_overwritten(reader):
    reader.out.mkdir()
    (reader.out / "notes.txt").write_bytes(b"mine")
    reader.take(*parts(LONG))
    reader.save()
    reader.save()
    assert {"notes.txt": b"mine", "notes (2).txt": LONG.content} == saved_files(reader.out)


def test_a_link_in_the_way_is_not_followed(reader, tmp_path):
    reader.out.mkdir()
    (reader.out / "notes.txt").symlink_to(tmp_path / "elsewhere")
    reader.take(*parts(LONG))
    reader.save()
    assert not (tmp_path / "elsewhere").exists()
    assert LONG.content == (reader.out / "notes (2).txt").read_bytes()


def test_a_folder_full_of_that_name_is_said(reader, monkeypatch):
    monkeypatch.setattr(attachments, "MAX_SAME_NAMES", 2)
    reader.out.mkdir()
    for name in ("notes.txt", "notes (2).txt"):
        (reader.out / name).write_bytes(b"mine")
    reader.take(*parts(LONG))
    with pytest.raises(StorageError, match="choose another folder"):
        reader.save()


def test_of_a_file_with_missing_parts_nothing_is_written_and_that_is_said(reader, capsys):
    first, _, third = parts(LONG)
    reader.take(first, third, *parts(text_file(b"whole", "whole.txt"), name="whole"))
    assert Exit.INCOMPLETE is reader.save()
    assert {"whole.txt": b"whole"} == saved_files(reader.out)
    assert "notes.txt: 2 of 3 parts are here; it is not saved" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("CO-9", "there is no report or file under CO-9"),
        (str(UUID(bytes=report_id("nothing"))), "there is no report or file"),
        (REFERENCE, "no file came with CO-1"),
    ],
)
def test_what_is_not_there_is_said(reader, name, told):
    with pytest.raises(RefusedByRuleError, match=told):
        reader.save(name)


def test_names_are_made_safe_and_extensions_are_those_of_the_content(reader, capsys):
    lying = FileToSend("../../invoice.html", JPEG, b"just text")
    reader.take(*parts(lying))
    reader.save()
    assert {"invoice.html.txt": b"just text"} == saved_files(reader.out)
    assert "not what the sender said it is" in capsys.readouterr().err


def test_content_of_no_known_type_is_saved_as_such(reader):
    reader.take(*parts(FileToSend("a.jpg", JPEG, b"<script>alert(1)</script>")))
    reader.save()
    assert ["a.jpg.bin"] == list(saved_files(reader.out))


def test_the_list_tells_how_much_of_each_is_here(reader, capsys):
    reader.take(*parts(text_file(b"whole", "whole.txt"), name="whole"), parts(LONG)[0])
    attachments.print_attachments(reader.folder, None, None, as_json=True)
    out = capsys.readouterr().out
    assert '"name":"whole.txt"' in out
    assert '"parts":"1 of 3 parts"' in out
    assert 2 == out.count(f'"reference":"{REFERENCE}"')
    attachments.print_attachments(reader.folder, None, str(UUID(bytes=report_id("whole"))), as_json=True)
    assert 1 == capsys.readouterr().out.count('"whole":true')


def test_a_file_whose_report_has_not_come_is_listed_without_its_reference(reader, capsys):
    reader.take(*parts(text_file(), "another report"))
    attachments.print_attachments(reader.folder, None, None, as_json=True)
    assert '"reference":null' in capsys.readouterr().out


def test_a_subscription_says_which_files_are_still_coming(reader):
    inbox = reader.reading.inbox
    assert [] == coming_sentences(inbox, NOW_S)
    reader.take(parts(LONG)[0])
    assert ["1 file has parts that have not come yet: tocsin attachments list"] == coming_sentences(
        inbox, NOW_S
    )
    reader.take(parts(LONG, name="other")[0])
    assert coming_sentences(inbox, NOW_S)[0].startswith("2 files have parts")
    assert [] == coming_sentences(inbox, NOW_S + 2 * DAY_S)


def test_what_waits_for_room_is_said(reader):
    reader.reading.inbox.attachments = InboxAttachments(reader.reading.inbox.database, 10)
    reader.take(parts(LONG)[0])
    (sentence,) = waiting_sentences(reader.reading.inbox, NOW_S)
    assert sentence.startswith("no room for attachments: 1 record will be read again")


@pytest.fixture
async def client(reader, tmp_path):
    app = FastAPI()
    app.include_router(
        router(Feed(open_inbox(tmp_path / "inbox", STORAGE_KEY, read_only=True), News()), bool)
    )
    headers = {"Authorization": "Bearer t"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://localhost", headers=headers
    ) as client:
        yield client


def place_of(report="report", file=None):
    base = f"/v1/reports/{UUID(bytes=report_id(report))}/attachments"
    return f"{base}/{UUID(bytes=report_id(file))}" if file else base


async def test_a_file_over_http_is_its_bytes_and_never_a_page(reader, client):
    content = photograph(gps=None)
    reader.take(*parts(FileToSend("f\u00f6\u0171.jpg", JPEG, content)))
    answer = await client.get(place_of(file="file"))
    assert (200, content) == (answer.status_code, answer.content)
    assert "image/jpeg" == answer.headers["content-type"]
    assert (
        "attachment; filename=\"f__.jpg\"; filename*=UTF-8''f%C3%B6%C5%B1.jpg"
        == answer.headers["content-disposition"]
    )
    assert "default-src 'none'; sandbox" == answer.headers["content-security-policy"]
    assert "nosniff" == answer.headers["x-content-type-options"]
    assert "no-store" == answer.headers["cache-control"]
    assert f"sha-256=:{b64encode(sha256(content).digest()).decode()}:" == answer.headers["repr-digest"]


async def test_markup_in_a_file_is_given_as_unknown_bytes(reader, client):
    reader.take(*parts(FileToSend('a";%.html', JPEG, b"<script>alert(1)</script>")))
    answer = await client.get(place_of(file="file"))
    assert "application/octet-stream" == answer.headers["content-type"]
    plain = answer.headers["content-disposition"].partition("; filename*")[0]
    assert 'attachment; filename="a___.html.bin"' == plain


async def test_the_files_of_a_report_are_listed_over_http(reader, client):
    assert [] == (await client.get(place_of())).json()["attachments"]
    reader.take(parts(LONG)[0])
    (one,) = (await client.get(place_of())).json()["attachments"]
    assert (False, "1 of 3 parts", REFERENCE) == (one["whole"], one["parts"], one["reference"])


async def test_a_file_with_missing_parts_is_a_conflict_with_the_count(reader, client):
    reader.take(parts(LONG)[0])
    answer = await client.get(place_of(file="file"))
    assert (409, "1 of 3 parts are here") == (answer.status_code, answer.json()["detail"])


@pytest.mark.parametrize("place", [place_of(file="none"), place_of("another", "file")])
async def test_a_file_that_is_not_here_or_of_another_report_is_404(reader, client, place):
    reader.take(*parts(text_file()))
    assert 404 == (await client.get(place)).status_code
    assert 404 == (await client.get(f"{place_of(file='file')}?originator={'0' * 32}")).status_code


async def test_without_a_token_no_file_is_given(reader, client):
    reader.take(*parts(text_file()))
    for place in (place_of(), place_of(file="file")):
        assert 401 == (await client.get(place, headers={"Authorization": ""})).status_code
