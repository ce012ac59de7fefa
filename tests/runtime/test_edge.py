"""Faults become sentences and exit codes; bugs become places without values."""

import pytest
import typer
from typer.testing import CliRunner

from tocsin.core import errors
from tocsin.runtime.edge import EdgeGroup, faults_in
from tocsin.runtime.exits import Exit


def run(action):
    app = typer.Typer(cls=EdgeGroup)
    app.callback()(lambda: None)
    app.command()(lambda: None)

    @app.command("act")
    def act() -> None:
        action()

    return CliRunner().invoke(app, ["act"])


def raising(error):
    def action() -> None:
        raise error

    return action


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (Exit.USAGE, errors.SettingsError("no such setting")),
        (Exit.REFUSED, errors.MalformedError("not Avro")),
        (Exit.REFUSED, errors.RefusedByRuleError("not allowed")),
        (Exit.BUSY, errors.HeldElsewhereError("pid 7 holds it")),
        (Exit.UNREACHABLE, errors.BrokerUnavailableError("no broker")),
        (Exit.UNREACHABLE, errors.BrokerRefusedError("this broker has no authorizer")),
        (Exit.STALE, errors.DirectoryStaleError("expired")),
    ],
)
def test_a_known_fault_is_one_sentence_and_its_exit_code(code, error) -> None:
    result = run(raising(error))
    assert (code, "", f"error: {error}\n") == (result.exit_code, result.stdout, result.stderr)


def test_faults_of_a_task_group_are_told_one_by_one() -> None:
    group = ExceptionGroup("tasks", [errors.StorageError("full"), errors.SettingsError("bad")])
    result = run(raising(group))
    assert (Exit.UNREACHABLE, "error: full\nerror: bad\n") == (result.exit_code, result.stderr)


def test_a_group_with_a_bug_is_a_bug() -> None:
    assert None is faults_in(ExceptionGroup("tasks", [errors.StorageError("full"), ValueError()]))


def test_a_bug_is_not_disguised() -> None:
    assert isinstance(run(raising(KeyError("x"))).exception, KeyError)


def test_ctrl_c_ends_quietly_with_130() -> None:
    result = run(raising(KeyboardInterrupt()))
    assert (130, "") == (result.exit_code, result.stderr)


def test_control_characters_of_others_reach_no_terminal() -> None:
    result = run(raising(errors.MalformedError("bad \x1b[31m \u202e name")))
    assert "error: bad \ufffd[31m \ufffd name\n" == result.stderr
