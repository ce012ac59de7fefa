"""Reports in their JSON form, as small as they may be, and what is wrong with others."""

from collections.abc import Callable
from typing import Any

import pytest

from tocsin.core.errors import InvalidReportError

NOW_S = 1_795_564_800  # 2026-11-25


def smallest_report(**changes: Any) -> dict[str, Any]:
    """An incident report with the mandatory fields and no other; None among `changes` removes one."""
    report = {
        "kind": "seizure",
        "system": "ion",
        "event_date": {"precision": "unknown"},
        "place": {"country": "ZZ"},
        "substances": [{"name_as_declared": "unidentified"}],
        "handling": {"tlp": "AMBER"},
        "asked_unknown": ["quantity"],
        **changes,
    }
    return {name: value for name, value in report.items() if value is not None}


def smallest_alert(**changes: Any) -> dict[str, Any]:
    """An alert with the mandatory fields and no other; None among `changes` removes one."""
    alert = {
        "alert_id": "0" * 32,
        "version": 1,
        "status": "active",
        "kind": "seizure",
        "sectors": ["courier"],
        "issued": NOW_S,
        "valid_until": NOW_S + 86_400,
        "title": "Exercise",
        "action": "observe",
        **changes,
    }
    return {name: value for name, value in alert.items() if value is not None}


def problems_of(check: Callable[..., Any], *arguments: Any, **named: Any) -> dict[str, str]:
    """The problems that `check` raises, sentence by place."""
    with pytest.raises(InvalidReportError) as caught:
        check(*arguments, **named)
    return dict(caught.value.problems)
