"""`tocsin publish --url`: hands reports to a producer service instead of the outbox of this home."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
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
    service = Service(url, token_file)
    wanted = {"kind": how.kind, "audience": how.audience, "update": "true" if how.update else None}
    query = {name: value for name, value in wanted.items() if value}
    refused = 0

    def receipts() -> Iterator[dict[str, Any]]:
        nonlocal refused
        with opened(file) as stream:
            for document in read_documents(stream):
                receipt = _submit(service, query, document)
                if receipt is None:
                    refused += 1
                else:
                    yield receipt

    console.rows(receipts(), ("result", "state", "reference", "report_id", "version"), as_json=as_json)
    return Exit.REFUSED if refused else Exit.WHOLE


def submit_withdrawal(url: str, token_file: Path | None, name: str, reason: str, *, as_json: bool) -> Exit:
    """Take back a report at a producer service; prints the receipt. Raises as `submit_file`."""
    wanted = {"report": name, "reason": reason}
    receipt = Service(url, token_file).hand_in("withdrawals", {}, wanted, name)
    if receipt is None:
        return Exit.REFUSED
    console.rows([receipt], ("result", "state", "reference", "report_id", "version"), as_json=as_json)
    return Exit.WHOLE


def _submit(service: Service, query: Mapping[str, str], document: Document) -> dict[str, Any] | None:
    """The receipt; None after telling why there is none."""
    if document.error is not None:
        console.fault(f"{document.place}: {document.error}")
        return None
    return service.hand_in("reports", query, document.data, document.place)


class Service:
    """The producer service at `url`. Raises SettingsError."""

    def __init__(self, url: str, token_file: Path | None) -> None:
        self._url, self._token = url, _token(token_file)
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SettingsError("--url is http://host:port or https://host:port")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=TIMEOUT_S)
        self._path = f"{parts.path.rstrip('/')}/v1"

    def hand_in(
        self, route: str, query: Mapping[str, str], data: object, place: str
    ) -> dict[str, Any] | None:
        """The receipt for `data`, JSON values; None after telling what is wrong at which `place`.

        Raises ServiceUnavailableError.
        """
        path = f"{self._path}/{route}?{urlencode(query)}"
        status, answer = self._post(path, json.dumps(data).encode())
        if status in {200, 201}:
            return answer
        if status in {401, 503, 507}:
            raise ServiceUnavailableError(f"{self._url}: {answer.get('detail', status)}")
        problems = answer.get("problems") or [{"place": "report", "problem": answer.get("detail", status)}]
        for one in problems:
            console.fault(f"{place}: {one['place']}: {one['problem']}")
        return None

    def _post(self, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        try:
            self._connection.request("POST", path, body, headers)
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
