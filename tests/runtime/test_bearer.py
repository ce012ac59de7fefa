"""A token opens /v1, and every bad login gets one answer."""

import httpx
import pytest
from fastapi import Depends, FastAPI

from tocsin.runtime.bearer import bearer


@pytest.fixture
def get():
    app = FastAPI()
    guarded = [Depends(bearer(lambda token: token == "right", "tocsin x token"))]
    app.add_api_route("/", lambda: "in", dependencies=guarded)

    async def ask(login: str) -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get("/", headers={"Authorization": login})

    return ask


@pytest.mark.parametrize("login", ["Bearer right", "bearer  right "])
async def test_the_right_token_is_let_in(get, login: str) -> None:
    assert 200 == (await get(login)).status_code


@pytest.mark.parametrize("login", ["", "Bearer wrong", "Basic right", "right"])
async def test_every_bad_login_gets_the_same_answer(get, login: str) -> None:
    answer = await get(login)
    expected = (401, "Bearer", "a bearer token is needed: make one with `tocsin x token`")
    assert expected == (answer.status_code, answer.headers["WWW-Authenticate"], answer.json()["detail"])


async def test_a_login_beyond_its_bound_is_refused(get) -> None:
    assert 422 == (await get("Bearer " + "a" * 600)).status_code
