"""A sheet for a formal channel: the marking on every page, nothing that runs, nothing from outside."""

import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from services.consumer import printing
from tests.consumer.test_exporting import rendered
from tests.support.plain import png
from tests.support.reports import smallest_alert
from tocsin.core.alert_images import image_of
from tocsin.core.errors import SettingsError, StorageError
from tocsin.core.json_fields import in_json


def sheet(language: str = "en", **changes: Any) -> str:
    return printing.sheet_of(rendered(**changes), language)


def test_the_marking_stands_at_the_head_and_foot_of_every_page() -> None:
    page = sheet(handling={"tlp": "AMBER", "pap": "RED"})
    head, foot = (page.split(f"<{part}>")[1].split(f"</{part}>")[0] for part in ("thead", "tfoot"))
    assert ("TLP:AMBER · PAP:RED" in head, "TLP:AMBER · PAP:RED" in foot) == (True, True)


def test_a_report_without_a_known_marking_is_printed_as_the_strictest() -> None:
    one = rendered()
    del one["report"]["handling"]
    assert "TLP:RED" in printing.sheet_of(one, "en")


def test_an_exercise_says_so_beside_its_marking() -> None:
    assert "EXERCISE · TLP:AMBER" in printing.sheet_of({**rendered(), "exercise": True}, "en")


def test_h11_a_report_that_nobody_vouches_for_says_so_beside_its_marking() -> None:
    assert "DISPUTED · TLP:AMBER" in printing.sheet_of({**rendered(), "disputed": True}, "en")


def test_nothing_of_a_report_becomes_markup_and_overrides_are_shown() -> None:
    page = sheet(narrative={"government": "<script>alert(1)</script> \u202egnp.exe"})
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page
    assert "default-src 'none'" in page


def test_the_pictures_of_an_alert_are_printed_and_their_bytes_are_no_text() -> None:
    image = in_json(image_of(png(), 'A "box"'))
    one = rendered() | {"report": smallest_alert(images=[image])}
    page = printing.sheet_of(one, "en")
    assert f'<img src="data:image/png;base64,{image["content"]}" alt="A &quot;box&quot;">' in page
    assert 1 == page.count(image["content"])
    assert "PNG, 3 × 2 pixels" in page


def test_arabic_keeps_its_joiners_and_runs_from_the_right() -> None:
    page = sheet("ar", place={"country": "QA", "locality": "نمی\u200cدانم"})
    assert "نمی\u200cدانم" in page
    assert 'dir="rtl"' in page
    assert "البلد" in page


def test_codes_are_shown_with_what_they_mean() -> None:
    quantity = {"value": "1.5", "unit": "KGM"}
    page = sheet("fr", substances=[{"name_as_declared": "x", "quantity": quantity}] * 2)
    assert "KGM (kilogramme)" in page
    assert "Substance déclarée #2" in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Sender", "Received (UTC)", "Regions")),
        ("fr", ("Expéditeur", "Reçu (UTC)", "Régions", "Europe occidentale et centrale")),
        ("es", ("Remitente", "Recibido (UTC)", "Regiones")),
        ("ar", ("المرسل", "المناطق")),
    ],
)
def test_what_the_sheet_itself_says_is_in_its_language(language: str, words: tuple[str, ...]) -> None:
    page = printing.sheet_of(
        {**rendered(), "regions": ["western-and-central-europe", "atlantis"]}, language
    )
    assert [word for word in words if word not in page] == []
    assert "atlantis" in page  # of a later version of the contract: shown as it is
    assert "originator name" not in page


def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A program that is found under Chromium's name."""
    browser = tmp_path / "bin" / "chromium"
    browser.parent.mkdir()
    browser.write_text(f"#!/bin/sh\n{script}\n")
    browser.chmod(browser.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{browser.parent}:/usr/bin:/bin")


def test_the_browser_gets_the_page_and_its_pdf_is_private(tmp_path: Path, monkeypatch) -> None:
    prints = """
    for word; do case "$word" in
      --print-to-pdf=*) to="${word#*=}" ;;
      file://*) from="${word#file://}" ;;
    esac; done
    cp "$from" "$to"
    """
    stand_in(tmp_path, monkeypatch, prints)
    out = tmp_path / "out" / "sheet.pdf"
    out.parent.mkdir()
    printing._print(printing._browser(), sheet(), out)
    assert (sheet(), 0o600, [out]) == (
        out.read_text(),
        out.stat().st_mode & 0o777,
        list(out.parent.iterdir()),
    )


@pytest.mark.skipif(
    not any(map(shutil.which, printing.BROWSERS)), reason="no Chromium on this machine (scripts/browser.sh)"
)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_real_browser_prints_the_marking_on_every_page(tmp_path: Path, language: str) -> None:
    story = {"government": "Officers found the parcel in a toy. " * 500}
    page = sheet(language, handling={"tlp": "AMBER", "pap": "RED"}, narrative=story)
    out = tmp_path / "sheet.pdf"
    printing._print(printing._browser(), page, out)
    pages = [one.extract_text() for one in PdfReader(out).pages]
    assert len(pages) > 2
    assert {2} == {text.count("TLP:AMBER · PAP:RED") for text in pages}
    assert [out] == list(tmp_path.iterdir())


def test_a_browser_that_prints_nothing_is_an_error_and_leaves_nothing(tmp_path: Path, monkeypatch) -> None:
    stand_in(tmp_path, monkeypatch, "exit 3")
    out = tmp_path / "out" / "sheet.pdf"
    out.parent.mkdir()
    with pytest.raises(StorageError, match="ended with 3"):
        printing._print(printing._browser(), sheet(), out)
    assert [] == list(out.parent.iterdir())


def test_without_a_browser_the_way_by_html_is_named(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SettingsError, match="--format html"):
        printing._browser()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("hold-and-ask (Hold and ask: keep it where it is", "active (Active)")),
        ("fr", ("hold-and-ask (Retenez et demandez", "active (Active)")),
        ("es", ("hold-and-ask (Retenga y pregunte", "active (Activa)")),
        ("ar", ("hold-and-ask (احتجزوا واسألوا", "active (ساري المفعول)")),
    ],
)
def test_what_an_alert_asks_and_how_it_stands_is_said_in_the_language_of_the_sheet(language, words) -> None:
    alert = smallest_alert(action="hold-and-ask", status="active")
    page = printing.sheet_of(rendered() | {"report": alert}, language)
    assert [True, True] == [word in page for word in words]
