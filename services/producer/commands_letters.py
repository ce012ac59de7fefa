"""`tocsin answer`, `publish tip`, `tips answer`, `feedback give`: options and help, as in `commands`."""

from __future__ import annotations

from typing import Annotated

import typer

from services.producer.options import (
    LETTER_TIMEOUT_S,
    LangOption,
    TextOption,
    TokenFileOption,
    UrlOption,
    WaitOption,
)
from tocsin.runtime.options import (
    DEFAULT_HOME,
    BootstrapOption,
    HomeOption,
    JsonOption,
    PassphraseFileOption,
)
from tocsin.runtime.shared_group import FEEDBACK, LETTERS_PANEL, TIPS, shared_group

_ANSWER = "Example: tocsin answer 0f3c9a71 stopped --parcel RA123456785CN --tick"


def register_letters(app: typer.Typer, publish: typer.Typer) -> None:
    """Add what writes letters to the root command, and `tip` to `publish`."""
    app.command(epilog=_ANSWER, rich_help_panel=LETTERS_PANEL)(answer)
    publish.command("tip", epilog="Example: tocsin publish tip order.json")(publish_tip)
    tips = shared_group(app, "tips", *TIPS)
    tips.command("answer", epilog="Example: tocsin tips answer 5b1e0c42 useful --text 'Thank you'")(
        tips_answer
    )
    feedback = shared_group(app, "feedback", *FEEDBACK)
    feedback.command("give", epilog="Example: tocsin feedback give 0f3c9a71 led-to-seizure")(give)


def answer(  # noqa: PLR0913 - one parameter for each option
    alert: Annotated[
        str | None, typer.Argument(help="Id of the alert, or its first 6 digits or more.")
    ] = None,
    code: Annotated[
        str | None,
        typer.Argument(
            help="acknowledged, stopped, held, refused, already-delivered, nothing-found, false-match, "
            "passed-on or not-lawful-here."
        ),
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Of how many items it is said.")] = 1,
    parcel: Annotated[
        str | None, typer.Option(help="Number of the one item; needs --tick.", show_default=False)
    ] = None,
    tick: Annotated[bool, typer.Option("--tick", help="The number may leave this house.")] = False,
    hit: Annotated[
        str | None, typer.Option(help="Id of a screening hit; stays here.", show_default=False)
    ] = None,
    ground: Annotated[
        str | None,
        typer.Option(
            help="Why service was refused: alert (usual), own-terms or other-law.", show_default=False
        ),
    ] = None,
    file: Annotated[
        str | None,
        typer.Option(help="Many answers, JSON Lines with these names; - is stdin.", show_default=False),
    ] = None,
    pass_on: Annotated[
        bool, typer.Option("--pass-on", help="Governments: counts of our firms' answers, to its issuer.")
    ] = False,
    wait: WaitOption = True,
    url: UrlOption = None,
    token_file: TokenFileOption = None,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Say what your firm did with an alert: a code and a count, to your own national authority alone.

    A later answer under the same code, parcel or hit replaces the earlier one. Nothing else leaves: no
    name, no address, and no number of a parcel that you did not tick. Do not tell the customer.
    """
    from services.producer.letters.answering import Wish, answers_to, passed_on, read_wishes
    from services.producer.letters.sending import Through, send_letters
    from services.producer.publishing import Ask, opened

    ask = Ask(home, passphrase_file, bootstrap, LETTER_TIMEOUT_S if wait else None, as_json)
    through = Through(url, token_file)
    if pass_on:
        if alert is None or code is not None:
            raise typer.BadParameter("--pass-on takes an ALERT and no CODE")
        raise typer.Exit(send_letters(ask, through, lambda desk, now_s: passed_on(desk, alert, now_s)))
    if file is not None:
        if alert is not None:
            raise typer.BadParameter("give ALERT and CODE, or --file")
        with opened(file) as stream:
            wishes = list(read_wishes(stream))
    elif alert is None or code is None:
        raise typer.BadParameter("give ALERT and CODE, or --file")
    else:
        wishes = [Wish(alert, code, count, hit, parcel, tick, ground)]
    raise typer.Exit(send_letters(ask, through, lambda desk, now_s: answers_to(desk, wishes, now_s)))


def publish_tip(  # noqa: PLR0913 - one parameter for each option
    file: Annotated[str, typer.Argument(help="One JSON object; - reads stdin.")] = "-",
    template: Annotated[
        bool, typer.Option("--template", help="Print a tip to fill in; send none.")
    ] = False,
    wait: WaitOption = True,
    url: UrlOption = None,
    token_file: TokenFileOption = None,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Firms: tell your own national authority of a suspicious order, parcel, listing or payment.

    It goes to nobody else, is marked as voluntary, and carries the limits that you set. It may name no
    other firm. Do not tell the customer.
    """
    from services.producer.letters.sending import Through, send_letters
    from services.producer.letters.tipping import print_template, read_tip, tip_to
    from services.producer.publishing import Ask

    if template:
        print_template()
        return
    data = read_tip(file)
    ask = Ask(home, passphrase_file, bootstrap, LETTER_TIMEOUT_S if wait else None, as_json)
    raise typer.Exit(
        send_letters(ask, Through(url, token_file), lambda desk, now_s: tip_to(desk, data, now_s))
    )


def tips_answer(  # noqa: PLR0913 - one parameter for each option
    tip: Annotated[str, typer.Argument(help="Id of the tip, or its first 6 digits or more.")],
    code: Annotated[
        str,
        typer.Argument(
            help="received, needs-more, hold, release, useful, led-to-investigation, led-to-seizure, "
            "no-result or not-useful."
        ),
    ],
    text: TextOption = None,
    language: LangOption = None,
    wait: WaitOption = True,
    url: UrlOption = None,
    token_file: TokenFileOption = None,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Governments: answer the firm that gave a tip, without any number that identifies somebody."""
    from services.producer.letters.feeding_back import Words, tip_answer
    from services.producer.letters.sending import Through, send_letters, text_of
    from services.producer.publishing import Ask

    words = Words(code, text_of(text), language)
    ask = Ask(home, passphrase_file, bootstrap, LETTER_TIMEOUT_S if wait else None, as_json)
    through = Through(url, token_file)
    raise typer.Exit(send_letters(ask, through, lambda desk, now_s: tip_answer(desk, tip, words, now_s)))


def give(  # noqa: PLR0913 - one parameter for each option
    id_: Annotated[
        str, typer.Argument(metavar="ID", help="Of an alert that firms answered, a tip, or a report.")
    ],
    code: Annotated[
        str,
        typer.Argument(help="led-to-seizure, led-to-investigation, useful, no-result, not-useful …"),
    ],
    firm: Annotated[
        str | None,
        typer.Option(help="Of those who answered, only this one: name or id.", show_default=False),
    ] = None,
    text: TextOption = None,
    language: LangOption = None,
    wait: WaitOption = True,
    url: UrlOption = None,
    token_file: TokenFileOption = None,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Tell the firms that answered an alert, the firm that gave a tip, or the focal point that sent a
    report what came of it. Firms are told by their own authority only.
    """
    from services.producer.letters.feeding_back import Words, feedback_to
    from services.producer.letters.sending import Through, send_letters, text_of
    from services.producer.publishing import Ask

    words = Words(code, text_of(text), language)
    ask = Ask(home, passphrase_file, bootstrap, LETTER_TIMEOUT_S if wait else None, as_json)
    through = Through(url, token_file)
    raise typer.Exit(
        send_letters(ask, through, lambda desk, now_s: feedback_to(desk, id_, words, firm, now_s))
    )
