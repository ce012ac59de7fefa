"""The edge between commands and the shell: faults become sentences and exit codes."""

from __future__ import annotations

import logging
from typing import Any

import typer
from typer.core import TyperGroup

from tocsin.core.errors import TocsinError
from tocsin.runtime import console
from tocsin.runtime.exits import exit_for
from tocsin.runtime.standard_streams import discard_stdout

INTERRUPTED = 130
PIPE_CLOSED = 141


class EdgeGroup(TyperGroup):
    """The root group of commands. A command just raises; what the shell sees is decided here."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command. Raises typer.Exit with the code for every fault that Tocsin knows."""
        _expect_foreign_lines()
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, typer.Abort) as error:
            raise typer.Exit(INTERRUPTED) from error
        except BrokenPipeError as error:
            discard_stdout()
            raise typer.Exit(PIPE_CLOSED) from error
        except (TocsinError, ExceptionGroup) as error:
            faults = faults_in(error)
            if faults is None:
                raise
            for fault in faults:
                console.fault(str(fault))
            raise typer.Exit(max(map(exit_for, faults))) from error


def faults_in(error: BaseException) -> list[TocsinError] | None:
    """The faults in `error` or, if it is a group, in its members; None where one is a bug."""
    if isinstance(error, TocsinError):
        return [error]
    if not isinstance(error, BaseExceptionGroup):
        return None
    found = [faults_in(one) for one in error.exceptions]
    return None if None in found else [fault for faults in found for fault in faults or ()]


class _FirstForeignLine(logging.Handler):
    """Sets up logging when a library says something for the first time: most commands never need it."""

    def emit(self, record: logging.LogRecord) -> None:
        from tocsin.runtime import logs

        logging.getLogger().removeHandler(self)
        logs.configure()
        logging.getLogger(record.name).handle(record)


def _expect_foreign_lines() -> None:
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(_FirstForeignLine(logging.WARNING))
