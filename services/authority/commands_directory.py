"""The verbs that change the repository on disk; `tocsin authority publish` sends what they made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.runtime.options import DEFAULT_HOME, HomeOption, JsonOption, PassphraseFileOption

if TYPE_CHECKING:
    from tocsin.core.enrolment import Welcome

Words = list[str]


def register(authority: typer.Typer) -> None:
    """Add init, admit, welcome, stream, schema, renew, status."""
    authority.command(epilog="Example: tocsin authority init --home authority --name Secretariat")(init)
    authority.command(
        epilog="Example: tocsin authority admit co.request.json --answer co.answer.json --role focal-point "
        "--out co.welcome.json"
    )(admit)
    authority.command(
        epilog="Example: tocsin authority stream alerts --width 1 --retention-days 400 --publish-role "
        "focal-point"
    )(stream)
    authority.command(epilog="Example: tocsin authority schema tip.avsc")(schema)
    authority.command(epilog="Example: tocsin authority welcome 6f…e1 --out co.welcome.json")(welcome)
    authority.command(epilog="Example: tocsin authority renew")(renew)
    authority.command(epilog="Example: tocsin authority status --json")(status)


def init(
    name: Annotated[str, typer.Option(help="The authority's name, for messages.")],
    holder: Annotated[
        list[Path], typer.Option(help="Public file of a person who holds the root; repeat for each.")
    ] = [],  # noqa: B006
    quorum: Annotated[int, typer.Option(min=1, help="How many holders must sign a root.")] = 1,
    draft: Annotated[Path | None, typer.Option(help="With --holder: the root for them to sign.")] = None,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Make keys, root, streams, report schemas and the first audiences in an empty folder.

    With --holder people hold the root: see `tocsin authority ceremony create`.
    """
    from services.authority.founding import draft_first_root, found
    from services.authority.holders import PUBLIC_FILE_MODE, seats_of
    from services.authority.telling import tell_draft
    from tocsin.adapters.tuf_holders import show_draft
    from tocsin.adapters.whole_files import write_whole
    from tocsin.core.errors import SettingsError
    from tocsin.runtime import console

    if bool(holder) is not bool(draft):
        raise SettingsError("people who hold the root sign a draft: give --holder for each, and --draft")
    if draft is not None:
        unsigned = draft_first_root(home, passphrase_file, seats_of(holder, quorum))
        write_whole(draft, unsigned, PUBLIC_FILE_MODE)
        tell_draft(show_draft(unsigned))
        console.say(f"{name}: {draft} waits for its holders: tocsin authority holder sign.")
        console.say("Next, with enough signatures: tocsin authority root install.")
        return
    office = found(home, passphrase_file)
    count = len(office.repository.targets())
    console.say(f"{name}: the directory stands in {office.home.path} with {count} entries.")
    console.say("Next: tocsin authority admit REQUEST, topics apply, publish, and keep serve running.")


