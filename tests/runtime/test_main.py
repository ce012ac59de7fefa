"""The root command, as a shell sees it."""

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from tocsin import main as root
from tocsin.runtime.exits import Exit

HEAVY = (
    "aiokafka",
    "fastapi",
    "uvicorn",
    "cryptography",
    "pyarrow",
    "tuf",
    "apsw",
    "fastavro",
    "babel",
)


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, root.COMMAND_GROUP)


@pytest.fixture
def commands(monkeypatch):
    def install(*points: EntryPoint) -> None:
        monkeypatch.setattr(root, "entry_points", lambda group: points)

    return install


def test_version_goes_to_stdout(capsys) -> None:
    assert 0 == root.main(["--version"])
    assert capsys.readouterr().out.startswith("tocsin ")


def test_an_unknown_command_is_a_usage_error(capsys) -> None:
    assert Exit.USAGE == root.main(["bogus"])
    assert "bogus" in capsys.readouterr().err


def test_a_broken_service_is_named_and_the_others_go_on(commands, capsys) -> None:
    commands(
        point("broken", "tests.runtime.broken_commands:register"),
        point("good", "tests.runtime.good_commands:register"),
    )
    assert 0 == root.main(["good"])
    captured = capsys.readouterr()
    assert "warning: the commands of 'broken' cannot be loaded" in captured.err
    assert "good\n" == captured.out


def test_a_service_that_an_image_leaves_out_is_not_missed(commands, capsys) -> None:
    commands(
        point("absent", "services.absent.commands:register"),
        point("good", "tests.runtime.good_commands:register"),
    )
    assert 0 == root.main(["good"])
    assert "" == capsys.readouterr().err


def test_h46_a_bug_shows_places_and_no_value(commands, capsys) -> None:
    commands(point("bug", "tests.runtime.good_commands:register"))
    assert Exit.BUG == root.main(["bug", "canary-word"])
    error = capsys.readouterr().err
    assert "builtins.ValueError" in error
    assert "good_commands.py" in error
    assert "canary" not in error


def test_a_closed_pipe_ends_quietly() -> None:
    script = (
        "import sys; from tocsin import main as m; from importlib.metadata import EntryPoint as E\n"
        "m.entry_points = lambda group: [E('g', 'tests.runtime.good_commands:register', group)]\n"
        "sys.exit(m.main(['flood']))"
    )
    flood = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert flood.stdout is not None
    flood.stdout.readline()
    flood.stdout.close()
    assert flood.stderr is not None
    assert (b"", 141) == (flood.stderr.read(), flood.wait(30))
    flood.stderr.close()


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from tocsin.main import main; main(['--help']);"
        f"sys.exit(' '.join(name for name in {HEAVY!r} if name in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "" == run.stderr.strip()
