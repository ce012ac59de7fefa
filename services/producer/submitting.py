"""`tocsin publish --url`: hands reports to a producer service instead of the outbox of this home."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from services.producer.documents import Document, read_documents
from services.producer.publishing import How, opened
from tocsin.adapters.private_files import read_private
from tocsin.core.errors import OutsideFault, SettingsError
from tocsin.runtime import console
from tocsin.runtime.exits import Exit

TIMEOUT_S = 30
MAX_ANSWER_BYTES = 1_048_576


class ServiceUnavailableError(OutsideFault):
    """The producer service does not answer."""


def submit_file(url: str, token_file: Path | None, file: str, how: How, *, as_json: bool) -> Exit:
    """Hand in the reports of `file` one by one; prints receipts.

    Raises SettingsError, ServiceUnavailableError (those printed before are accepted).
    """
    if how.approve:
        raise SettingsError("--approve needs this home's release key: it cannot be used with --url")
    if how.attach:
        raise SettingsError("--attach needs this home's outbox: it cannot be used with --url")
    service = _Service(url, _token(token_file), how)
    refused = 0

    def receipts() -> Iterator[dict[str, Any]]:
        nonlocal refused
        with opened(file) as stream:
            for document in read_documents(stream):
                receipt = service.submit(document)
                if receipt is None:
                    refused += 1
                else:
                    yield receipt

    console.rows(receipts(), ("result", "state", "reference", "report_id", "version"), as_json=as_json)
    return Exit.REFUSED if refused else Exit.WHOLE


def submit_withdrawal(url: str, token_file: Path | None, name: str, reason: str, *, as_json: bool) -> Exit:
    """Take back a report at a producer service; prints the receipt. Raises as `submit_file`."""
    service = _Service(url, _token(token_file), How(), "withdrawals")
    receipt = service.submit(Document(name, {"report": name, "reason": reason}))
    if receipt is None:
        return Exit.REFUSED
    console.rows([receipt], ("result", "state", "reference", "report_id", "version"), as_json=as_json)
    return Exit.WHOLE


class _Service:
    def __init__(self, url: str, token: str, how: How, place: str = "reports") -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SettingsError("--url is http://host:port or https://host:port")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=TIMEOUT_S)
        self._url, self._token = url, token
        wanted = {"kind": how.kind, "audience": how.audience, "update": "true" if how.update else None}
        given = {name: value for name, value in wanted.items() if value}
        self._path = f"{parts.path.rstrip('/')}/v1/{place}?{urlencode(given)}"

    def submit(self, document: Document) -> dict[str, Any] | None:
        """The receipt; None after telling why there is none."""
        if document.error is not None:
            console.fault(f"{document.place}: {document.error}")
            return None
        status, answer = self._post(json.dumps(document.data).encode())
        if status in {200, 201}:
            return answer
        if status in {401, 503, 507}:
            raise ServiceUnavailableError(f"{self._url}: {answer.get('detail', status)}")
        problems = answer.get("problems") or [{"place": "report", "problem": answer.get("detail", status)}]
        for one in problems:
            console.fault(f"{document.place}: {one['place']}: {one['problem']}")
        return None

    def _post(self, body: bytes) -> tuple[int, dict[str, Any]]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        try:
            self._connection.request("POST", self._path, body, headers)
            response = self._connection.getresponse()
            answer = json.loads(response.read(MAX_ANSWER_BYTES))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ServiceUnavailableError(
                f"{self._url} does not answer as a producer service ({type(error).__name__})"
            ) from error
        return response.status, answer if isinstance(answer, dict) else {}


def _token(file: Path | None) -> str:
    if file is None:
        raise SettingsError("--url needs --token-file: make a token with `tocsin producer token`")
    return read_private(file).decode("utf-8", "replace").strip()
