"""Letters in their JSON form, as small as they may be; None among `changes` removes a field."""

from typing import Any

from tests.support.parties import NOW_S
from tests.support.world import ORIGINATOR

ALERT_ID, TIP_ID, THREAD_ID = "a1" * 16, "b2" * 16, "c3" * 16
DAY_S = 86_400


def smallest_answer(**changes: Any) -> dict[str, Any]:
    answer = {
        "alert_id": ALERT_ID,
        "alert_version": 1,
        "issuer": ORIGINATOR.id.hex(),
        "code": "stopped",
        "answered_at": NOW_S,
    }
    return _without_none(answer | changes)


def smallest_tip(**changes: Any) -> dict[str, Any]:
    tip = {"tip_id": TIP_ID, "kind": "order", "noticed_at": NOW_S, "title": "An odd order"}
    return _without_none(tip | changes)


def smallest_feedback(**changes: Any) -> dict[str, Any]:
    feedback = {"about": "tip", "subject": TIP_ID, "code": "useful", "given_at": NOW_S}
    return _without_none(feedback | changes)


def smallest_request(**changes: Any) -> dict[str, Any]:
    request = {
        "thread_id": THREAD_ID,
        "kind": "information",
        "state": "open",
        "title": "Who ordered lot 7?",
        "text": "Please look it up.",
        "asked_at": NOW_S,
        "due_at": NOW_S + DAY_S,
    }
    return _without_none(request | changes)


def smallest_response(**changes: Any) -> dict[str, Any]:
    response = {"thread_id": THREAD_ID, "code": "answered", "text": "A school.", "answered_at": NOW_S}
    return _without_none(response | changes)


SMALLEST = {
    "answer": smallest_answer,
    "tip": smallest_tip,
    "feedback": smallest_feedback,
    "request": smallest_request,
    "response": smallest_response,
}


def _without_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
