"""What arrives about keys: manifests and wraps, on the manifests topic and in our own inbox.

A statement of an unknown signer, and a wrap whose manifest is unknown, keep only their position. One
bad wrap never stands in the way of a good one. Source: wire format, "Keys".
"""

from __future__ import annotations

from services.consumer.checkpoint_watch import CheckpointWatch
from services.consumer.missing_keys import MissingKeys
from tocsin.adapters.inbox.causes import Cause, Wait
from tocsin.adapters.inbox.keys import generation_from, generation_of, subject_of
from tocsin.adapters.inbox.reader import InboxReader
from tocsin.adapters.inbox.store import Inbox
from tocsin.adapters.inbox.waiting import MAX_WAIT_S
from tocsin.adapters.own_keys import KeyRing
from tocsin.core import wire
from tocsin.core.errors import CannotOpenError, MalformedError, UntrustedError
from tocsin.core.ids import audience_id, own_audience
from tocsin.core.manifests import (
    Statement,
    UnknownSignerError,
    check_manifest,
    ghosts_after_refresh,
    judge_manifest,
    manifest_alarm,
    open_wrap,
    rests_ahead,
    verified_statement,
)
from tocsin.core.outcomes import Outcome, Reason, Step
from tocsin.core.primitives import XWingPrivate
from tocsin.core.signatures import read_statement
from tocsin.core.streams import CHECKPOINTS_TOPIC, MANIFESTS_TOPIC, Place

MAX_AHEAD_MANIFESTS = 1_000


