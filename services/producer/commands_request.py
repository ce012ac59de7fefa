"""`tocsin request new | answer | remind | close`. Options and help only, as in `commands`."""

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
from tocsin.runtime.shared_group import REQUESTS, shared_group

ThreadArgument = Annotated[str, typer.Argument(help="Id of the thread, or its first 6 digits or more.")]
_NEW = "Example: tocsin request new NL 'Who ordered lot 7?' --text @ask.txt --due 2026-12-20"


def register_request(app: typer.Typer) -> None:
    """Add what writes to `request`."""
    request = shared_group(app, "request", *REQUESTS)
    request.command("new", epilog=_NEW)(new)
    request.command("answer", epilog="Example: tocsin request answer 77c0de12 answered --text @reply.txt")(
        answer
    )
    request.command("remind", epilog="Example: tocsin request remind --overdue --escalate")(remind)
    request.command("close", epilog="Example: tocsin request close 77c0de12 answered")(close)


def new(  # noqa: PLR0913 - one parameter for each option
    to: Annotated[str, typer.Argument(help="Who is asked: name, id, or country of its one focal point.")],
    title: Annotated[str, typer.Argument(help="What it is about, in at most 120 characters.")],
    text: TextOption = None,
    due: Annotated[str, typer.Option(help="Day or time by which an answer is wanted (UTC).")] = "",
    kind: Annotated[str, typer.Option(help="information or backtracking.")] = "information",
    about: Annotated[
        str | None, typer.Option(help="Reference of the report it is about.", show_default=False)
    ] = None,
    about_originator: Annotated[
        str | None, typer.Option(help="Id of who sent that report.", show_default=False)
    ] = None,
    identifier: Annotated[
        list[str] | None,
        typer.Option(help="TYPE=VALUE: serial, lot, order, s10, awb, container …; may be repeated."),
    ] = None,
    tlp: Annotated[str, typer.Option(help="Marking.")] = "AMBER",
    language: LangOption = None,
    exercise: Annotated[bool, typer.Option("--exercise", help="For training.")] = False,
    wait: WaitOption = True,
    url: UrlOption = None,
    token_file: TokenFileOption = None,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Ask one focal point something, or to trace something back. Only you can close what you asked.

    Without --due it is due in 14 days.
    """
    from services.producer.letters.requesting import Question, new_request, pairs
    from services.producer.letters.sending import Through, send_letters, text_of
    from services.producer.publishing import Ask

    question = Question(
        kind,
        title,
        text_of(text),
        due,
        (about_originator, about),
        language,
        pairs(identifier or ()),
        tlp,
        exercise,
    )
    ask = Ask(home, passphrase_file, bootstrap, LETTER_TIMEOUT_S if wait else None, as_json)
    through = Through(url, token_file)
    raise typer.Exit(send_letters(ask, through, lambda desk, now_s: new_request(desk, to, question, now_s)))


def answer(  # noqa: PLR0913 - one parameter for each option
    thread: ThreadArgument,
    code: Annotated[
        str, typer.Argument(help="answered, interim, nothing-found, not-lawful-here or declined.")
    ],
    text: TextOption = None,
    related: Annotated[
        str | None, typer.Option(help="Reference of a report that says it.", show_default=False)
    ] = None,
    language: LangOption = None,
    wait: WaitOption = True,
    url: UrlOption = None,
    token_file: TokenFileOption = None,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Answer what another focal point asked. An interim answer leaves it open."""
    from services.producer.letters.requesting import Reply, response_to
    from services.producer.letters.sending import Through, send_letters, text_of
    from services.producer.publishing import Ask

    reply = Reply(code, text_of(text), related, language)
    ask = Ask(home, passphrase_file, bootstrap, LETTER_TIMEOUT_S if wait else None, as_json)
    through = Through(url, token_file)
    raise typer.Exit(
        send_letters(ask, through, lambda desk, now_s: response_to(desk, thread, reply, now_s))
    )


def remind(  # noqa: PLR0913 - one parameter for each option
    thread: Annotated[
        str | None, typer.Argument(help="Id of our request, or its first 6 digits or more.")
    ] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Every overdue request of ours.")] = False,
    escalate: Annotated[
        bool, typer.Option("--escalate", help="For the attention of who is in charge there.")
    ] = False,
    wait: WaitOption = True,
    url: UrlOption = None,
    token_file: TokenFileOption = None,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Remind of what we asked. Only what is overdue can be escalated."""
    from services.producer.letters.requesting import reminder, reminders_of_overdue
    from services.producer.letters.sending import Through, send_letters
    from services.producer.publishing import Ask

    if (thread is None) is not overdue:
        raise typer.BadParameter("give a THREAD, or --overdue")
    ask = Ask(home, passphrase_file, bootstrap, LETTER_TIMEOUT_S if wait else None, as_json)
    through = Through(url, token_file)
    if thread is None:
        raise typer.Exit(
            send_letters(
                ask, through, lambda desk, now_s: reminders_of_overdue(desk, now_s, escalate=escalate)
            )
        )
    raise typer.Exit(
        send_letters(ask, through, lambda desk, now_s: reminder(desk, thread, now_s, escalate=escalate))
    )


def close(  # noqa: PLR0913 - one parameter for each option
    thread: ThreadArgument,
    ending: Annotated[str, typer.Argument(help="answered, no-longer-needed or unanswered.")],
    wait: WaitOption = True,
    url: UrlOption = None,
    token_file: TokenFileOption = None,
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Close what we asked. Nobody else can."""
    from services.producer.letters.requesting import ended
    from services.producer.letters.sending import Through, send_letters
    from services.producer.publishing import Ask

    ask = Ask(home, passphrase_file, bootstrap, LETTER_TIMEOUT_S if wait else None, as_json)
    through = Through(url, token_file)
    raise typer.Exit(send_letters(ask, through, lambda desk, _now_s: ended(desk, thread, ending)))
