"""Errors over HTTP as problem documents (RFC 9457), without a word of content.

What a client sent is never quoted back: it could be a report, and the answer could be logged.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from tocsin.core import errors
from tocsin.runtime import crash
from tocsin.runtime.logs import get_log

MEDIA_TYPE = "application/problem+json"
MAX_PROBLEMS = 100
SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457. `detail` is for people; `problems` names each place that is wrong.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "problems": {
            "type": "array",
            "maxItems": MAX_PROBLEMS,
            "items": {
                "type": "object",
                "required": ["place", "problem"],
                "properties": {"place": {"type": "string"}, "problem": {"type": "string"}},
            },
        },
    },
}
_log = get_log("web")


def problem(status: int, detail: str, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """The answer: status, its standard title, `detail` for a person, and what else is given."""
    title = HTTPStatus(status).phrase
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return JSONResponse(content, status, headers, MEDIA_TYPE)


def described(text: str) -> dict[str, Any]:
    """An answer of an OpenAPI document that is a problem document."""
    return {"description": text, "content": {MEDIA_TYPE: {"schema": SCHEMA}}}


EVERYWHERE: dict[int | str, dict[str, Any]] = {
    401: described("No token, or one that does not serve here."),
    429: described("Too many bad logins."),
    "default": described("Any other error."),
}
"""What every route behind a token may answer."""


def install(app: FastAPI) -> None:
    """Let every error of `app` become a problem document."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(errors.TocsinError, _fault)
    app.add_exception_handler(Exception, _bug)


def status_of(error: errors.TocsinError) -> int:
    """The HTTP status that tells of `error`; the most specific kind decides."""
    match error:
        case errors.InvalidReportError():
            return HTTPStatus.UNPROCESSABLE_ENTITY
        case errors.TheirFault():
            return HTTPStatus.BAD_REQUEST
        case errors.RefusedByRuleError():
            return HTTPStatus.FORBIDDEN
        case errors.StorageError():
            return HTTPStatus.INSUFFICIENT_STORAGE
        case errors.OutsideFault():
            return HTTPStatus.SERVICE_UNAVAILABLE
        case _:
            return HTTPStatus.INTERNAL_SERVER_ERROR


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, str(error.detail), dict(error.headers or {}))


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = [
        {"place": ".".join(map(str, one["loc"])), "problem": one["msg"]}
        for one in error.errors()[:MAX_PROBLEMS]
    ]
    return problem(422, "; ".join(f"{one['place']}: {one['problem']}" for one in found), problems=found)


async def _fault(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, errors.TocsinError)
    if isinstance(error, errors.InvalidReportError):
        found = [{"place": place, "problem": text} for place, text in error.problems[:MAX_PROBLEMS]]
        return problem(status_of(error), "the report cannot be accepted", problems=found)
    return problem(status_of(error), str(error))


async def _bug(request: Request, error: Exception) -> JSONResponse:
    _log.error("web.bug", reason=type(error).__name__, path=request.url.path, place=crash.place(error))
    return problem(500, "a fault of Tocsin's own; its log names the place")