def admit(  # noqa: PLR0913 - one option for each thing that the directory says of a participant
    request_file: Annotated[Path, typer.Argument(help="From the applicant's `tocsin keys request`.")],
    role: Annotated[Words, typer.Option(help="focal-point, analyst, courier, …; repeatable.")],
    sector: Annotated[str | None, typer.Option(help="For a firm: courier, postal, …")] = None,
    region: Annotated[Words, typer.Option(help="Default: the country's.")] = [],  # noqa: B006
    sponsor: Annotated[str | None, typer.Option(help="For a firm: its focal point's id.")] = None,
    agreement: Annotated[str | None, typer.Option(help="Reference of the agreement.")] = None,
    agreement_ends: Annotated[str | None, typer.Option(help="Its last day, 2027-12-31.")] = None,
    prefix: Annotated[Words, typer.Option(help="Of a carrier's own numbers: awb:020, s10:CH.")] = [],  # noqa: B006
    answer: Annotated[Path | None, typer.Option(help="Its answer to `authority challenge`.")] = None,
    consent: Annotated[Path | None, typer.Option(help="For a firm: its sponsor's `keys sponsor`.")] = None,
    out: Annotated[Path | None, typer.Option(help="Welcome file to hand back; else stdout.")] = None,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Admit an organisation: verify its request, compare the fingerprint aloud, give it an id."""
    from services.authority.admitting import Papers, Terms, admit
    from services.authority.applications import read_optional, read_request_file
    from services.authority.office import open_office
    from services.authority.telling import tell_aloud, tell_next
    from tocsin.adapters.country_names import country_name
    from tocsin.core.ids import parse_id
    from tocsin.core.standing import day_end_s
    from tocsin.runtime import console

    request = read_request_file(request_file)
    papers = Papers(read_optional(answer), read_optional(consent))
    where = country_name(request.country)
    console.say(f"{request.name} ({request.country}: {where}), {len(request.keys)} keys")
    tell_aloud(request.fingerprint)
    console.say("the applicant must read the same")
    ends_s = day_end_s(agreement_ends) if agreement_ends else None
    terms = Terms(role, sector, region, parse_id(sponsor) if sponsor else None, agreement, ends_s, prefix)
    with open_office(home, passphrase_file) as office:
        admitted = admit(office, request, terms, papers)
    _hand_out(admitted, out)
    tell_next(office, "Next: tocsin authority topics apply, and publish; hand the welcome back.")


def welcome(
    participant: Annotated[str, typer.Argument(help="The id that admit printed.")],
    out: Annotated[Path | None, typer.Option(help="Welcome file to hand back; else stdout.")] = None,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Write the welcome of somebody admitted before once more: it holds no secret."""
    from services.authority.admitting import welcome_again
    from services.authority.office import open_office
    from tocsin.core.ids import parse_id

    with open_office(home, passphrase_file) as office:
        _hand_out(welcome_again(office, parse_id(participant)), out)


def _hand_out(welcome: Welcome, out: Path | None) -> None:
    from services.authority.telling import tell_first_root
    from tocsin.adapters.whole_files import write_whole
    from tocsin.core.enrolment import write_welcome
    from tocsin.runtime import console

    tell_first_root(welcome.root)
    if out is None:
        console.data(write_welcome(welcome).decode())
    else:
        write_whole(out, write_welcome(welcome))
        console.data(welcome.participant.hex())


def stream(
    name: Annotated[str, typer.Argument(help="Lower-case letters, as ion.")],
    width: Annotated[int, typer.Option(min=1, max=1_024, help="Partitions for each region; fixed.")],
    retention_days: Annotated[
        int, typer.Option(min=1, max=36_500, help="How long the broker keeps records.")
    ],
    publish_role: Annotated[Words, typer.Option(help="Who may publish to it; repeatable.")],
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Add a stream, or change who may publish to it and how long it is kept."""
    from services.authority.audiences import put_stream
    from services.authority.office import open_office
    from services.authority.telling import tell_next
    from tocsin.core.streams import Stream

    with open_office(home, passphrase_file) as office:
        put_stream(office, Stream(name, width, retention_days, frozenset(publish_role)))
    tell_next(office, f"{name} stands in the directory. Next: tocsin authority topics apply, and publish.")


def schema(
    file: Annotated[
        str,
        typer.Argument(
            help="An .avsc file, or a name of this release: incident, alert, attachment, answer, tip …"
        ),
    ],
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Add a report schema that passes the lint; prints its id, the SHA-256 of its bytes.

    After a new release: `tocsin authority schema incident`, then the audience again with the schema.
    """
    from services.authority.audiences import put_schema
    from services.authority.office import open_office
    from services.authority.telling import tell_next
    from tocsin.runtime import console

    with open_office(home, passphrase_file) as office:
        console.data("\n".join(put_schema(office, file)))
    tell_next(office, "Next: tocsin authority publish.")


def renew(
    root: Annotated[bool, typer.Option("--root", help="The root too, for another year.")] = False,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Sign the list of entries anew for 30 days: somebody looked at who takes part. Then publish."""
    from services.authority.office import open_office
    from services.authority.telling import tell_next

    with open_office(home, passphrase_file) as office:
        if root:
            office.repository.roots.renew(office.now_s())
        office.put({})
    tell_next(office, "Signed anew. Next: tocsin authority publish.")


def status(
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Versions of the signed metadata, when each ends, and how many entries there are."""
    from services.authority import regional_registrars
    from services.authority.office import open_office
    from tocsin.runtime import console

    with open_office(home, passphrase_file) as office:
        standing, directory = office.repository.standing(), office.directory()
        waits = office.repository.root_waits
        regional = regional_registrars.rows(office)
        now_s = office.now_s()
    rows: list[dict[str, object]] = [
        {"role": role, "version": version, "hours_left": (standing.ends_at_s[role] - now_s) // 3_600}
        for role, version in standing.versions.items()
    ]
    rows += [
        {"role": one["role"], "version": one["list"], "hours_left": one["hours_left"]} for one in regional
    ]
    console.rows(rows, ("role", "version", "hours_left"), as_json=as_json)
    console.say(
        f"{len(directory.participants)} participants, {len(directory.audiences)} audiences, "
        f"{len(directory.schemas)} schemas, {len(directory.refused)} refused entries"
    )
    if waits:
        console.warn("the root is not published before its registrars sign a list: tocsin authority renew")
