"""The `tocsin` command: gathers the verbs that each service registers, and is the edge for errors.

A fault that Tocsin knows becomes one sentence on stderr and an exit code (`tocsin.runtime.exits`);
anything else is a bug and becomes a traceback without values, since values could quote a report.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points, version
from typing import Annotated, Any

import typer

from tocsin.runtime import console, crash, standard_streams
from tocsin.runtime.edge import EdgeGroup
from tocsin.runtime.exits import Exit
from tocsin.runtime.lazy_commands import root_group

COMMAND_GROUP = "tocsin.commands"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command (`sys.argv` without an argument) and return its exit code."""
    standard_streams.prepare()
    try:
        root().main(args=arguments, prog_name="tocsin")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else Exit.WHOLE
    except Exception as error:  # noqa: BLE001  the edge: nothing may print a value behind our back
        sys.stderr.write(crash.describe(error))
        return Exit.BUG
    return Exit.WHOLE


def root() -> Any:
    """The root command with every verb that is installed: a group as Click has them."""
    app = typer.Typer(
        cls=EdgeGroup,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        epilog="Example: tocsin keys init --name 'National Narcotics Unit' --country CO",
    )
    app.callback()(_root)
    for entry in sorted(entry_points(group=COMMAND_GROUP), key=lambda entry: entry.name):
        _register(app, entry)
    return root_group(app)


def _register(app: typer.Typer, entry: EntryPoint) -> None:
    # An image holds only some services, and one that is broken must not take the others with it.
    try:
        entry.load()(app)
    except Exception as error:  # noqa: BLE001
        if not _is_absent(entry, error):
            reason = f"{type(error).__name__} in {crash.place(error)}"
            console.warn(f"the commands of '{entry.name}' cannot be loaded: {reason}")


def _is_absent(entry: EntryPoint, error: Exception) -> bool:
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    return missing is not None and f"{entry.module}.".startswith(f"{missing}.")


def _print_version(wanted: bool) -> None:
    if wanted:
        console.data(f"tocsin {version('tocsin')}")
        raise typer.Exit


def _root(
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """Share drug and precursor incidents, end-to-end encrypted, over Apache Kafka."""


if __name__ == "__main__":
    sys.exit(main())
