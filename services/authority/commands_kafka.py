"""The verbs that talk to Kafka: publish, timestamp, topics, serve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.runtime.options import (
    DEFAULT_HOME,
    BootstrapOption,
    HomeOption,
    PassphraseFileOption,
)


def register(authority: typer.Typer) -> None:
    """Add publish, timestamp, serve and the topics group."""
    authority.command(epilog="Example: tocsin authority publish --bootstrap 127.0.0.1:9092")(publish)
    authority.command(epilog="Example: tocsin authority timestamp")(timestamp)
    authority.command(epilog="Example: tocsin authority serve --every 3600")(serve)
    topics = typer.Typer(no_args_is_help=True, help="The topics that the directory asks for.")
    topics.command(epilog="Example: tocsin authority topics plan")(plan)
    topics.command(epilog="Example: tocsin authority topics apply --replication 3")(apply)
    authority.add_typer(topics, name="topics")


def publish(
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Send what the directory's topic does not hold yet, the timestamp last."""
    import asyncio

    from services.authority import publishing
    from services.authority.office import hold_publishing, open_office
    from tocsin.adapters.tuf_standing import StandbySignedError
    from tocsin.runtime import console

    with open_office(home, passphrase_file) as office, hold_publishing(office.home):
        access, repository = office.home.access(bootstrap), office.repository
        try:
            sent = asyncio.run(publishing.publish(repository, repository.files(), access, office.now_s()))
        except StandbySignedError as error:
            console.say(f"a standby signed timestamp {error.version} meanwhile: ours follows it")
            repository.sign_over(error.version, office.now_s())
            sent = asyncio.run(publishing.publish(repository, repository.files(), access, office.now_s()))
    for name in sent:
        console.data(name)
    console.say(f"{len(sent)} files sent" if sent else "the topic holds everything already")


def timestamp(
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Sign a new timestamp now and publish it: what `serve` does hourly."""
    from services.authority.office import open_office

    with open_office(home, passphrase_file) as office:
        office.repository.refresh_timestamp(office.now_s())
    publish(home, passphrase_file, bootstrap)


def serve(
    every: Annotated[int | None, typer.Option(min=1, help="Seconds between two signatures.")] = None,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Run the service that signs the timestamp hourly, with /healthz, /readyz and /metrics."""
    from services.authority.serving import serve_home

    serve_home(home, passphrase_file, bootstrap, every)


def plan(
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Print how Kafka's topics differ from what the directory asks for; change nothing."""
    _topics(home, passphrase_file, bootstrap, None, only_plan=True)


def apply(
    replication: Annotated[int | None, typer.Option(min=1, help="Default: 3, or all brokers.")] = None,
    home: HomeOption = DEFAULT_HOME,
    passphrase_file: PassphraseFileOption = None,
    bootstrap: BootstrapOption = None,
) -> None:
    """Print the difference, then make it so. What cannot be changed is an error before anything is."""
    _topics(home, passphrase_file, bootstrap, replication, only_plan=False)


def _topics(
    home: Path,
    passphrase_file: Path | None,
    bootstrap: str | None,
    replication: int | None,
    *,
    only_plan: bool,
) -> None:
    import asyncio

    from services.authority.office import open_office
    from tocsin.adapters.access_declaration import declaration
    from tocsin.adapters.kafka import topics
    from tocsin.adapters.wished_topics import wishes
    from tocsin.runtime import console

    with open_office(home, passphrase_file) as office:
        access = office.home.access(bootstrap, admin=True)
        wanted = list(wishes(office.directory(), declaration()))

    async def run() -> int:
        changes = await topics.plan(access, wanted)
        for change in changes:
            console.data(change.describe())
        if changes and not only_plan:
            await topics.apply(access, changes, replication)
        return len(changes)

    count = asyncio.run(run())
    done = "differ" if only_plan else "brought in line"
    console.say(f"{len(wanted)} topics wanted, {count} {done}")
