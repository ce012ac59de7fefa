"""Bearer tokens on HTTP: one dependency for every service's routes under /v1.

A token has 256 random bits: nobody finds one by trying. Tries are bounded all the same, so that who tries
is seen in the log, and learns nothing from answers: each bad login gets the same one, after the same work.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from tocsin.runtime.logs import get_log

MAX_REFUSED_PER_MINUTE = 100
Admit = Callable[[str], bool]
_scheme = HTTPBearer(auto_error=False, description="A token of this service, with one purpose.")
_log = get_log("web")


def bearer(admit: Admit, command: str, clock: Callable[[], float] = time.monotonic) -> Callable[..., None]:
    """A FastAPI dependency that answers 401 unless `admit` knows the request's token; 429 to bad logins
    beyond 100 a minute. A good one is let in at any time.

    `command` makes a token, and is named in the answer.
    """
    refused = _Refused(clock)

    def authorised(
        given: Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)],
    ) -> None:
        if admit(given.credentials.strip() if given else ""):
            return
        if refused.is_one_too_many():
            raise HTTPException(429, "too many bad logins: come back later", {"Retry-After": "60"})
        hint = f"a bearer token is needed: make one with `{command}`"
        raise HTTPException(401, hint, {"WWW-Authenticate": "Bearer"})

    return authorised


class _Refused:
    """Counts bad logins of the current minute; says so in the log once, when they are too many."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._minute, self._count = -1, 0

    def is_one_too_many(self) -> bool:
        minute = int(self._clock() // 60)
        if minute != self._minute:
            self._minute, self._count = minute, 0
        self._count += 1
        if self._count == MAX_REFUSED_PER_MINUTE + 1:
            _log.warning("web.bad_logins", count=self._count, reason="over the bound of a minute")
        return self._count > MAX_REFUSED_PER_MINUTE
