"""`tocsin keys …`: from an empty folder to an admitted participant, and its keys for life."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.keys.commands_people import register_people
from tocsin.runtime.options import DEFAULT_HOME, HomeOption, JsonOption, PassphraseFileOption

MAX_VALID_DAYS = 1_095
OutOption = Annotated[
    Path | None, typer.Option(help="File to write; stdout if not given.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add `keys`, `people` and `audit` to the root command."""
    keys = typer.Typer(no_args_is_help=True, help="Make this participant's keys and have it admitted.")
    keys.command(epilog="Example: tocsin keys init --name 'National Narcotics Unit' --country CO")(init)
    keys.command(epilog="Example: tocsin keys request --out request.json")(request)
    keys.command(epilog="Example: tocsin keys answer co.challenge.json --out co.answer.json")(answer)
    keys.command(epilog="Example: tocsin keys accept welcome.json")(accept)
    keys.command(epilog="Example: tocsin keys show --json")(show)
    keys.command(
        epilog="Example: tocsin keys sponsor swift.request.json --sector courier --agreement MOU-7 "
        "--ends 2027-12-31 --out swift.consent.json"
    )(sponsor)
    keys.command(epilog="Example: tocsin keys rotate --out co.change.json")(rotate)
    keys.command(epilog="Example: tocsin keys destroy")(destroy)
    keys.command(epilog="Example: tocsin keys backup --out /media/a/backup --shares /media/b")(backup)
    keys.command(
        epilog="Example: tocsin keys restore --from backup --share a/share-1.txt --share b/share-2.txt"
    )(restore)
    app.add_typer(keys, name="keys")
    register_people(app)


def init(
    name: Annotated[str, typer.Option(help="The organisation's name, as others shall see it.")],
    country: Annotated[str, typer.Option(help="ISO 3166-1 code, two capitals.")],
    person: Annotated[
        str | None,
        typer.Option(help="Opaque handle of who holds the release key; made up if not given."),
    ] = None,
    valid_days: Annotated[
        int, typer.Option(min=1, max=MAX_VALID_DAYS, help="How long the keys are valid.")
    ] = 730,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Make the folder and four keys under one passphrase (at least 12 characters).

    There is no copy of the keys anywhere: whoever loses folder or passphrase is admitted anew.
    """
    from services.keys.making import KeyTerms, make_keys
    from services.keys.showing import told

    told(make_keys(home, KeyTerms(name, country, person, valid_days), passphrase_file), home)


def request(
    out: OutOption = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Write the application for the authority: name, country, public keys, signed.

    It holds no secret. Read the fingerprint aloud to the authority, which sees the same one.
    """
    from services.keys.showing import hand_out

    hand_out(home, out)


def answer(
    challenge: Annotated[Path, typer.Argument(help="From `tocsin authority challenge`.")],
    out: OutOption = None,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Show the authority that this home holds the KEM keys that it applies with."""
    from services.keys.answering import answer
    from services.keys.showing import hand_over

    hand_over(answer(home, challenge, passphrase_file), out, "the answer is for the authority")


def sponsor(  # noqa: PLR0913 - one parameter for each option
    request: Annotated[Path, typer.Argument(help="The firm's `tocsin keys request`.")],
    sector: Annotated[str, typer.Option(help="courier, postal, chemical, platform, bank, …")],
    agreement: Annotated[str, typer.Option(help="Reference of the agreement.")],
    ends: Annotated[str, typer.Option(help="Its last day, 2027-12-31.")],
    out: OutOption = None,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Consent to a firm of one's country: the authority admits it under these terms and no others."""
    from services.keys.rotating import open_home
    from services.keys.showing import hand_over, told_aloud
    from services.keys.sponsoring import Sponsorship, read_firm, sponsor
    from tocsin.core.standing import day_end_s
    from tocsin.runtime import console

    terms = Sponsorship(sector, agreement, day_end_s(ends))
    firm = read_firm(request)
    hand_over(
        sponsor(open_home(home, passphrase_file), firm, terms), out, "the consent is for the authority"
    )
    console.say(f"{firm.name} ({firm.country}), {sector}, {agreement} until {ends}")
    told_aloud(firm.fingerprint)


def rotate(  # noqa: PLR0913 - one parameter for each option
    purpose: Annotated[
        list[str],
        typer.Option(
            help="record, release, statement or kem; repeatable. Default: all that this home has."
        ),
    ] = [],  # noqa: B006
    reason: Annotated[str, typer.Option(help="planned or stolen.")] = "planned",
    since: Annotated[
        str | None, typer.Option(help="Of stolen keys: when they may have been taken. Default: now.")
    ] = None,
    finish: Annotated[
        bool, typer.Option("--finish", help="Second step: retire what newer keys have replaced.")
    ] = False,
    valid_days: Annotated[int, typer.Option(min=1, max=MAX_VALID_DAYS, help="Of the new keys.")] = 730,
    out: OutOption = None,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Replace keys: makes new ones, and a change for the authority that names them.

    Planned, in two steps: both keys serve until the directory has the new ones, then --finish retires
    the old. Stolen, in one: old keys go at once, every audience gets a new secret. The producer must
    stand still while keys are retired; reports that wait are kept.
    """
    from services.keys.rotating_told import Wish, rotate_told

    rotate_told(home, passphrase_file, Wish(tuple(purpose), reason, finish, valid_days, since), out)


def destroy(home: HomeOption = DEFAULT_HOME, passphrase_file: PassphraseFileOption = None) -> None:
    """Destroy private keys that the directory shows as retired. A backup still holds them."""
    from services.keys.destroying import destroy
    from services.keys.rotating import open_home
    from tocsin.runtime import console

    gone = destroy(open_home(home, passphrase_file))
    for one in gone:
        console.data(one)
    console.say(f"{len(gone)} private keys destroyed; backups and old disk blocks may still hold them")


def backup(
    out: Annotated[Path, typer.Option(help="New folder for the backup.")],
    shares: Annotated[
        Path | None, typer.Option(help="Folder for the custodians' shares; stdout if not given.")
    ] = None,
    custodians: Annotated[int, typer.Option(help="How many people get a share.")] = 2,
    needed: Annotated[int, typer.Option(help="How many of them together can restore.")] = 2,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Back up keys, directory, outbox, inbox, drafts and screening, also while services run.

    The copies stay encrypted. What opens them without the passphrase is split among custodians: give
    each share to its person, and keep none beside the backup.
    """
    from services.keys.custody import back_up_told

    back_up_told(home, passphrase_file, out, shares, (custodians, needed))


def restore(
    source: Annotated[Path, typer.Option("--from", help="Folder of the backup.")],
    share: Annotated[list[Path], typer.Option(help="A custodian's share; repeat for each.")],
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Make an empty home of a backup, under a new passphrase, with the shares of enough custodians."""
    from services.keys.custody import restore_told

    restore_told(source, share, home, passphrase_file)


def accept(
    welcome: Annotated[Path, typer.Argument(help="The authority's answer.")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Take the authority's answer: our id, and the directory's first root, which is pinned."""
    from services.keys.accepting import accept_welcome

    accept_welcome(home, welcome)


def show(as_json: JsonOption = False, home: HomeOption = DEFAULT_HOME) -> None:
    """Print ids, purposes and validity of the keys, and the request's fingerprint; never a secret."""
    from services.keys.showing import show_keys

    show_keys(home, as_json=as_json)
