"""A token opens /v1, and every bad login gets one answer."""

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

from tocsin.runtime.bearer import bearer


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    guarded = [Depends(bearer(lambda token: token == "right", "tocsin x token"))]
    app.add_api_route("/", lambda: "in", dependencies=guarded)
    return TestClient(app)


@pytest.mark.parametrize("login", ["Bearer right", "bearer  right "])
def test_the_right_token_is_let_in(client: TestClient, login: str) -> None:
    assert 200 == client.get("/", headers={"Authorization": login}).status_code


@pytest.mark.parametrize("login", ["", "Bearer wrong", "Basic right", "right"])
def test_every_bad_login_gets_the_same_answer(client: TestClient, login: str) -> None:
    answer = client.get("/", headers={"Authorization": login})
    expected = (401, "Bearer", "a bearer token is needed: make one with `tocsin x token`")
    assert expected == (answer.status_code, answer.headers["WWW-Authenticate"], answer.json()["detail"])


def test_a_login_without_bound_is_refused(client: TestClient) -> None:
    assert 422 == client.get("/", headers={"Authorization": "Bearer " + "a" * 600}).status_code
