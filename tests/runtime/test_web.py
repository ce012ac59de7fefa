"""h48, h49: what stands before every request, and how errors are told."""

import asyncio
import threading

import httpx
import pytest
from fastapi import Body, HTTPException
from prometheus_client import CollectorRegistry

from tocsin.core import errors
from tocsin.runtime.guard import Limits
from tocsin.runtime.problems import MEDIA_TYPE
from tocsin.runtime.web import Health, build_app

LIMITS = Limits(max_body_bytes=100, max_body_wait_s=5.0)


class State:
    stuck: str | None = None
    troubles: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@pytest.fixture
def state() -> State:
    return State()


@pytest.fixture
def app(state):
    health = Health(lambda: state.stuck, lambda: state.troubles, lambda: state.warnings)
    app = build_app("Example", "For tests.", health, CollectorRegistry(), LIMITS)

    @app.post("/size")
    async def size(body: bytes = Body(media_type="application/octet-stream")) -> int:
        return len(body)

    @app.get("/number")
    async def number(n: int) -> int:
        return n

    @app.get("/fails/{name}")
    async def fails(name: str) -> None:
        raise {
            "report": errors.InvalidReportError([("substances.0", "no quantity")]),
            "malformed": errors.MalformedError("not JSON"),
            "rule": errors.RefusedByRuleError("not allowed"),
            "full": errors.StorageError("disk full"),
            "broker": errors.BrokerUnavailableError("no broker"),
            "ours": errors.SettingsError("bad"),
            "http": HTTPException(401, "a token is needed", {"WWW-Authenticate": "Bearer"}),
            "bug": ValueError("canary"),
        }[name]

    return app


@pytest.fixture
def call(app):
    async def send(method: str, path: str, **options) -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:80") as client:
            return await client.request(method, path, **options)

    return send


async def chunks(count: int):
    for _chunk in range(count):
        yield b"x" * 30


def is_problem(response: httpx.Response, status: int) -> bool:
    same = response.headers["content-type"] == MEDIA_TYPE and response.json()["status"] == status
    return same and response.status_code == status


async def test_a_body_within_the_limit_arrives_whole(call) -> None:
    assert 100 == (await call("POST", "/size", content=b"x" * 100)).json()
    assert 90 == (await call("POST", "/size", content=chunks(3))).json()


async def test_h48_a_body_over_the_limit_is_refused(call) -> None:
    assert is_problem(await call("POST", "/size", content=b"x" * 101), 413)


async def test_h48_a_chunked_body_without_length_is_refused_too(call) -> None:
    assert is_problem(await call("POST", "/size", content=chunks(4)), 413)


async def test_h48_an_endless_body_is_not_read_to_its_end(app) -> None:
    taken = 0

    async def receive():
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": b"x" * 30, "more_body": True}

    assert 413 == await status_of(app, receive)
    assert 4 == taken


async def test_h48_a_slow_body_is_given_up(app) -> None:
    app.user_middleware[0].kwargs["limits"] = Limits(max_body_wait_s=0.01)

    async def receive():
        await asyncio.Event().wait()

    assert 408 == await status_of(app, receive)


async def test_a_client_that_goes_away_gets_no_answer(app) -> None:
    async def receive():
        return {"type": "http.disconnect"}

    assert None is await status_of(app, receive)


async def test_h48_a_declared_length_over_the_limit_is_refused_before_reading(app) -> None:
    async def receive():
        raise AssertionError("nothing is read")

    assert 413 == await status_of(app, receive, (b"content-length", b"101"))


async def test_h48_a_declared_length_that_no_number_holds_is_refused(app) -> None:
    async def receive():
        raise AssertionError("nothing is read")

    assert 413 == await status_of(app, receive, (b"content-length", b"9" * 5_000))


async def test_h48_a_packed_body_is_refused_before_reading(app) -> None:
    async def receive():
        raise AssertionError("nothing is read")

    assert 415 == await status_of(app, receive, (b"content-encoding", b"gzip"))


async def test_h48_bodies_that_arrive_at_once_are_bounded_together(app) -> None:
    app.user_middleware[0].kwargs["limits"] = Limits(max_body_bytes=100, max_bodies_bytes=150)
    arrived, finish = asyncio.Semaphore(0), asyncio.Event()

    def slow():
        pieces = iter([b"x" * 60, b"x"])

        async def receive():
            piece = next(pieces)
            if piece == b"x":
                arrived.release()
                await finish.wait()
            return {"type": "http.request", "body": piece, "more_body": piece != b"x"}

        return receive

    first, second = (asyncio.create_task(status_of(app, slow())) for _ in "ab")
    await arrived.acquire()
    await arrived.acquire()
    assert 503 == await status_of(app, slow())
    finish.set()
    assert [200, 200] == [await first, await second]
    assert 200 == await status_of(app, slow())


