"""The HTTP interface of a publisher: hand in a report, ask what became of it. A token opens it.

Errors are problem documents (RFC 9457) without a word of content. A 201 or 200 means that the report is
in the encrypted outbox under fsync, whether or not a broker is there.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from services.producer.accept import Acceptance, Submission
from services.producer.documents import parse
from services.producer.group_commit import MAX_KEY_CHARACTERS, GroupCommit, IdempotencyKey
from services.producer.importing.run_import import Fate
from services.producer.letters.letter import Outgoing, submission
from services.producer.openapi import ALERT, FOUND, OBJECT, REPORT, RESPONSES
from services.producer.publishing import WITHDRAWN
from services.producer.receipts import status_record
from services.producer.reports import family_of
from tocsin.adapters.outbox.status import OutboxStatus
from tocsin.core.errors import InvalidReportError
from tocsin.core.field_checks import MAX_CODE_CHARACTERS
from tocsin.core.primitives import sha256
from tocsin.core.report_parts import MAX_REFERENCE_CHARACTERS
from tocsin.runtime.bearer import Admit, bearer
from tocsin.runtime.problems import EVERYWHERE, problem

_KIND = Query(None, pattern="^(incident|alert)$", description="Seen from the fields if not given.")
_AUDIENCE = Query(None, max_length=128, description="Who may read it; the kind's usual one if not given.")
_UPDATE = Query(False, description="New content under a known reference is a new version.")
_LETTER = Query(pattern="^(answer|tip|feedback|request|response)$", description="Which letter.")
_TO = Query(pattern="^[0-9a-f]{32}$", description="Participant id of who shall read it.")
_REFERENCE = Query(min_length=1, max_length=200, description="Ours alone; makes versions of one letter.")
_KEY = Header(None, max_length=MAX_KEY_CHARACTERS, description="The same key, the same receipt.")


class WithdrawalRequest(BaseModel):
    """Which report is taken back (national reference or id), and why."""

    model_config = ConfigDict(extra="forbid")

    report: str = Field(max_length=MAX_REFERENCE_CHARACTERS, examples=["XX-CUS-2026-00001"])
    reason: str = Field(max_length=MAX_CODE_CHARACTERS, examples=["error"])


def router(acceptance: Acceptance, commit: GroupCommit, status: OutboxStatus, admit: Admit) -> APIRouter:
    """The routes under /v1. `admit`: whether a bearer token may hand in reports."""
    opens = Depends(bearer(admit, "tocsin producer token"))
    routes = APIRouter(prefix="/v1", dependencies=[opens], responses=EVERYWHERE)
    handlers = _Routes(acceptance, commit, status)
    body = {"content": {"application/json": {**OBJECT, "examples": {"report": REPORT, "alert": ALERT}}}}
    routes.add_api_route(
        "/reports",
        handlers.submit,
        methods=["POST"],
        summary="Hand in a report or an alert",
        status_code=201,
        responses=RESPONSES,
        openapi_extra={"requestBody": {"required": True, **body}},
    )
    routes.add_api_route(
        "/letters",
        handlers.letter,
        methods=["POST"],
        summary="Hand in a letter: an answer, tip, feedback, request or response",
        status_code=201,
        responses=RESPONSES,
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": OBJECT}}},
    )
    routes.add_api_route(
        "/withdrawals",
        handlers.withdraw,
        methods=["POST"],
        summary="Take a report back",
        status_code=201,
        responses=RESPONSES,
    )
    routes.add_api_route(
        "/reports/{report_id}",
        handlers.report,
        summary="What became of a report: all its versions",
        responses=FOUND,
    )
    return routes


async def _json_body(request: Request) -> bytes:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise HTTPException(415, "send application/json")
    return await request.body()


class _Routes:
    """The handlers, over one outbox."""

    def __init__(self, acceptance: Acceptance, commit: GroupCommit, status: OutboxStatus) -> None:
        self._acceptance, self._commit, self._status = acceptance, commit, status

    async def submit(
        self,
        request: Request,
        kind: str | None = _KIND,
        audience: str | None = _AUDIENCE,
        update: bool = _UPDATE,
        idempotency_key: str | None = _KEY,
    ) -> Response:
        """201 with a receipt; 200 if it was known with the same content; 409 if with other content."""
        body = await _json_body(request)
        data = parse(body)
        family = kind or family_of(data)
        submission = Submission(family, self._acceptance.check(family, data), audience, update)
        key = None
        if idempotency_key is not None:
            asked = f"{family}\0{audience}\0{update}\0".encode()
            key = IdempotencyKey(idempotency_key, sha256(asked + body))
        answer = await self._commit.accept(submission, key)
        (held,) = self._status.of_items([answer.item])
        place = f"/v1/reports/{UUID(bytes=answer.report_id)}"
        if answer.fate is Fate.WITHDRAWN:
            return problem(409, WITHDRAWN)
        if answer.fate is Fate.CONFLICT:
            return problem(
                409,
                "this national reference was used before with other content: update=true sends a new "
                "version",
                held={"report_id": place.rpartition("/")[2], "version": answer.version},
            )
        status = 201 if answer.fate is Fate.ACCEPTED else 200
        return JSONResponse(status_record(held, answer.fate), status, {"Location": place})

    async def letter(
        self, request: Request, kind: str = _LETTER, to: str = _TO, reference: str = _REFERENCE
    ) -> Response:
        """201 with a receipt; 200 if the newest letter under the reference says the same.

        The directory decides who may write what to whom, as it does at the reader.
        """
        data = parse(await _json_body(request))
        if not isinstance(data, dict):
            raise InvalidReportError([("letter", "must be an object")])
        written = submission(Outgoing(kind, bytes.fromhex(to), reference, data))
        answer = await self._commit.accept(written, None)
        (held,) = self._status.of_items([answer.item])
        return JSONResponse(status_record(held, answer.fate), 201 if answer.fate is Fate.ACCEPTED else 200)

    async def withdraw(self, wanted: WithdrawalRequest) -> Response:
        """201 with a receipt; 200 if it was withdrawn before; 403 where there is no such report."""
        answer = self._commit.withdraw(wanted.report, wanted.reason)
        (held,) = self._status.of_items([answer.item])
        place = f"/v1/reports/{UUID(bytes=answer.report_id)}"
        status = 201 if answer.fate is Fate.ACCEPTED else 200
        return JSONResponse(status_record(held, answer.fate), status, {"Location": place})

    async def report(self, report_id: UUID) -> dict[str, Any]:
        """Every version that was accepted under the id, newest first."""
        found = self._status.of_report(report_id.bytes)
        if not found:
            raise HTTPException(404, "no report of this id was accepted here")
        return {"versions": [status_record(one) for one in found]}
