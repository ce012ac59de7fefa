"""The whole tree of Tocsin's errors, by whose fault they are.

TocsinError
├── OurFault           misuse, settings, keys of ours: stop, say what to do, change nothing
│   ├── SettingsError      lists every bad setting at once
│   ├── KeyUnusableError   a key file or key that must not be used; names path and fault, never content
│   └── RefusedByRuleError our own rules forbid it (schema not allowed for the audience, ...)
│       └── NotThisPersonError another person must do it: the author may not release
├── TheirFault         input that somebody else gave us: refuse it, keep the reason
│   ├── InvalidReportError a report that cannot be accepted; lists every problem with its place
│   ├── MalformedError     bytes that are not what they claim: Avro, padding, magic, lengths
│   ├── UntrustedError     a signature, key or directory entry that does not hold
│   └── CannotOpenError    not for us, or tampered: one message for all, no oracle
└── OutsideFault       a broker, disk or peer; `transient` says whether to try again
    ├── BrokerUnavailableError
    ├── BrokerRefusedError
    │   ├── BrokerForbidsError  its ACLs do not allow this login what was asked
    │   └── LoginUnusableError  our password or CA file cannot be used; it is read again
    ├── DirectoryStaleError
    ├── HeldElsewhereError
    ├── StorageError
    └── DeliveryFailedError a sink did not take what it was given: a folder, a webhook, a mail server

Guarantee: every error that a caller is meant to handle is one of these; anything else is a bug.
Left to others: exit codes (`tocsin.runtime.exits`) and HTTP problem documents (the services).
"""

from __future__ import annotations


class TocsinError(Exception):
    """Root of the tree. The message is for people: what happened, where, what to do."""


class OurFault(TocsinError):
    """Misuse or misconfiguration on our side."""


class SettingsError(OurFault):
    """One or more settings are wrong; the message lists all of them."""


class KeyUnusableError(OurFault):
    """A key or key file must not be used. Names the path and the fault, never the content."""


class RefusedByRuleError(OurFault):
    """A rule of ours forbids what was asked for."""


class NotThisPersonError(RefusedByRuleError):
    """It is allowed, but not to this person: somebody else must do it."""


class TheirFault(TocsinError):
    """Input from outside that cannot be accepted."""


class InvalidReportError(TheirFault):
    """A report that cannot be accepted; `problems` lists (place, sentence) pairs."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{place}: {text}" for place, text in problems))


class MalformedError(TheirFault):
    """Bytes that are not what they claim to be."""


class UntrustedError(TheirFault):
    """A signature, key or directory entry that does not hold."""


class CannotOpenError(TheirFault):
    """Not for us, or tampered with. One message for every cause."""

    def __init__(self) -> None:
        super().__init__("cannot be opened")


class OutsideFault(TocsinError):
    """Something outside our process failed. `transient`: trying again can help."""

    transient = True


class BrokerUnavailableError(OutsideFault):
    """No broker answers."""


class BrokerRefusedError(OutsideFault):
    """The broker answered no: authorisation, a missing topic, a record too large."""

    transient = False


class BrokerForbidsError(BrokerRefusedError):
    """The broker's ACLs do not allow this login what was asked for."""


class LoginUnusableError(BrokerRefusedError):
    """A file of our way to the broker cannot be used; it is read anew for every connection."""


class DirectoryStaleError(OutsideFault):
    """The directory's timestamp has expired or no directory could be had."""


class HeldElsewhereError(OutsideFault):
    """Another process holds this folder."""

    transient = False


class StorageError(OutsideFault):
    """The disk or the database failed: full, read-only, corrupt."""


class DeliveryFailedError(OutsideFault):
    """A sink did not take what it was given. The message holds no content and no secret of an address.

    `retry_after_s`: what the other side asked to wait; `gone`: it wants no more, ever.
    """

    def __init__(self, text: str, *, retry_after_s: int | None = None, gone: bool = False) -> None:
        self.retry_after_s, self.gone = retry_after_s, gone
        super().__init__(text)