async def test_h49_two_host_headers_are_refused(app) -> None:
    async def receive():
        raise AssertionError("nothing is read")

    assert 421 == await status_of(app, receive, (b"host", b"localhost"))


async def status_of(app, receive, *headers) -> int | None:
    sent: list[dict] = []

    async def send(message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/size",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), *headers],
        "http_version": "1.1",
        "scheme": "http",
    }
    await app(scope, receive, send)
    return sent[0]["status"] if sent else None


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil", "localhost:", "localhost:x", ""]
)
async def test_h49_another_host_is_refused(call, host) -> None:
    assert is_problem(await call("GET", "/healthz", headers={"Host": host}), 421)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "LOCALHOST:8801", "127.0.0.1", "[::1]", "[::1]:8801"]
)
async def test_loopback_names_are_answered(call, host) -> None:
    assert 200 == (await call("GET", "/healthz", headers={"Host": host})).status_code


@pytest.mark.parametrize(("host", "status"), [("localhost", 200), ("evil.example", 421)])
async def test_answers_keep_browsers_careful(call, host, status) -> None:
    answer = await call("GET", "/healthz", headers={"Host": host})
    wanted = {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "cache-control": "no-store",
    }
    assert (status, wanted) == (answer.status_code, {name: answer.headers.get(name) for name in wanted})


async def test_health_says_each_thing_that_is_wrong(call, state) -> None:
    assert "ready\n" == (await call("GET", "/readyz")).text
    state.troubles = ("no broker", "the directory expired")
    ready = await call("GET", "/readyz")
    assert (503, "no broker\nthe directory expired\n") == (ready.status_code, ready.text)
    state.troubles, state.warnings = (), ("XX is silent",)
    warned = await call("GET", "/readyz")
    assert (200, "ready\nwarning: XX is silent\n") == (warned.status_code, warned.text)
    assert 200 == (await call("GET", "/healthz")).status_code
    state.stuck = "the loop stands still"
    assert 503 == (await call("GET", "/healthz")).status_code


async def test_metrics_are_prometheus_text(call) -> None:
    response = await call("GET", "/metrics")
    assert response.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (422, "report"),
        (400, "malformed"),
        (403, "rule"),
        (507, "full"),
        (503, "broker"),
        (500, "ours"),
        (401, "http"),
    ],
)
async def test_faults_are_problem_documents(call, status, name) -> None:
    assert is_problem(await call("GET", f"/fails/{name}"), status)


async def test_a_refused_report_lists_every_place(call) -> None:
    problem = (await call("GET", "/fails/report")).json()
    assert [{"place": "substances.0", "problem": "no quantity"}] == problem["problems"]


async def test_headers_of_an_error_stay(call) -> None:
    assert "Bearer" == (await call("GET", "/fails/http")).headers["www-authenticate"]


async def test_h46_a_bug_says_nothing_of_its_value(call, capsys) -> None:
    response = await call("GET", "/fails/bug")
    assert is_problem(response, 500)
    assert "canary" not in response.text + "".join(capsys.readouterr())


async def test_h46_bad_input_is_not_quoted_back(call) -> None:
    response = await call("GET", "/number", params={"n": "canary"})
    assert is_problem(response, 422)
    assert "query.n" in response.text
    assert "canary" not in response.text


async def test_unknown_paths_and_methods_are_problems(call) -> None:
    assert is_problem(await call("GET", "/nowhere"), 404)
    assert is_problem(await call("DELETE", "/number"), 405)


async def test_no_page_loads_scripts_from_elsewhere(call) -> None:
    assert [404, 404] == [(await call("GET", path)).status_code for path in ("/docs", "/redoc")]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_what_the_loop_works_on_is_looked_at_from_its_own_thread(path):
    """A database refuses two threads at once: with either, the report or the look would fail."""
    seen = []

    class Looks:
        def collect(self):
            seen.append(threading.get_ident())
            return []

    def look():
        seen.append(threading.get_ident())

    registry = CollectorRegistry()
    registry.register(Looks())
    seen.clear()
    app = build_app("Example", "For tests.", Health(look, lambda: look() or [], list), registry)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert 200 == (await client.get(path)).status_code
    assert {threading.get_ident()} == set(seen)
