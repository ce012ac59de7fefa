"""Hostile input 49: who has no login or another's, pages that send forms, and text that would run.

The services know tokens of one purpose each and neither cookies nor sessions; bad logins and Host headers:
tests/runtime/test_bearer.py and test_web.py.
"""

import csv
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from openpyxl import load_workbook

from services.consumer import printing
from services.consumer.exporting import _WRITERS, FileFormat
from services.producer.settings import ProducerSettings
from tests.consumer.test_exporting import rendered
from tests.support.incidents import SEIZURE
from tests.support.plain import png
from tests.support.publishing import Writer
from tests.support.reports import smallest_alert
from tests.support.served import publisher_app, reader_app, submit_token
from tocsin.adapters.tokens import Tokens
from tocsin.core.alert_images import image_of
from tocsin.core.json_fields import in_json

REPORT_ID = "0190a1b2-0000-7000-8000-000000000000"


class Service:
    """An application, its folder, and every route under /v1 with a name in each place."""

    def __init__(self, app: FastAPI, folder: Path, token: str) -> None:
        self.app, self.token = app, token
        self.other = Tokens(folder / "tokens.json").create("other", "another purpose")
        self.routes = [
            (method.upper(), path.format(report_id=REPORT_ID, attachment_id=REPORT_ID))
            for path, methods in app.openapi()["paths"].items()
            for method in methods
        ]

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path, **more)


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    (tmp_path / "publisher").mkdir()
    return Writer(tmp_path / "publisher")


@pytest.fixture
def publisher(writer: Writer, tmp_path: Path) -> Service:
    folder = tmp_path / "publisher"
    return Service(publisher_app(writer, folder, ProducerSettings()), folder, submit_token(folder))


@pytest.fixture
def reader(tmp_path: Path) -> Service:
    (tmp_path / "reader").mkdir()
    app, token = reader_app(tmp_path / "reader")
    return Service(app, tmp_path / "reader", token)


async def refusals(service: Service, stranger: Service) -> list[tuple[int, str]]:
    """(status, media type) of every route without a login, with one for another purpose, with another's."""
    logins = [{}, *({"Authorization": f"Bearer {one}"} for one in (service.other, stranger.token))]
    answers = [
        await service.ask(method, path, headers=login, json=SEIZURE)
        for login in logins
        for method, path in service.routes
    ]
    return [(one.status_code, one.headers["content-type"]) for one in answers]


async def test_h49_without_a_login_or_with_one_for_something_else_no_route_answers(
    publisher: Service, reader: Service, writer: Writer
) -> None:
    refused = (401, "application/problem+json")
    assert [refused] * 3 * 4 == await refusals(publisher, reader)
    assert [refused] * 3 * 5 == await refusals(reader, publisher)
    assert 0 == writer.outbox.items.waiting_items


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]
)
async def test_h49_a_form_of_another_page_is_refused_whatever_the_browser_sends_along(
    publisher: Service, writer: Writer, kind: str
) -> None:
    """A browser sends cookies by itself, and never a token."""
    from_a_page = {"Origin": "https://evil.example", "Content-Type": kind}
    for cookie in (
        publisher.token,
        f"session={publisher.token}",
        f"Authorization=Bearer {publisher.token}",
    ):
        headers = from_a_page | {"Cookie": cookie}
        answer = await publisher.ask("POST", "/v1/reports", content=json.dumps(SEIZURE), headers=headers)
        assert 401 == answer.status_code
        assert "access-control-allow-origin" not in answer.headers
    assert 0 == writer.outbox.items.waiting_items


async def test_h49_no_page_elsewhere_is_allowed_to_ask_with_a_token(publisher: Service) -> None:
    asking = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = await publisher.ask("OPTIONS", "/v1/reports", headers=asking)
    assert 400 <= answer.status_code < 500
    assert "access-control-allow-origin" not in answer.headers


def everywhere(value: Any, text: str) -> Any:
    """`value` with `text` in the place of every text but a picture's, which the ladder holds to be one."""
    if isinstance(value, dict):
        kept = value.keys() & {"content", "media_type", "sha256"}
        return {name: one if name in kept else everywhere(one, text) for name, one in value.items()}
    if isinstance(value, list):
        return [everywhere(one, text) for one in value]
    return text if isinstance(value, str) else value


ALERT = smallest_alert(images=[in_json(image_of(png(), "A box"))])
INCIDENT = rendered(**SEIZURE, narrative={"government": "seen at the gate"})
WHOLE = [INCIDENT, rendered() | {"report": ALERT}]
SCRIPT = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""


class Markup(HTMLParser):
    """What a browser makes of a page: its elements with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[tuple[str, str]] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements |= {(tag, name) for name, _value in attributes} or {(tag, "")}

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("one", WHOLE, ids=["incident", "alert"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_h49_a_script_in_every_text_field_is_printed_as_text(one: dict[str, Any], language: str) -> None:
    plain = Markup(printing.sheet_of(everywhere(one, "plain"), language))
    hostile = Markup(printing.sheet_of(everywhere(one, SCRIPT), language))
    assert plain.elements == hostile.elements
    assert plain.text.count("plain") == hostile.text.count(SCRIPT)


FORMULA = "=HYPERLINK(1)"


def test_h49_a_formula_in_every_text_field_is_no_formula_in_an_exported_table(tmp_path: Path) -> None:
    one = everywhere(INCIDENT, FORMULA) | {"schema": INCIDENT["schema"]}
    for form in (FileFormat.CSV, FileFormat.XLSX):
        _WRITERS[form](tmp_path / f"out.{form}", iter([one]))
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row if cell]
    assert any(FORMULA in cell for cell in cells)
    assert [] == [cell for cell in cells if cell[0] in "=+-@\t\r"]
    rows = load_workbook(tmp_path / "out.xlsx").active.iter_rows()
    assert "f" not in {cell.data_type for row in rows for cell in row}
