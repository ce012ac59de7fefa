"""Screening's memory as one thing: hits, answers, muted patterns, and which files were looked through.

A database of its own beside the inbox: parcels are screened and hits answered while a consumer holds the
inbox, and while a watch screens. So no process holds it; each transaction is short.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tocsin.adapters.database import Database
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.private_files import make_private_folder
from tocsin.adapters.screening.answers import Answers, AnswerToSend, BroadPatterns
from tocsin.adapters.screening.doubt import ClockDoubt
from tocsin.adapters.screening.hits import Hits
from tocsin.adapters.screening.scanned import Scanned
from tocsin.adapters.screening.tables import MIGRATIONS
from tocsin.core.primitives import expand_sha512

FOLDER = "screening"
FILE_NAME = "screening.db"
KEY_LABEL = b"tocsin/1/screening"
_HIT_LABEL = b"tocsin/1/screening hit"


class Screening:
    """What screening remembers. `hit_key`: 32 bytes, under which hits' ids are made."""

    def __init__(self, database: Database, hit_key: bytes) -> None:
        self.hit_key = hit_key
        self.hits = Hits(database)
        self.answers = Answers(database)
        self.broad = BroadPatterns(database)
        self.scanned = Scanned(database)
        self.clock_doubt = ClockDoubt(database)

    def forget_old(self, now_s: int) -> None:
        """Drop what has passed its lifetime."""
        for part in (self.hits, self.answers, self.broad, self.scanned):
            part.forget_old(now_s)


@contextmanager
def open_screening(home: ParticipantHome, storage_key: bytes) -> Iterator[Screening]:
    """The memory of a home, made where it is missing. `storage_key`: the home's 32 bytes.

    Raises KeyUnusableError, StorageError; HeldElsewhereError where another process writes for long.
    """
    folder = home.path / FOLDER
    make_private_folder(folder)
    database = Database.open(folder / FILE_NAME, storage_key, KEY_LABEL, MIGRATIONS)
    try:
        yield Screening(database, expand_sha512(storage_key, _HIT_LABEL))
    finally:
        database.close()


def answers_to_send(screening: Screening) -> list[AnswerToSend]:
    """The oldest answers that wait to be sent, at most 500, in order."""
    return screening.answers.to_send()


def mark_sent(screening: Screening, seqs: list[int], now_s: int) -> None:
    """The outbox holds the answers of these `seq` under fsync."""
    screening.answers.mark_sent(seqs, now_s)
