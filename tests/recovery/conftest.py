"""A home as its services use it: an outbox with a generation in use, an inbox, a desk's audit log."""

import shutil
from functools import cached_property

import pytest

from services.keys.making import KeyTerms, make_keys
from tests.support.office import write_passphrase
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.inbox.store import open_inbox
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.outbox.store import open_outbox
from tocsin.adapters.passphrase import Passphrase
from tocsin.core.enrolment import Welcome
from tocsin.core.generations import begin
from tocsin.core.key_schedule import GenerationId
from tocsin.main import main

ME, AUDIENCE, NOW_S = b"m" * 16, b"a" * 16, 1_790_000_000


class Home:
    """A home on disk, and the commands over it."""

    def __init__(self, path, words, capsys):
        self.path, self.words, self._capsys = path, words, capsys

    @cached_property
    def storage_key(self):
        return KeyFolder.open(self.path / "keys", Passphrase(self.words.read_text())).storage_key()

    def run(self, *words, code=0):
        """(stdout, stderr) of a command that ends with `code`."""
        self._capsys.readouterr()
        options = ("--home", self.path, "--passphrase-file", self.words)
        found = main([str(one) for one in (*words, *options)])
        out, err = self._capsys.readouterr()
        assert code == found, err
        return out, err

    def outbox(self, **options):
        return open_outbox(self.path / "outbox", self.storage_key, ME, **options)

    def inbox(self):
        return open_inbox(self.path / "inbox", self.storage_key)

    def at(self, path):
        """Another folder under the same passphrase."""
        return Home(path, self.words, self._capsys)


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Keys, made once."""
    folder = tmp_path_factory.mktemp("home")
    words = write_passphrase(folder)
    make_keys(folder / "home", KeyTerms("Focal point", "CO", None, 730), words)
    ParticipantHome.open(folder / "home").accept(Welcome(ME, b"root"), "Focal point")
    return folder / "home", words


@pytest.fixture
def home(made, tmp_path, capsys):
    shutil.copytree(made[0], tmp_path / "home")
    home = Home(tmp_path / "home", made[1], capsys)
    (home.path / "outbox").mkdir(mode=0o700)
    outbox = home.outbox()
    with outbox.transaction():
        outbox.keys.keep(begin(GenerationId(ME, AUDIENCE, 7), b"s" * 32, (ME,), NOW_S))
    outbox.close()
    home.inbox().close()
    return home
