"""A token opens /v1, and every bad login gets one answer."""

import json

import httpx
import pytest
from fastapi import Depends, FastAPI

from tocsin.runtime import problems
from tocsin.runtime.bearer import MAX_REFUSED_PER_MINUTE, bearer

BAD = [
    "",
    "Bearer",
    "Bearer ",
    "Bearer wrong",
    "Basic right",
    "right",
    "Bearer " + "a" * 30_000,
    "Bearer é",
]


class Door:
    """An application with one route behind a token, a clock that stands, and the tokens that were tried."""

    def __init__(self) -> None:
        self.now_s, self.tried = 0.0, []
        app = FastAPI()
        problems.install(app)
        opens = bearer(self._admit, "tocsin x token", lambda: self.now_s)
        app.add_api_route("/", lambda: "in", dependencies=[Depends(opens)])
        self._app = app

    def _admit(self, token: str) -> bool:
        self.tried.append(token)
        return token == "right"

    async def ask(self, login: str) -> httpx.Response:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get("/", headers={"Authorization": login.encode()})


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.mark.parametrize("login", ["Bearer right", "bearer  right "])
async def test_the_right_token_is_let_in(door, login: str) -> None:
    assert 200 == (await door.ask(login)).status_code


async def test_every_bad_login_gets_the_same_answer(door) -> None:
    answers = [await door.ask(login) for login in BAD]
    assert 1 == len({(one.status_code, one.content, *one.headers.raw) for one in answers})
    expected = (401, "Bearer", "a bearer token is needed: make one with `tocsin x token`")
    first = answers[0]
    assert expected == (first.status_code, first.headers["WWW-Authenticate"], first.json()["detail"])


async def test_every_bad_login_costs_the_same_work(door) -> None:
    for login in BAD:
        await door.ask(login)
    assert len(BAD) == len(door.tried)


async def test_bad_logins_are_bounded_for_a_minute_and_a_good_one_is_let_in_all_the_same(door) -> None:
    tries = [(await door.ask("Bearer wrong")).status_code for _ in range(MAX_REFUSED_PER_MINUTE)]
    assert {401} == set(tries)
    too_many = await door.ask("Bearer wrong")
    assert (429, "60") == (too_many.status_code, too_many.headers["Retry-After"])
    assert 200 == (await door.ask("Bearer right")).status_code
    door.now_s += 60
    assert 401 == (await door.ask("Bearer wrong")).status_code


async def test_too_many_bad_logins_are_logged_once_and_without_what_was_tried(door, capsys) -> None:
    for _ in range(MAX_REFUSED_PER_MINUTE + 5):
        await door.ask("Bearer canary")
    said = capsys.readouterr().err
    lines = [json.loads(line) for line in said.splitlines() if "web.bad_logins" in line]
    assert [MAX_REFUSED_PER_MINUTE + 1] == [one["count"] for one in lines]
    assert "canary" not in said
