"""`--attach` and `attachment preview`: what is said, what is refused; a refusal changes nothing."""

import json
from copy import deepcopy
from hashlib import sha256
from pathlib import Path

import pytest

from services.producer.attaching import prepare_file
from tests.adapters.test_documents_inside import office, pdf
from tests.support.incidents import SEIZURE
from tests.support.photographs import photograph, place_of
from tocsin.adapters.pictures import CleanPicture
from tocsin.core.attachments import MAX_ATTACHMENT_BYTES
from tocsin.core.errors import RefusedByRuleError, SettingsError
from tocsin.core.media_types import XLSX
from tocsin.main import main

PLACELESS = photograph(gps=None)


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "report.json"
    path.write_text(json.dumps(deepcopy(SEIZURE) | {"national_reference": "A-1"}))
    return str(path)


@pytest.fixture
def file(tmp_path):
    """Writes a file; its path as text."""

    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return write


def attached(out):
    (receipt,) = map(json.loads, out.splitlines())
    return receipt.get("attachments", [])


def test_what_is_taken_out_of_a_photograph_is_said(home, file, report, capsys):
    assert 5 == main(["publish", "--no-wait", report, "--attach", file("photo.jpg", photograph())])
    out, err = capsys.readouterr()
    assert "photo.jpg: a JPEG picture" in err
    assert "location removed; also removed: camera, time and other fields (EXIF)" in err
    (one,) = attached(out)
    assert ("photo.jpg", "image/jpeg", "accepted") == (one["name"], one["media_type"], one["state"])


def test_the_preview_is_byte_for_byte_what_is_sent(home, file, report, tmp_path, capsys):
    photo, out = file("photo.jpg", photograph()), tmp_path / "as-sent.jpg"
    assert 0 == main(["attachment", "preview", photo, "--out", str(out)])
    assert 0o600 == out.stat().st_mode & 0o777
    digest = sha256(out.read_bytes()).hexdigest()
    assert digest in capsys.readouterr().err
    main(["publish", "--no-wait", report, "--attach", photo])
    assert digest == attached(capsys.readouterr().out)[0]["sha256"]


def test_the_preview_needs_no_home_and_never_overwrites(file, tmp_path, capsys):
    out = file("out.jpg", b"mine")
    assert 3 == main(["attachment", "preview", file("photo.jpg", photograph()), "--out", out])
    assert "is there already" in capsys.readouterr().err
    assert b"mine" == (tmp_path / "out.jpg").read_bytes()


def test_a_place_is_kept_only_if_that_is_asked_for(file):
    ready = prepare_file(Path(file("photo.jpg", photograph())), keep_location=True)
    assert "location kept" in ready.sentences
    assert place_of(ready.file.content)


def test_a_photograph_without_a_place_says_so(file):
    ready = prepare_file(Path(file("photo.jpg", PLACELESS)), keep_location=False)
    assert "held no location" == ready.sentences[0]


@pytest.mark.parametrize(
    ("name", "content"), [("a.xlsx", office(XLSX, media=photograph())), ("a.pdf", pdf(photograph()))]
)
def test_a_document_with_a_place_inside_is_refused_unless_it_is_to_be_kept(file, name, content):
    path = Path(file(name, content))
    with pytest.raises(RefusedByRuleError, match="names a place"):
        prepare_file(path, keep_location=False)
    assert content == prepare_file(path, keep_location=True).file.content


@pytest.mark.parametrize(
    ("name", "content"), [("a.xlsx", office(XLSX, media=PLACELESS)), ("a.pdf", pdf()), ("a.csv", b"a;b\n")]
)
def test_a_document_without_a_place_is_sent_as_it_is(file, name, content):
    ready = prepare_file(Path(file(name, content)), keep_location=False)
    assert (name, content) == (ready.file.name, ready.file.content)
    assert ready.sentences[0].startswith("sent as it is")