class KeysIntake:
    """Stores what it believes, inside the caller's transaction; `woken` are waits that may end."""

    def __init__(
        self,
        inbox: Inbox,
        reader: InboxReader,
        kem_keys: KeyRing[XWingPrivate],
        checkpoints: CheckpointWatch,
    ) -> None:
        self._inbox, self._reader = inbox, reader
        self._kem_keys, self._checkpoints = kem_keys, checkpoints
        self.missing = MissingKeys(inbox)
        self.woken: set[Wait] = set()
        self.wants_directory = False

    def take(self, value: bytes | None, place: Place, now_s: int) -> Outcome:
        """What became of a value that is no record."""
        kind = wire.kind_of(value or b"")
        try:
            if value is None or kind is None:
                return self._refuse(value, place, (Step.MAGIC, Reason.NOT_OURS), now_s)
            if kind == "wrap":
                return self._wrap(value, place, now_s)
            if kind == "statement":
                return self._statement(value, place, now_s)
        except MalformedError:
            return self._refuse(value, place, (Step.ENVELOPE, Reason.MALFORMED), now_s)
        except UntrustedError:
            return self._refuse(value, place, (Step.SIGNATURE, Reason.BAD_SIGNATURE), now_s)
        return self._refuse(value, place, (Step.PLACE, Reason.WRONG_PLACE), now_s)

    def _statement(self, value: bytes, place: Place, now_s: int) -> Outcome:
        try:
            statement = verified_statement(value, self._reader.directory)
        except UnknownSignerError:
            signer = read_statement(value)[0].signing_key
            self._inbox.waiting.note(Wait(Cause.SIGNER, signer), place, now_s + MAX_WAIT_S, now_s)
            self.wants_directory = True
            return Outcome.PARKED
        if not self._rightly_here(statement.body, place):
            return self._refuse(value, place, (Step.PLACE, Reason.WRONG_PLACE), now_s)
        return self._believe(statement, place, now_s)

    def _rightly_here(self, body: wire.StatementBody, place: Place) -> bool:
        """A `to.` audience's manifest belongs in its inbox, any other on the manifests topic."""
        if isinstance(body, wire.Checkpoint):
            return place.topic == CHECKPOINTS_TOPIC or place.inbox_of == self._reader.me
        if isinstance(body, wire.KeyRequest | wire.Receipt):
            return place.inbox_of == self._reader.me == body.to
        # Our own audience follows from our id: a directory that does not name us yet must not refuse it.
        if place.inbox_of is not None:
            own = audience_id(own_audience(self._reader.me))
            return place.inbox_of == self._reader.me and body.audience == own
        known = self._reader.directory.own_audiences
        return place.topic == MANIFESTS_TOPIC and body.audience not in known

    def _believe(self, statement: Statement, place: Place, now_s: int) -> Outcome:
        body = statement.body
        if isinstance(body, wire.Checkpoint):
            return self._checkpoints.take(body, place.topic, now_s)
        if isinstance(body, wire.KeyRequest | wire.Receipt):
            return Outcome.SKIPPED  # our own producer's business
        return self._manifest(body, now_s)

    def _manifest(self, manifest: wire.Manifest, now_s: int) -> Outcome:
        check_manifest(manifest)
        generation = generation_of(manifest)
        held = self._inbox.keys.manifest(generation)
        believed, kinds = judge_manifest(manifest, held, self._reader.directory, now_s)
        for kind in kinds:
            self._inbox.alarms.note(manifest_alarm(kind, manifest), now_s)
        if not believed:
            return Outcome.QUARANTINED if kinds else Outcome.DUPLICATE
        self._inbox.keys.keep_manifest(manifest)
        if rests_ahead(manifest, self._reader.directory):
            self._note_ahead(manifest, now_s)
        self._wake(subject_of(generation), Cause.MANIFEST, Cause.KEY, Cause.MEMBERSHIP)
        return Outcome.ACCEPTED

    def _note_ahead(self, manifest: wire.Manifest, now_s: int) -> None:
        """Judge it by the next directory, also after a restart; where too many wait, by the one we have."""
        self.wants_directory = True
        if self._inbox.known.ahead_count() < MAX_AHEAD_MANIFESTS:
            self._inbox.known.keep_ahead(subject_of(generation_of(manifest)))
        else:
            self._alarm_ghosts(manifest, now_s)

    def judge_ahead(self, now_s: int) -> None:
        """Alarms for manifests that rested on a newer directory than ours. To be asked after a look that
        brought the newest: the originator had the version that it names from the same broker.
        """
        for subject in self._inbox.known.ahead():
            if (manifest := self._inbox.keys.manifest(generation_from(subject))) is not None:
                self._alarm_ghosts(manifest, now_s)
        self._inbox.known.forget_ahead()

    def _alarm_ghosts(self, manifest: wire.Manifest, now_s: int) -> None:
        for kind in ghosts_after_refresh(manifest, self._reader.directory, now_s):
            self._inbox.alarms.note(manifest_alarm(kind, manifest), now_s)

    def _wrap(self, value: bytes, place: Place, now_s: int) -> Outcome:
        wrap = wire.decode_wrap(value)
        if place.inbox_of != self._reader.me:
            return self._refuse(value, place, (Step.PLACE, Reason.WRONG_PLACE), now_s)
        key = self._kem_keys.get(wrap.recipient_key)
        if key is None:
            return self._refuse(value, place, (Step.SIGNER, Reason.WRONG_KEY), now_s)
        generation = generation_of(wrap)
        if self._inbox.keys.secret(generation) is not None:
            return Outcome.DUPLICATE
        manifest = self._inbox.keys.manifest(generation)
        if manifest is None:
            wait = Wait(Cause.MANIFEST, subject_of(generation))
            self._inbox.waiting.note(wait, place, now_s + MAX_WAIT_S, now_s)
            return Outcome.PARKED
        try:
            secret = open_wrap(wrap, manifest, key)
        except CannotOpenError:
            return self._refuse(value, place, (Step.OPEN, Reason.CANNOT_OPEN), now_s)
        self._inbox.keys.keep_secret(generation, secret)
        self._wake(subject_of(generation), Cause.KEY, Cause.MEMBERSHIP)
        return Outcome.ACCEPTED

    def _wake(self, subject: bytes, *causes: Cause) -> None:
        self.woken |= {Wait(cause, subject) for cause in causes}

    def _refuse(self, value: bytes | None, place: Place, why: tuple[Step, Reason], now_s: int) -> Outcome:
        self._inbox.quarantine.add(value, place, why, None, now_s)
        return Outcome.QUARANTINED
