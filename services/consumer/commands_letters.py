"""`tocsin answers`, and what is looked at under `tips`, `feedback` and `request`: options and help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.runtime.options import DEFAULT_HOME, HomeOption, JsonOption, PassphraseFileOption
from tocsin.runtime.shared_group import FEEDBACK, LETTERS_PANEL, REQUESTS, TIPS, shared_group

TipArgument = Annotated[str, typer.Argument(help="Id of the tip, or its first 6 digits or more.")]
OutOption = Annotated[Path, typer.Option("--out", help="File to write (0600); replaced.", dir_okay=False)]


def register_letters(app: typer.Typer) -> None:
    """Add what shows letters to the root command."""
    app.command(epilog="Example: tocsin answers --overdue", rich_help_panel=LETTERS_PANEL)(answers)
    tips = shared_group(app, "tips", *TIPS)
    tips.command("list", epilog="Example: tocsin tips list --json")(tips_list)
    tips.command("show", epilog="Example: tocsin tips show 5b1e0c42")(tips_show)
    tips.command("to-report", epilog="Example: tocsin tips to-report 5b1e0c42 --out report.json")(to_report)
    tips.command(
        "to-alert", epilog="Example: tocsin tips to-alert 5b1e0c42 --sector chemical --out alert.json"
    )(to_alert)
    feedback = shared_group(app, "feedback", *FEEDBACK)
    feedback.command("list", epilog="Example: tocsin feedback list")(feedback_list)
    request = shared_group(app, "request", *REQUESTS)
    request.command("list", epilog="Example: tocsin request list --overdue")(request_list)
    request.command("show", epilog="Example: tocsin request show 77c0de12")(request_show)


def answers(
    alert: Annotated[
        str | None, typer.Argument(help="Every answer to this alert: its id, or how it begins.")
    ] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only alerts with overdue answers.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """How the answers to our alerts stand: counts of each code, who is silent, who is late.

    Shows what the inbox holds: `tocsin subscribe all --until-end` or the reader's service brings what is
    new. For a firm: what it answered and what it owes. Ends with 5 where an answer is overdue.
    """
    from services.consumer.letters.answers import print_answers, print_answers_to
    from services.consumer.letters.desk import Look

    look = Look(home, passphrase_file, as_json)
    if alert is not None:
        raise typer.Exit(print_answers_to(look, alert))
    raise typer.Exit(print_answers(look, overdue=overdue))


def tips_list(
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Tips of our firms; for a firm, the tips that it gave and what its authority answered."""
    from services.consumer.letters.desk import Look
    from services.consumer.letters.tips import print_tips

    print_tips(Look(home, passphrase_file, as_json))


def tips_show(
    tip: TipArgument,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """One tip whole, with its limits and what was answered."""
    from services.consumer.letters.desk import Look
    from services.consumer.letters.tips import show_tip

    show_tip(Look(home, passphrase_file), tip)


def to_report(
    tip: TipArgument,
    out: OutOption,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Write the draft of an incident report from a tip, without the name of the firm."""
    from services.consumer.letters.desk import Look
    from services.consumer.letters.tips import tip_to_report

    tip_to_report(Look(home, passphrase_file), tip, out)


def to_alert(
    tip: TipArgument,
    out: OutOption,
    sector: Annotated[list[str], typer.Option("--sector", help="Whom to warn; may be repeated.")],
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Write the draft of an alert from a tip: codes and known substances, not one sentence of it."""
    from services.consumer.letters.desk import Look
    from services.consumer.letters.tips import tip_to_alert

    tip_to_alert(Look(home, passphrase_file), tip, sector, out)


def feedback_list(
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """What we were told came of our answers, tips and reports."""
    from services.consumer.letters.desk import Look
    from services.consumer.letters.feedback import print_feedback

    print_feedback(Look(home, passphrase_file, as_json))


def request_list(
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is overdue.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """What we asked and what we were asked, the first due first. Ends with 5 where one is overdue."""
    from services.consumer.letters.desk import Look
    from services.consumer.letters.requests import print_requests

    raise typer.Exit(print_requests(Look(home, passphrase_file, as_json), overdue=overdue))


def request_show(
    thread: Annotated[str, typer.Argument(help="Id of the thread, or how it begins.")],
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """One thread: what was asked, how it stands, what was said to it."""
    from services.consumer.letters.desk import Look
    from services.consumer.letters.requests import show_request

    show_request(Look(home, passphrase_file), thread)