REFUSED = {
    "a photograph of 80 MB": (
        "photo.jpg",
        b"\xff\xd8\xff" + bytes(80_000_000),
        "80,000,003 bytes, over 7,500,000",
    ),
    "one byte too much": ("a.txt", b"x" * (MAX_ATTACHMENT_BYTES + 1), "7,500,001 bytes, over 7,500,000"),
    "an empty file": ("a.txt", b"", "is empty"),
    "a GIF that is HTML": ("a.gif", b"<html><script>", "is a page or script"),
    "HTML that begins like a GIF": ("a.gif", b"GIF89a<html><script>", "damaged or was cut off"),
    "text that calls itself a GIF": (
        "a.gif",
        b"just text",
        "its name says a GIF picture, its content is plain",
    ),
    "a picture that calls itself CSV": (
        "a.csv",
        PLACELESS,
        "its name says plain text, its content is a",
    ),
    "a program": ("a.pdf", b"\x7fELF\x02", "is of no known type"),
    "a photograph of a telephone": ("a.heic", b"\0\0\0\x18ftypheic", "export it as JPEG"),
    "half a photograph": ("a.jpg", PLACELESS[: len(PLACELESS) // 2], "damaged or was cut off"),
    "an encrypted document": ("a.pdf", pdf(password="secret"), "is encrypted"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_may_not_be_sent_is_refused_with_its_path_and_nothing_is_accepted(
    home, file, report, capsys, what
):
    name, content, told = REFUSED[what]
    path = file(name, content)
    assert 3 == main(["publish", "--no-wait", report, "--attach", path])
    out, err = capsys.readouterr()
    assert ("", True) == (out, f"error: {path}: " in err)
    assert told in err
    assert not (home / "outbox").exists()


def test_a_picture_that_grows_beyond_the_bound_when_it_is_made_anew_is_refused(file, monkeypatch):
    monkeypatch.setattr("services.producer.attaching.MAX_ATTACHMENT_BYTES", len(PLACELESS))
    monkeypatch.setattr("services.producer.attaching.clean_picture", _grown)
    with pytest.raises(RefusedByRuleError, match="as it would be sent"):
        prepare_file(Path(file("photo.jpg", PLACELESS)), keep_location=False)


def test_a_file_that_cannot_be_read_is_a_wrong_option(tmp_path):
    for path in (tmp_path / "missing.jpg", tmp_path):
        with pytest.raises(SettingsError, match="no file that can be read"):
            prepare_file(path, keep_location=False)


def test_files_go_with_one_report_only(home, file, tmp_path, capsys):
    many = tmp_path / "many.jsonl"
    reports = [deepcopy(SEIZURE) | {"national_reference": f"A-{number}"} for number in (1, 2)]
    many.write_text("".join(json.dumps(one) + "\n" for one in reports))
    assert 2 == main(["publish", "--no-wait", str(many), "--attach", file("a.txt", b"a")])
    assert "with one report" in capsys.readouterr().err
    assert not (home / "outbox").exists()


def test_more_files_than_a_report_takes_are_refused(home, file, report, capsys):
    words = [word for number in range(21) for word in ("--attach", file(f"{number}.txt", b"a"))]
    assert 3 == main(["publish", "--no-wait", report, *words])
    assert "at most 20 files, 21 given" in capsys.readouterr().err


def test_files_are_not_handed_to_a_service(file, report, capsys):
    words = ["--url", "http://127.0.0.1:9", "--token-file", "x", "--attach", file("a.txt", b"a")]
    assert 2 == main(["publish", report, *words])
    assert "cannot be used with --url" in capsys.readouterr().err


def test_a_name_goes_without_its_folders_and_safe(file):
    ready = prepare_file(Path(file("re\u202eport.txt", b"a")), keep_location=False)
    assert "re_port.txt" == ready.file.name


def test_status_tells_of_the_files(home, file, report, capsys):
    main(["publish", "--no-wait", report, "--attach", file("a.txt", b"a" * 300_000)])
    capsys.readouterr()
    assert 5 == main(["status", "A-1", "--json"])
    (one,) = attached(capsys.readouterr().out)
    assert ("a.txt", 4, 0) == (one["name"], one["records"], one["records_published"])


def _grown(content, *, keep_location):
    return CleanPicture(content + b"x", held_location=keep_location, left_behind=())
