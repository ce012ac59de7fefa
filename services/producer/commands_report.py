"""`tocsin report`: a report before it is sent. Options and help only, as in `commands`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from services.producer.options import (
    AttachOption,
    AudienceOption,
    KeepLocationOption,
    Language,
    LanguageOption,
    ListsOption,
    WaitOption,
)
from tocsin.runtime.options import (
    DEFAULT_HOME,
    BootstrapOption,
    HomeOption,
    JsonOption,
    PassphraseFileOption,
)


class System(StrEnum):
    """The two systems that an incident may belong to."""

    ION = "ion"
    PICS = "pics"


TIMEOUT_S = 60.0


def register_report(app: typer.Typer) -> None:
    """Add `report` to the root command."""
    group = typer.Typer(
        no_args_is_help=True, help="A report before it is sent: write, keep, check, submit."
    )
    group.command(epilog="Example: tocsin report new --lang fr")(new)
    group.command(epilog="Example: tocsin report drafts")(drafts)
    group.command(epilog="Example: tocsin report submit DRAFT-20261127-5f0c2a91")(submit)
    group.command(epilog="Example: tocsin report check report.json --lang fr")(check)
    app.add_typer(group, name="report")


def new(  # noqa: PLR0913 - one parameter for each option
    language: LanguageOption = Language.EN,
    draft: Annotated[
        str | None, typer.Option("--draft", help="Go on with this draft.", show_default=False)
    ] = None,
    audience: AudienceOption = None,
    attach: AttachOption = None,
    keep_location: KeepLocationOption = False,
    wait: WaitOption = True,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Ask ten rows in this terminal, say what is wrong and what would help, and publish it if you say so.

    Each answer is on disk, encrypted, before the next question: after a power cut --draft goes on.
    Enter skips, ? explains, < goes back, - clears, Ctrl-C keeps the draft.

    Ends with 5 if you stopped, or if the report is accepted and waits for Kafka.
    """
    from services.producer.publishing import Ask, How
    from services.producer.writing import new_report

    ask = Ask(home, passphrase_file, bootstrap, TIMEOUT_S if wait else None)
    how = How("incident", audience, attach=tuple(attach or ()), keep_location=keep_location)
    raise typer.Exit(new_report(ask, how, language.value, draft))


def drafts(
    delete: Annotated[
        str | None, typer.Option("--delete", help="Take this draft away first.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """List the drafts of this home, the newest first: their names and kinds, not what they say."""
    from services.producer.publishing import Ask
    from services.producer.writing import print_drafts

    print_drafts(Ask(home, passphrase_file, None, None, as_json), delete)


def submit(  # noqa: PLR0913 - one parameter for each option
    draft: Annotated[str, typer.Argument(help="Its name, as `tocsin report drafts` shows it.")],
    audience: AudienceOption = None,
    update: Annotated[
        bool, typer.Option("--update", help="If it was accepted before with other content: a new version.")
    ] = False,
    attach: AttachOption = None,
    keep_location: KeepLocationOption = False,
    wait: WaitOption = True,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Publish a draft. It is given a national reference once, so that a second attempt sends nothing twice.

    The draft is taken away once the report is accepted. Ends as `tocsin publish` does.
    """
    from services.producer.publishing import Ask, How
    from services.producer.writing import submit_draft

    ask = Ask(home, passphrase_file, bootstrap, TIMEOUT_S if wait else None, as_json)
    how = How("incident", audience, update, attach=tuple(attach or ()), keep_location=keep_location)
    raise typer.Exit(submit_draft(ask, how, draft))


def check(  # noqa: PLR0913 - one parameter for each option
    file: Annotated[
        str, typer.Argument(help="JSON object, JSON array or JSON Lines; - reads stdin.")
    ] = "-",
    language: LanguageOption = Language.EN,
    system: Annotated[
        System | None,
        typer.Option(help="Stands in where a report does not say its system.", show_default=False),
    ] = None,
    lists: ListsOption = True,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Say what is wrong, what is doubtful and what would help most; nothing is sent or stored.

    Needs no broker, and no home or passphrase unless you have watch-lists of your own. The
    completeness score (0 to 100) is advice for you alone: it goes nowhere. Ends with 0 if every report
    can be sent as it is, else with 3.
    """
    from services.producer.checking import check_file
    from services.producer.own_lists import lists_of
    from tocsin.core.watch_lists import NO_LISTS

    # A code is a plain str to the core.
    stands_in = None if system is None else system.value
    own = lists_of(home, passphrase_file) if lists else NO_LISTS
    raise typer.Exit(check_file(file, language.value, stands_in, own, as_json=as_json))
