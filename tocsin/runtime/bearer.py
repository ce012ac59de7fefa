"""Bearer tokens on HTTP: one dependency for every service's routes under /v1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Header, HTTPException

MAX_HEADER_CHARACTERS = 512
Admit = Callable[[str], bool]


def bearer(admit: Admit, command: str) -> Callable[..., None]:
    """A FastAPI dependency that answers 401 unless `admit` knows the request's token.

    `command` makes one, and is named in the answer.
    """

    def authorised(authorization: Annotated[str, Header(max_length=MAX_HEADER_CHARACTERS)] = "") -> None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not admit(token.strip()):
            hint = f"a bearer token is needed: make one with `{command}`"
            raise HTTPException(401, hint, {"WWW-Authenticate": "Bearer"})

    return authorised
