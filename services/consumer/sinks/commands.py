"""The verbs of `tocsin sinks`; what they do is imported when one runs."""

from __future__ import annotations

from typing import Annotated

import typer

from tocsin.runtime.exits import Exit
from tocsin.runtime.options import DEFAULT_HOME, HomeOption, JsonOption, PassphraseFileOption

SinkArgument = Annotated[
    str, typer.Argument(metavar="SINK", help="Its name, or KIND=TARGET as given to subscribe.")
]
DeadArgument = Annotated[int | None, typer.Argument(metavar="[ID]", help="As in `sinks dead list`.")]
AllOption = Annotated[bool, typer.Option("--all", help="Everything that was given up.")]


def register(app: typer.Typer) -> None:
    """Add `sinks` to the root command."""
    verbs = typer.Typer(no_args_is_help=True, help="Where alerts go: spool folders, webhooks, mailboxes.")
    verbs.command("list", epilog="Example: tocsin sinks list --json")(list_)
    verbs.command(epilog="Example: tocsin sinks status spool=in/")(status)
    verbs.command(epilog="Example: tocsin sinks enable desk")(enable)
    verbs.command(epilog="Example: tocsin sinks forget spool=in/")(forget)
    secret = typer.Typer(no_args_is_help=True, help="What a webhook's receiver verifies with.")
    secret.command("show", epilog="Example: tocsin sinks secret show webhook=https://desk.example/in")(show)
    secret.command("rotate", epilog="Example: tocsin sinks secret rotate desk --overlap-hours 48")(rotate)
    verbs.add_typer(secret, name="secret")
    dead = typer.Typer(no_args_is_help=True, help="What was given up after 72 hours.")
    dead.command("list", epilog="Example: tocsin sinks dead list")(dead_list)
    dead.command("retry", epilog="Example: tocsin sinks dead retry --all")(dead_retry)
    dead.command("drop", epilog="Example: tocsin sinks dead drop 12")(dead_drop)
    verbs.add_typer(dead, name="dead")
    app.add_typer(verbs, name="sinks")


def list_(
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Every sink that ever began: delivered, waiting, given up, next try, last error."""
    from services.consumer.sinks.looking import print_sinks

    print_sinks(home, passphrase_file, as_json=as_json)


def status(
    sink: SinkArgument,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """One sink as JSON; ends with 5 and says why if something ails it."""
    from services.consumer.sinks.looking import print_status

    well = print_status(home, passphrase_file, sink)
    raise typer.Exit(Exit.WHOLE if well else Exit.INCOMPLETE)


def enable(
    sink: SinkArgument,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Give a sink again what waits, after its receiver answered 410 (wants no more)."""
    from services.consumer.sinks import looking

    looking.enable(home, passphrase_file, sink)


def forget(
    sink: SinkArgument,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Forget a sink that is used no more: what waited for it, and its secrets. Stop its service first."""
    from services.consumer.sinks import looking

    looking.forget(home, passphrase_file, sink)


def show(
    sink: SinkArgument,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Print a webhook's secret (whsec_…), also before its first event; it lies encrypted in the home."""
    from services.consumer.sinks.looking import show_secret

    show_secret(home, passphrase_file, sink)


def rotate(
    sink: SinkArgument,
    overlap_hours: Annotated[
        int, typer.Option(min=0, max=720, help="So long events are signed under the old one, too.")
    ] = 24,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Make a new secret and print it; a service that runs signs with it from the next event on."""
    from services.consumer.sinks.looking import rotate_secret

    rotate_secret(home, passphrase_file, sink, overlap_hours)


def dead_list(
    as_json: JsonOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """What was given up, with its tries and the last error."""
    from services.consumer.sinks.looking import print_dead

    print_dead(home, passphrase_file, as_json=as_json)


def dead_retry(
    id_: DeadArgument = None,
    everything: AllOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Let one, or all, begin anew: 72 hours more. A service that runs takes it up within a minute."""
    from services.consumer.sinks.looking import retry_dead

    retry_dead(home, passphrase_file, _one_or_all(id_, everything))


def dead_drop(
    id_: DeadArgument = None,
    everything: AllOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Forget one, or all, that was given up. The reports themselves stay in the inbox."""
    from services.consumer.sinks.looking import drop_dead

    drop_dead(home, passphrase_file, _one_or_all(id_, everything))


def _one_or_all(id_: int | None, everything: bool) -> int | None:
    if (id_ is None) is not everything:
        raise typer.BadParameter("give the ID of one, or --all")
    return id_
