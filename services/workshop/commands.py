"""`tocsin dev kafka up | down | status | logs`: a real Kafka on this machine."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.runtime.exits import Exit

if TYPE_CHECKING:
    from services.workshop.local_kafka import NodeStatus

DEFAULT_PORT = 9092
DEFAULT_FOLDER = Path("var/kafka")

Folder = Annotated[
    Path, typer.Option("--dir", help="Folder of its data, settings and logs.", show_default=True)
]


def register(app: typer.Typer) -> None:
    """Add `dev` to the root command."""
    dev = typer.Typer(no_args_is_help=True, help="What a laptop or a test needs around Tocsin.")
    kafka = typer.Typer(
        no_args_is_help=True,
        help="A real Kafka on this machine, from Python packages alone; loopback only.",
    )
    kafka.command(epilog="Example: tocsin dev kafka up --brokers 3")(up)
    kafka.command(epilog="Example: tocsin dev kafka down")(down)
    kafka.command(epilog="Example: tocsin dev kafka status")(status)
    kafka.command(epilog="Example: tocsin dev kafka logs --lines 20")(logs)
    dev.add_typer(kafka, name="kafka")
    app.add_typer(dev, name="dev")


def up(
    brokers: Annotated[
        int | None, typer.Option(help="1 or 3; as last time if not given, at first 1.")
    ] = None,
    port: Annotated[int | None, typer.Option(help=f"Of the first broker, at first {DEFAULT_PORT}.")] = None,
    folder: Folder = DEFAULT_FOLDER,
    heap_mb: Annotated[
        int | None, typer.Option(min=64, help="Memory of each broker's Java; 128 or 160 MB.")
    ] = None,
) -> None:
    """Start Kafka and leave it running; prints its address once it answers.

    The first time it fetches Kafka's jars (43 MB), later it needs no network. KAFKA_HOME uses
    a Kafka that is installed, TOCSIN_BOOTSTRAP one that runs.
    """
    from services.workshop.existing import check_existing
    from services.workshop.local_kafka import LocalKafka
    from services.workshop.node import Tuning

    if given := os.environ.get("TOCSIN_BOOTSTRAP"):
        check_existing(given)
        _say(f"TOCSIN_BOOTSTRAP is set: using the Kafka at {given}, nothing was started")
        typer.echo(given)
        return
    known = LocalKafka(folder).status()
    kafka = LocalKafka(
        folder,
        brokers or len(known) or 1,
        port if port or known else DEFAULT_PORT,
        tuning=Tuning(heap_mb=heap_mb),
        say=_say,
    )
    kafka.start()
    _say(f"Kafka runs; stop it with: tocsin dev kafka down --dir {folder}")
    _say(f"next: export TOCSIN_BOOTSTRAP={kafka.bootstrap}")
    typer.echo(kafka.bootstrap)


def down(folder: Folder = DEFAULT_FOLDER) -> None:
    """Stop Kafka; its data stay in the folder. Nothing is left running."""
    from services.workshop.local_kafka import LocalKafka

    kafka = LocalKafka(folder)
    running = [node for node in kafka.status() if node.pid]
    if kafka.stop():
        _say(f"{len(running)} of {len(running)} brokers stopped" if running else "none was running")
    else:
        _say("a broker did not stop when asked and was killed; it recovers at the next start")


def status(folder: Folder = DEFAULT_FOLDER) -> None:
    """Tell of each broker whether it runs and answers.

    Exit code 0 if all do, 5 if some, 6 if none.
    """
    from services.workshop.local_kafka import LocalKafka

    nodes = LocalKafka(folder).status()
    for node in nodes:
        typer.echo(_line(node, for_people=sys.stdout.isatty()))
    if not nodes:
        _say(f"no Kafka was ever started in {folder}")
    answering = sum(node.answers for node in nodes)
    if not answering:
        raise typer.Exit(Exit.UNREACHABLE)
    if answering < len(nodes):
        raise typer.Exit(Exit.INCOMPLETE)


def logs(
    folder: Folder = DEFAULT_FOLDER,
    lines: Annotated[int, typer.Option(min=1, max=5000, help="Of each broker.")] = 40,
) -> None:
    """Print the end of Kafka's own log, and of what its Java printed."""
    from services.workshop.local_kafka import LocalKafka
    from services.workshop.node import read_tail

    for node in LocalKafka(folder).status():
        for name in ("output.log", "kafka.log"):
            path = folder / f"node-{node.node}" / name
            for line in read_tail(path, lines):
                typer.echo(f"{node.node} {line}")


def _line(node: NodeStatus, *, for_people: bool) -> str:
    state = "answers" if node.answers else "starting or stuck" if node.pid else "stopped"
    if for_people:
        return f"broker {node.node}  {node.address}  {state}  pid {node.pid or '-'}"
    return json.dumps({"broker": node.node, "address": node.address, "state": state, "pid": node.pid})


def _say(text: str) -> None:
    typer.echo(text, err=True)
