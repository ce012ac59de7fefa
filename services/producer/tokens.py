"""Bearer tokens of machines that hand in reports."""

from __future__ import annotations

from pathlib import Path

from services.producer.participant import tokens_of
from tocsin.core.errors import RefusedByRuleError
from tocsin.runtime import console

PURPOSE = "submit"


def make_token(home: Path, name: str, *, remove: bool) -> None:
    """Print a new token, or take one away. Raises RefusedByRuleError, StorageError."""
    tokens = tokens_of(home)
    if not remove:
        console.data(tokens.create(name, PURPOSE))
        console.say("this is the only time that the token is shown")
    elif tokens.remove(name):
        console.say(f"token {name} is no longer valid")
    else:
        raise RefusedByRuleError(f"there is no token {name}")
