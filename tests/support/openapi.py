"""Asking a service for everything that its OpenAPI document allows, and for what it forbids."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CheckFunction
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tocsin.runtime import bearer

MAX_EXAMPLES = 25
MAX_REFUSED = 1_000_000
_SETTINGS = settings(
    max_examples=MAX_EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def operations(port: int, token: str) -> dict[str, APIOperation]:
    """What the service on `port` says that it can be asked, as `GET /path`, to be asked with `token`."""
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{port}/openapi.json")
    schema.config.update(headers={"Authorization": f"Bearer {token}"})
    found = [result.ok() for result in schema.get_all_operations()]
    return {f"{one.method.upper()} {one.path}": one for one in found}


def ask(operation: APIOperation, *, further_rules: bool = False) -> list[int]:
    """The statuses of answers to what is allowed and what is forbidden. Each must be as described:
    its status, media type and schema; no 5xx, and nothing forbidden is taken. What is allowed must be
    taken too, unless there are `further_rules` that no schema can tell.
    """
    left_out = [positive_data_acceptance] if further_rules else []
    return [status for mode in GenerationMode for status in _asked(operation, mode, left_out)]


def _asked(operation: APIOperation, mode: GenerationMode, left_out: list[CheckFunction]) -> Iterator[int]:
    statuses: list[int] = []

    # Each case is sent without a token as well: more than a hundred a minute, which is a test of its own.
    @patch.object(bearer, "MAX_REFUSED_PER_MINUTE", MAX_REFUSED)
    @_SETTINGS
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: schemathesis.Case) -> None:
        statuses.append(case.call_and_validate(excluded_checks=left_out).status_code)

    run()
    yield from statuses
