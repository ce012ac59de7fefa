"""`tocsin alert`: what firms are told, and who released it. Options and help only, as in `commands`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.producer.options import WaitOption
from tocsin.runtime.options import (
    DEFAULT_HOME,
    BootstrapOption,
    HomeOption,
    JsonOption,
    PassphraseFileOption,
    PersonFileOption,
)

if TYPE_CHECKING:
    from services.producer.publishing import Ask

TIMEOUT_S = 60.0
AsOption = Annotated[str, typer.Option("--as", help="Who does this; asked for that person's passphrase.")]
NameArgument = Annotated[str, typer.Argument(help="The proposal, as `tocsin alert list` shows it.")]
AlertArgument = Annotated[str, typer.Argument(help="Its id, six digits at least, or its proposal's name.")]
FileArgument = Annotated[str, typer.Argument(help="The alert as a JSON object; - reads stdin.")]
ReasonOption = Annotated[
    str, typer.Option(help="For the audit log: one line, without names, numbers or content.")
]

ImageOption = Annotated[
    list[str],
    typer.Option(
        metavar="FILE[=CAPTION]", help="A picture, made anew without place, camera, text; up to 2."
    ),
]
NoImagesOption = Annotated[bool, typer.Option("--no-images", help="Without the pictures that it has.")]


def register_alert(app: typer.Typer) -> None:
    """Add `alert` to the root command."""
    group = typer.Typer(
        no_args_is_help=True, help="Alerts to firms: one person proposes, another one releases."
    )
    group.command(
        epilog="Example: tocsin alert new alert.json --as ana --audience couriers --image box.jpg"
    )(new)
    group.command("list", epilog="Example: tocsin alert list --all")(list_)
    group.command(epilog="Example: tocsin alert preview ALERT-20261128-5f0c2a91 --sector courier --as ben")(
        preview
    )
    group.command(epilog="Example: tocsin alert lint ALERT-20261128-5f0c2a91")(lint)
    group.command(epilog="Example: tocsin alert edit ALERT-20261128-5f0c2a91 new.json --as ana")(edit)
    group.command(
        epilog="Example: tocsin alert approve ALERT-20261128-5f0c2a91 --as ben --reason 'checked'"
    )(approve)
    group.command(
        epilog="Example: tocsin alert refuse ALERT-20261128-5f0c2a91 --as ben --reason 'too broad'"
    )(refuse)
    group.command(epilog="Example: tocsin alert update ALERT-20261128-5f0c2a91 new.json --as ana")(update)
    group.command(
        epilog="Example: tocsin alert clear ALERT-20261128-5f0c2a91 --as ana --reason 'found harmless'"
    )(clear)
    group.command(
        epilog="Example: tocsin alert recall ALERT-20261128-5f0c2a91 --as ana --reason 'sent by mistake'"
    )(recall)
    app.add_typer(group, name="alert")


def _ask(
    home: Path,
    passphrase_file: Path | None,
    bootstrap: str | None = None,
    wait_s: float | None = None,
    *,
    as_json: bool = False,
) -> Ask:
    from services.producer.publishing import Ask

    return Ask(home, passphrase_file, bootstrap, wait_s, as_json)


def new(  # noqa: PLR0913 - one parameter for each option
    file: FileArgument,
    acting: AsOption,
    audience: Annotated[
        list[str], typer.Option(help="Who it is for: couriers, postal, …; repeatable.")
    ] = [],  # noqa: B006
    to: Annotated[
        list[str], typer.Option(help="One firm alone, by id or name: its own inbox; repeatable.")
    ] = [],  # noqa: B006
    source: Annotated[
        str | None,
        typer.Option(
            "--from", help="The report it is written after, a file or our reference: for the lint."
        ),
    ] = None,
    not_before: Annotated[
        str | None, typer.Option(help="Hold it in the outbox until then: 2026-11-30T08:00Z.")
    ] = None,
    image: ImageOption = [],  # noqa: B006
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    person_file: PersonFileOption = None,
) -> None:
    """Propose an alert: it is checked as every firm will check it, kept encrypted, and waits 7 days.

    Type it anew: nothing is taken over from a report. Its id, version, status, date and an end in 30 days
    are filled in. Where two people must sign and the author is a release officer, the author signs here.
    """
    from services.producer.alerts import told
    from services.producer.alerts.picturing import images_wanted
    from services.producer.alerts.room import Who

    images = images_wanted(image, none=False)
    more = {"source": source, "not_before": not_before, "images": images}
    ask = _ask(home, passphrase_file, as_json=as_json)
    told.new(ask, Who(acting, person_file), file, (audience, to), more)


def list_(
    everything: Annotated[bool, typer.Option("--all", help="Also what was released or refused.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Show the proposals that wait, who wrote and who approved them; not what they say."""
    from services.producer.alerts import told

    told.list_proposals(_ask(home, passphrase_file, as_json=as_json), everything=everything)


