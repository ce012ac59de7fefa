"""`tocsin authority audience …`: who may be written to under one name, by rule."""

from __future__ import annotations

from typing import Annotated

import typer

from services.authority.change_command import DryRunOption
from tocsin.runtime.options import DEFAULT_HOME, HomeOption, PassphraseFileOption

Words = list[str]
NameArgument = Annotated[str, typer.Argument(help="As couriers or focal-points.south-america.")]
COLUMNS = ("id", "name", "country", "until")


def register(authority: typer.Typer) -> None:
    """Add the group `audience`."""
    group = typer.Typer(
        no_args_is_help=True, help="Audiences: who belongs to them, and what they may be sent."
    )
    group.command(
        "set",
        epilog="Example: tocsin authority audience set couriers.caribbean --sector courier "
        "--region caribbean --schema alert --dry-run",
    )(set_rule)
    group.command(epilog="Example: tocsin authority audience show couriers --members")(show)
    authority.add_typer(group, name="audience")


def set_rule(  # noqa: PLR0913 - one option for each part of the rule
    name: NameArgument,
    schema: Annotated[Words, typer.Option(help="incident, alert, tip … or a file.")],
    role: Annotated[Words, typer.Option(help="Repeatable; none means any.")] = [],  # noqa: B006
    sector: Annotated[Words, typer.Option(help="Repeatable; none means any.")] = [],  # noqa: B006
    region: Annotated[Words, typer.Option(help="Repeatable; none means any.")] = [],  # noqa: B006
    approvals: Annotated[
        int | None, typer.Option(min=0, max=2, help="Persons who release an item; alerts: 2, else 0.")
    ] = None,
    safety_approvals: Annotated[
        int | None, typer.Option(min=1, max=2, help="Fewer for a safety notice; alerts: 1, the fast lane.")
    ] = None,
    history: Annotated[str, typer.Option(help="generation: who joins reads it back; none.")] = "generation",
    max_age_days: Annotated[int, typer.Option(min=1, max=36_500, help="How long records live.")] = 365,
    exclude: Annotated[Words, typer.Option(help="Id of somebody to leave out; repeatable.")] = [],  # noqa: B006
    dry_run: DryRunOption = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Create or replace an audience by rule, after saying who comes and who goes."""
    from services.authority.audiences import Rule, put_audience, show_audience
    from services.authority.office import open_office
    from services.authority.telling import tell_end
    from tocsin.core.ids import parse_id
    from tocsin.runtime import console

    left_out = [parse_id(one) for one in exclude]
    rest = (history, max_age_days, left_out, safety_approvals)
    rule = Rule(role, sector, region, schema, approvals, *rest)
    with open_office(home, passphrase_file) as office:
        for sentence in put_audience(office, name, rule, dry_run=dry_run):
            console.say(sentence)
        if not dry_run and office.proposed is None:
            console.json_line(show_audience(office.directory(), name, office.now_s()))
    tell_end(office, "Next: tocsin authority publish.", dry_run=dry_run)


def show(
    name: NameArgument,
    members: Annotated[
        bool, typer.Option("--members", help="Who belongs to it now, and until when each.")
    ] = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Print the rule of an audience and how many belong to it now; with --members who they are."""
    from services.authority.audiences import member_rows, show_audience
    from services.authority.office import find_office
    from tocsin.runtime import console

    office = find_office(home, passphrase_file)
    directory, now_s = office.directory(), office.now_s()
    rule = show_audience(directory, name, now_s)
    if members:
        console.rows(member_rows(directory, name, now_s), COLUMNS)
    else:
        console.json_line(rule)
