"""HTTP with a token that survives a service that is killed at any moment."""

from __future__ import annotations

import http.client
import json
from typing import Any

TIMEOUT_S = 15.0


class Client:
    """One connection, opened anew after every failure."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON of the answer, or its text; 0 and None where there was none."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S)
        try:
            self._connection.request(method, path, body, self._headers | headers)
            answer = self._connection.getresponse()
            body, kind = answer.read(), answer.getheader("Content-Type", "")
            return answer.status, json.loads(body) if "json" in kind else body.decode()
        except (OSError, http.client.HTTPException, ValueError):
            self.close()
            return 0, None

    def close(self) -> None:
        """Forget the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