def preview(  # noqa: PLR0913 - one parameter for each option
    name: NameArgument,
    sector: Annotated[
        str, typer.Option(help="courier, postal, chemical, platform, bank, equipment-maker.")
    ],
    form: Annotated[str, typer.Option("--format", help="text, json or html.")] = "text",
    out: Annotated[Path | None, typer.Option(help="File to write; stdout if not given.")] = None,
    acting: Annotated[
        str | None, typer.Option("--as", help="Who looks, for the audit log; asked for a passphrase.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    person_file: PersonFileOption = None,
) -> None:
    """Show a proposal as a firm of a sector will see it, encoded and decoded as it travels."""
    from services.producer.alerts import told
    from services.producer.alerts.room import Who

    who = None if acting is None else Who(acting, person_file)
    told.preview(_ask(home, passphrase_file), who, name, sector, (form, out))


def lint(
    name: NameArgument,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Show what firms should perhaps not be told, each with its place; ends with 3 if there is any.

    Telephone numbers, addresses, names of persons and other firms, numbers, exact amounts and days, and
    words of the report that it was written after. These are doubts: approve with --despite, or edit.
    """
    from services.producer.alerts import told

    raise typer.Exit(told.lint(_ask(home, passphrase_file, as_json=as_json), name))


def edit(  # noqa: PLR0913 - one parameter for each option
    name: NameArgument,
    file: FileArgument,
    acting: AsOption,
    image: ImageOption = [],  # noqa: B006
    no_images: NoImagesOption = False,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    person_file: PersonFileOption = None,
) -> None:
    """Put another text in place of a proposal's. Approvals are lost, and the editor becomes an author."""
    from services.producer.alerts import told
    from services.producer.alerts.picturing import images_wanted
    from services.producer.alerts.room import Who

    images = images_wanted(image, none=no_images)
    ask = _ask(home, passphrase_file, as_json=as_json)
    told.edit(ask, Who(acting, person_file), name, file, images)


def approve(  # noqa: PLR0913 - one parameter for each option
    name: NameArgument,
    acting: AsOption,
    reason: ReasonOption,
    despite: Annotated[
        list[str], typer.Option(help="A doubt of the lint that you have looked at, by its key; repeatable.")
    ] = [],  # noqa: B006
    alone: Annotated[
        bool, typer.Option("--alone", help="A safety notice in an emergency: one person, also its author.")
    ] = False,
    wait: WaitOption = True,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    person_file: PersonFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Sign a proposal with your own key; with enough signatures it is released and published.

    Who wrote in it may not release it (exit 4). Every doubt of the lint must be named with --despite.
    Ends as `tocsin publish` does; 5 also while another person must still approve.
    """
    from services.producer.alerts import told
    from services.producer.alerts.releasing import Consent
    from services.producer.alerts.room import Who

    ask = _ask(home, passphrase_file, bootstrap, TIMEOUT_S if wait else None, as_json=as_json)
    consent = Consent(reason, tuple(despite), alone)
    raise typer.Exit(told.release(ask, Who(acting, person_file), name, consent))


def refuse(
    name: NameArgument,
    acting: AsOption,
    reason: ReasonOption,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    person_file: PersonFileOption = None,
) -> None:
    """Refuse a proposal: nothing of it leaves, and its text is forgotten."""
    from services.producer.alerts import told
    from services.producer.alerts.room import Who

    told.refuse(_ask(home, passphrase_file), Who(acting, person_file), name, reason)


def update(  # noqa: PLR0913 - one parameter for each option
    alert: AlertArgument,
    file: FileArgument,
    acting: AsOption,
    image: ImageOption = [],  # noqa: B006
    no_images: NoImagesOption = False,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    person_file: PersonFileOption = None,
) -> None:
    """Propose another version of an alert that was released, to everybody whom it reached."""
    from services.producer.alerts import told
    from services.producer.alerts.picturing import images_wanted
    from services.producer.alerts.room import Who

    images = images_wanted(image, none=no_images)
    ask = _ask(home, passphrase_file, as_json=as_json)
    told.update(ask, Who(acting, person_file), alert, file, images)


TextOption = Annotated[
    str | None, typer.Option("--text", help="What firms are told beside it, at most 1,500 characters.")
]


def clear(  # noqa: PLR0913 - one parameter for each option
    alert: AlertArgument,
    acting: AsOption,
    reason: ReasonOption,
    text: TextOption = None,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    person_file: PersonFileOption = None,
) -> None:
    """Propose that an alert is over: firms stop looking. It goes to everybody whom it reached."""
    from services.producer.alerts import told
    from services.producer.alerts.room import Who

    ask = _ask(home, passphrase_file, as_json=as_json)
    told.end(ask, Who(acting, person_file), alert, "cleared", (reason, text))


def recall(  # noqa: PLR0913 - one parameter for each option
    alert: AlertArgument,
    acting: AsOption,
    reason: ReasonOption,
    text: TextOption = None,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    person_file: PersonFileOption = None,
) -> None:
    """Propose that an alert is taken back: it should not have been sent. It goes to all whom it reached."""
    from services.producer.alerts import told
    from services.producer.alerts.room import Who

    ask = _ask(home, passphrase_file, as_json=as_json)
    told.end(ask, Who(acting, person_file), alert, "recalled", (reason, text))
