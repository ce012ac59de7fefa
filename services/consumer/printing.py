"""`tocsin export --format html|pdf REPORT`: one report as a sheet for a formal channel.

The marking stands at the head and foot of every page. The page is HTML made for printing, with no
script and nothing from outside; for PDF it is handed to Chromium where that is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from services.consumer.finding import find_reports
from services.consumer.looking import inbox_to_export
from services.consumer.views import Views
from tocsin.adapters.country_names import country_name
from tocsin.adapters.inbox.store import Inbox
from tocsin.adapters.private_files import storage_errors
from tocsin.adapters.whole_files import check_replaceable, write_whole
from tocsin.core import codes, flat_columns
from tocsin.core.alert_images import without_content
from tocsin.core.errors import RefusedByRuleError, SettingsError, StorageError
from tocsin.core.withdrawals import KIND
from tocsin.runtime import console

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAX_PRINTING_S = 60
# Overrides of direction and controls; what joins letters in Arabic and Persian stays.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_HEAD = """<!DOCTYPE html>
<html lang="{language}" dir="{direction}"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<style>
@page {{ size: A4; margin: 12mm; }}
body {{ font: 10.5pt/1.4 sans-serif; color: #000; background: #fff; margin: 0; }}
table.sheet {{ width: 100%; border-collapse: collapse; }}
.marking {{ text-align: center; font-weight: bold; border: 1.5pt solid #000; padding: 2mm; }}
table.sheet > tbody > tr > td {{ padding: 4mm 0; }}
h1 {{ font-size: 15pt; margin: 0 0 3mm; overflow-wrap: anywhere; }}
dl {{ display: grid; grid-template-columns: 52mm 1fr; gap: 1mm 4mm; margin: 0; }}
dt {{ color: #333; }} dd {{ margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }}
@media screen {{ body {{ max-width: 210mm; margin: 8mm auto; padding: 0 4mm; }} }}
</style></head><body><table class="sheet">
<thead><tr><th class="marking">{marking}</th></tr></thead>
<tfoot><tr><td class="marking">{marking}</td></tr></tfoot>
<tbody><tr><td><h1 dir="auto">{title}</h1><dl>
"""
_COUNTRIES = "countries"
# Codes of an alert: a table of incidents has no columns for them.
_ALERT_LISTS = {"status": "alert_statuses", "action": "alert_actions"}
_FOOT = "</dl>{pictures}</td></tr></tbody></table></body></html>\n"


def print_report(
    home: Path, passphrase_file: Path | None, name: str, language: str, out: Path, *, as_pdf: bool
) -> None:
    """Write the sheet of the report of that id or national reference. Raises TocsinError."""
    if language not in flat_columns.LANGUAGES:
        raise SettingsError(f"--lang is one of {', '.join(flat_columns.LANGUAGES)}")
    browser = _browser() if as_pdf else None
    with inbox_to_export(home, passphrase_file, "one report to print") as inbox:
        sheet = sheet_of(_found(inbox, name), language)
    if browser is None:
        write_whole(out, sheet.encode())
    else:
        _print(browser, sheet, out)
    console.say(f"{out}: in clear, readable by you alone")


def sheet_of(rendered: dict[str, Any], language: str) -> str:
    """A rendered report as a page to print."""
    report = rendered["report"]
    marking = marking_of(rendered)
    title = report.get("national_reference") or report.get("title") or rendered["report_id"]
    lines = [
        _HEAD.format(
            language=language,
            direction="rtl" if language == "ar" else "ltr",
            title=_escaped(str(title)),
            marking=escape(marking),
        )
    ]
    own = codes.labels("sheet_fields", "fields").items()
    lines += [_line(label[language], _shown(name, rendered[name], language)) for name, label in own]
    lines += [_line(label, text) for label, text in fields_of(without_content(report), language)]
    return "".join([*lines, _FOOT.format(pictures="".join(map(_picture, report.get("images") or ())))])


def marking_of(rendered: dict[str, Any]) -> str:
    """What stands at the head of everything that shows a rendered report."""
    report = rendered["report"]
    handling = report.get("handling") or report
    # An unknown marking is treated as the strictest.
    marking = f"TLP:{handling.get('tlp') or 'RED'}"
    if handling.get("pap"):
        marking += f" · PAP:{handling['pap']}"
    if rendered.get("disputed"):
        marking = f"DISPUTED · {marking}"
    return f"EXERCISE · {marking} · EXERCISE" if rendered["exercise"] else marking


def _picture(image: dict[str, Any]) -> str:
    """A picture of an alert, which holds nothing beside its pixels: the ladder took it."""
    kind, content, alt = (_escaped(image.get(one) or "") for one in ("media_type", "content", "caption"))
    return f'<p><img src="data:{kind};base64,{content}" alt="{alt}"></p>\n'


def _line(label: str, text: str) -> str:
    return f'<dt dir="auto">{escape(label)}</dt><dd dir="auto">{_escaped(text)}</dd>\n'


def _escaped(text: str) -> str:
    return escape(_HIDDEN.sub("\ufffd", text))


def _shown(name: str, value: Any, language: str) -> str:
    """What stands beside a label of the sheet's own; regions by their names."""
    if name == "regions":
        known = codes.labels("regions")
        return ", ".join(known.get(one, {}).get(language, one) for one in value)
    return str(value)


def fields_of(value: Any, language: str, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(label, text) of everything in a report; lists are numbered, codes stand with what they mean."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from fields_of(one, language, (*path, name))
    elif isinstance(value, list):
        for number, one in enumerate(value, 1):
            yield from fields_of(one, language, (*path, f"#{number}") if len(value) > 1 else path)
    else:
        plain = tuple(name for name in path if not name.startswith("#"))
        column = next((one for one in flat_columns.columns() if one.path == plain), None)
        label = column.label[language] if column else " · ".join(plain).replace("_", " ")
        numbers = "".join(f" {name}" for name in path if name.startswith("#"))
        list_name = _list_of(column) if column else _ALERT_LISTS.get(".".join(plain))
        yield label + numbers, _worded(list_name, str(value), language)


def _list_of(column: flat_columns.Column) -> str | None:
    return {"unit": "units", "code": column.list_name, "country": _COUNTRIES}.get(column.type)


def _worded(list_name: str | None, text: str, language: str) -> str:
    """`text`, with what it means where it is a code of the list that has a label."""
    if list_name == _COUNTRIES:
        return f"{country_name(text, language)} ({text})"
    label = flat_columns.codes_of(list_name).get(text, {}).get(language) if list_name else None
    return f"{text} ({label})" if label else text


def _found(inbox: Inbox, name: str) -> dict[str, Any]:
    views = Views(inbox)
    found = find_reports(inbox, views, name)
    if len(found) > 1:
        raise RefusedByRuleError(f"{len(found)} senders have a report of that reference: give its id")
    if found and found[0].kind == KIND:
        raise RefusedByRuleError("its sender withdrew this report: it is erased here")
    if not found:
        raise RefusedByRuleError("there is no report of that id or reference: see `tocsin reports`")
    return views.render(found[0])


def _browser() -> str:
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise SettingsError(
        "Chromium, which prints the PDF, is not installed: take --format html and print it from a browser"
    )


def _print(browser: str, sheet: str, out: Path) -> None:
    """Chromium's own files lie in a folder of ours beside `out`, and go with it."""
    check_replaceable(out)
    with storage_errors(out), TemporaryDirectory(dir=out.parent, prefix=f".{out.name[:64]}.") as name:
        folder = Path(name).resolve()
        page, printed = folder / "sheet.html", folder / "sheet.pdf"
        write_whole(page, sheet.encode())
        options = [
            *("--headless", "--disable-gpu", "--no-first-run", "--disable-extensions"),
            *("--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"),
            *(
                "--no-pdf-header-footer",
                f"--user-data-dir={folder / 'profile'}",
                f"--print-to-pdf={printed}",
            ),
        ]
        if os.geteuid() == 0:
            options.append("--no-sandbox")  # Chromium refuses its sandbox to root
        # Relative: below a long folder the whole path of Chromium's socket would be too long for one.
        environment = {**os.environ, "HOME": str(folder), "TMPDIR": "."}
        try:
            done = subprocess.run(
                [browser, *options, page.as_uri()],
                cwd=folder, env=environment, capture_output=True, check=False, timeout=MAX_PRINTING_S,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise StorageError(f"{browser} did not print within {MAX_PRINTING_S} s") from None
        if done.returncode or not printed.is_file():
            raise StorageError(f"{browser} ended with {done.returncode} and printed nothing")
        printed.chmod(0o600)
        printed.replace(out)
