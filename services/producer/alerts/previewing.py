"""An alert as a firm of a sector will see it: encoded and decoded as it travels, then text, JSON or a page.

The page is one file without script, font or picture from elsewhere; every text in it is escaped, and the
alert's own pictures stand in it.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from typing import Any

from services.producer.reports import family
from tocsin.adapters.country_names import country_name
from tocsin.core import codes
from tocsin.core.alert_images import in_words
from tocsin.core.alert_rules import ENDED
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.facts import ALERT_PLACES
from tocsin.core.json_fields import in_json
from tocsin.core.proposals import Proposal
from tocsin.runtime.console import harmless
from tocsin.runtime.times import clock_time

FORMATS = ("text", "json", "html")
# What a person wrote, in the language of the alert; all else is ours, in English.
_WRITTEN = {"advice", "bulletin"}
_TIMES = {"issued", "valid_until", "answer_by"}
_LABELS = {"kind": ("kinds", "kinds"), "mode": ("transport_modes",)}
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "img{max-width:100%;border:1px solid}dt{font-weight:600;margin-top:.6rem}"
    "dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}h1,dd{unicode-bidi:plaintext}"
    ".mark{border:2px solid;padding:.2rem .6rem;font-weight:700;display:inline-block}"
    ".do{font-size:1.2rem;font-weight:600}"
    ".warn{background:#b00020;color:#fff;padding:.4rem .6rem;font-weight:700}"
)
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title><style>{style}</style></head>
<body><p class="mark">TLP:{tlp}</p>
<h1{written}>{title}</h1>
{to_do}{banners}<dl>
{rows}</dl>
{pictures}</body></html>
"""


def as_sent(proposal: Proposal, sector: str) -> dict[str, Any]:
    """The alert as a firm's reader hands it on. Raises RefusedByRuleError if it is not for `sector`."""
    sectors = proposal.body.get("sectors") or []
    if sector not in sectors:
        raise RefusedByRuleError(
            f"{proposal.name} is not for the sector {sector}: it goes to {', '.join(sectors) or 'nobody'}"
        )
    codec = family("alert").versions.all[-1]
    return codec.decode(codec.encode(proposal.body))


def shown(alert: dict[str, Any], form: str) -> str:
    """`alert` in one of FORMATS."""
    if form == "json":
        return json.dumps(in_json(alert), ensure_ascii=False, indent=1)
    return _page(alert) if form == "html" else _text(alert)


def banners(alert: dict[str, Any]) -> list[str]:
    """What nobody may overlook, in capitals."""
    found = []
    if alert["exercise"]:
        found.append("EXERCISE, EXERCISE, EXERCISE")
    if alert["safety_notice"]:
        found.append("SAFETY NOTICE, released by one person where the audience allows it")
    if alert["status"] in ENDED:
        found.append(f"THIS ALERT IS {alert['status'].upper()}: stop looking for it")
    if not alert["tell_customer"]:
        found.append("DO NOT TELL THE CUSTOMER")
    if alert["pap"] == "RED":
        found.append("DO NOT ACT in a way that would be noticed (PAP:RED)")
    return found


def rows(alert: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(label, text) of all that the alert says, in the order of its schema."""
    for name, value in alert.items():
        if value not in (None, []) and name not in {
            "title",
            "action",
            "tlp",
            "exercise",
            "tell_customer",
            "safety_notice",
        }:
            yield name.replace("_", " "), _value(name, value)


def _to_do(alert: dict[str, Any]) -> str:
    """What the firm is asked to do, which it reads first; an alert that is over asks for nothing."""
    actions = codes.labels("report_values", "alert_actions")
    return "" if alert["status"] in ENDED else actions[alert["action"]]["en"]


def _asked(alert: dict[str, Any]) -> str:
    said = _to_do(alert)
    return f'<p class="do">{escape(said)}</p>\n' if said else ""


def _value(name: str, value: Any) -> str:
    if name in _TIMES:
        return clock_time(value)
    if name in ALERT_PLACES:
        return "\n".join(f"{country_name(code)} ({code})" for code in value)
    if name in _LABELS:
        return codes.labels(*_LABELS[name]).get(value, {}).get("en", str(value))
    if name == "selectors":
        return "\n".join(" and ".join(map(_test, one["tests"])) for one in value)
    if name == "images":
        return "\n".join(in_words(value))
    if isinstance(value, list):
        return "\n".join(_value("", one) for one in value)
    if isinstance(value, dict):
        told = {key: _value("", one) for key, one in value.items() if one not in (None, [])}
        return ", ".join(f"{key.replace('_', ' ')}: {one}".replace("\n", ", ") for key, one in told.items())
    return str(value)


def _test(test: dict[str, Any]) -> str:
    joined = (" and " if test["operator"] == "between" else " or ").join(test["values"])
    return f"{test['field'].replace('_', ' ')} {test['operator']} {joined}"


def _text(alert: dict[str, Any]) -> str:
    lines = [
        f"TLP:{alert['tlp']}",
        alert["title"],
        *filter(None, [_to_do(alert)]),
        *(f"*** {one} ***" for one in banners(alert)),
        "",
    ]
    for label, value in rows(alert):
        first, *more = value.split("\n")
        lines += [f"{label + ':':<16}{first}", *(" " * 16 + one for one in more)]
    return harmless("\n".join(lines))


def _page(alert: dict[str, Any]) -> str:
    # Each in the direction of its own script: the page itself is read from the left.
    ours = ' dir="auto"'
    written = f'{ours} lang="{escape(alert["language"] or "")}"'
    told = "".join(
        f"<dt>{escape(label)}</dt><dd{written if label in _WRITTEN else ours}>"
        f"{escape(harmless(value))}</dd>\n"
        for label, value in rows(alert)
    )
    return _PAGE.format(
        written=written,
        title=escape(harmless(alert["title"])),
        style=_STYLE,
        tlp=escape(alert["tlp"]),
        to_do=_asked(alert),
        banners="".join(f'<p class="warn">{escape(one)}</p>\n' for one in banners(alert)),
        rows=told,
        pictures="".join(map(_picture, alert["images"])),
    )


def _picture(image: dict[str, Any]) -> str:
    source = f"data:{image['media_type']};base64,{b64encode(image['content']).decode()}"
    return f'<p><img src="{source}" alt="{escape(harmless(image["caption"] or "picture"))}"></p>\n'
