"""The desk as one thing: people, proposals and the audit log over one encrypted database.

Whatever is done, is done together with the line that says who did it, and is on disk under fsync.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from tocsin.adapters.database import Database
from tocsin.adapters.desk.audit_log import FILE_NAME as AUDIT_FILE
from tocsin.adapters.desk.audit_log import AuditLog
from tocsin.adapters.desk.people import DeskPeople
from tocsin.adapters.desk.proposals import DeskProposals
from tocsin.adapters.desk.tables import MIGRATIONS
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.passphrase import Passphrase
from tocsin.adapters.person_keys import open_person_key
from tocsin.adapters.private_files import make_private_folder
from tocsin.core.audit_chain import BY_THE_HOME, Deed
from tocsin.core.errors import KeyUnusableError, UntrustedError
from tocsin.core.people import Deed as Wanted
from tocsin.core.people import Person
from tocsin.core.primitives import Ed25519Private

FOLDER = "desk"
FILE_NAME = "desk.db"
LOCK_NAME = "desk"
KEY_LABEL = b"tocsin/1/desk"


class Desk:
    """One home's desk, held by this process."""

    def __init__(self, home: ParticipantHome, database: Database, clock: Callable[[], float]) -> None:
        self._home, self._database, self._clock = home, database, clock
        self.people = DeskPeople(database)
        self.proposals = DeskProposals(database)
        self.audit = AuditLog(home.path / FOLDER / AUDIT_FILE, database)

    @property
    def now_s(self) -> int:
        """Unix seconds."""
        return int(self._clock())

    @contextmanager
    def deed(self, deed: Deed) -> Iterator[None]:
        """All that the block changes, and the line that says so, or nothing of it.

        Raises UntrustedError, before anything is done, where the log was tampered with.
        """
        self.audit.check_end()
        with self._database.transaction():
            yield
            self.audit.note(deed, self.now_s)
        self.audit.write_out()

    def key_of(self, person: Person, words: Passphrase, wanted: Wanted) -> Ed25519Private:
        """The key of a person who is there to do what is `wanted`, opened.

        Raises KeyUnusableError for other words than that person's; the log says that they were tried.
        """
        try:
            return open_person_key(self._home, person, words)
        except KeyUnusableError:
            with self.deed(Deed(BY_THE_HOME, "tried another passphrase", person.handle, details=(wanted,))):
                pass
            raise

    @contextmanager
    def upkeep(self) -> Iterator[None]:
        """A change that nobody did: what is finished is moved on, what is old is forgotten."""
        with self._database.transaction():
            yield

    def begin_log_anew(self, deed: Deed) -> None:
        """Put a damaged log aside; the new one begins with this deed."""
        stamp = datetime.fromtimestamp(self.now_s, UTC).strftime("%Y%m%dT%H%M%SZ")
        aside = self.audit.path.with_name(f"audit.damaged-{stamp}.jsonl")
        with self._database.transaction():
            self.audit.begin_anew(aside)
            self.audit.note(deed, self.now_s)
        self.audit.write_out()


def is_there(home: ParticipantHome) -> bool:
    """Whether the home has a desk: people act for it by name."""
    return (home.path / FOLDER / FILE_NAME).exists()


def note(home: ParticipantHome, storage_key: bytes, deed: Deed) -> None:
    """A deed that changes nothing at the desk, as an export; nothing is noted where there is no desk.

    Raises as `open_desk` does, UntrustedError where the log was tampered with.
    """
    if is_there(home):
        with open_desk(home, storage_key) as desk, desk.deed(deed):
            pass


@contextmanager
def open_desk(
    home: ParticipantHome, storage_key: bytes, clock: Callable[[], float] | None = None
) -> Iterator[Desk]:
    """The desk of a home, made where it is not there, and held while the block runs.

    Raises HeldElsewhereError while another command works at it, KeyUnusableError, StorageError.
    """
    folder = home.path / FOLDER
    make_private_folder(folder)
    with home.hold(LOCK_NAME):
        database = Database.open(folder / FILE_NAME, storage_key, KEY_LABEL, MIGRATIONS)
        try:
            desk = Desk(home, database, clock or home.clock)
            with suppress(UntrustedError):  # `audit verify` says so, and no deed is done
                desk.audit.write_out()
            yield desk
        finally:
            database.close()
