"""Law: the closed list of what the doctor can find wrong, each with its check, its level and what to do.

It guarantees that no finding is without advice: a word that is not in this list cannot be said. When a
finding holds is left to `diagnosis` and its siblings. Source: docs/operations.md, "Doctor", made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """How bad it is. Only `fail` makes the doctor's exit code non-zero."""

    PASS = "pass"  # noqa: S105 - a level
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


class Check(StrEnum):
    """What is looked at, in this order."""

    HOME = "home"
    FILES = "files"
    DISK = "disk"
    VERSIONS = "versions"
    PASSPHRASE = "passphrase"  # noqa: S105 - a check
    WEB = "web"
    NAMES = "names"
    PORTS = "ports"
    TLS = "tls"
    LOGIN = "login"
    DIRECTORY = "directory"
    CLOCK = "clock"
    ENTRY = "entry"
    KEYS = "keys"
    TOPICS = "topics"
    RIGHTS = "rights"
    HEARTBEAT = "heartbeat"


class Symptom(StrEnum):
    """What can be wrong, by its stable name."""

    NO_HOME = "no home"
    NOT_ADMITTED = "not admitted"
    SETTINGS = "settings are wrong"
    OPEN_TO_OTHERS = "open to others"
    LEFTOVER_LOG = "leftover log"
    DISK_FULL = "disk nearly full"
    DISK_SHORT = "disk may fill"
    OLD_PYTHON = "old Python"
    SELF_TEST = "self-test failed"
    NEWER_DATABASE = "database too new"
    OLDER_DATABASE = "database to be renewed"
    LOCKED_KEYS = "keys do not open"
    PORT_TAKEN = "web port taken"
    UNKNOWN_NAME = "name unknown"
    PORT_CLOSED = "port closed"
    PORT_SILENT = "port silent"
    NOT_TRUSTED = "certificate not trusted"
    OTHER_NAME = "certificate of another name"
    CERTIFICATE_ENDED = "certificate ended"
    CERTIFICATE_ENDS = "certificate ends soon"
    NO_TLS = "no TLS there"
    IN_CLEAR = "connection in clear"
    LOGIN_REFUSED = "login refused"
    NO_ANSWER = "no answer"
    HIDDEN_BROKER = "advertised broker out of reach"
    NO_DIRECTORY = "no directory"
    DIRECTORY_LATE = "directory late"
    DIRECTORY_STALE = "directory stale"
    DIRECTORY_TOO_OLD = "directory too old"
    CLOCK_BEHIND = "clock behind"
    CLOCK_AHEAD = "clock ahead"
    CLOCK_UNCLEAR = "clock unclear"
    AUTHORITY_SILENT = "authority silent"
    NOT_NAMED = "not in the directory"
    NOT_TAKING_PART = "not taking part"
    AGREEMENT_ENDED = "agreement ended"
    AGREEMENT_ENDS = "agreement ends soon"
    NO_KEY = "no key in force"
    KEY_ENDS = "key ends soon"
    STRANGE_KEY = "key of a stranger"
    KEY_NOT_LISTED = "key not in the directory"
    METADATA_ENDS = "signatures end soon"
    TOPIC_MISSING = "topic missing"
    TOPIC_DIFFERS = "topic differs"
    FEW_COPIES = "too few copies"
    RIGHT_MISSING = "right missing"
    RIGHT_TOO_MUCH = "right too much"
    NO_LOGINS = "no logins"
    NO_RETURN = "heartbeat did not return"
    CHANGED = "heartbeat came back changed"
    UNFINISHED = "check not finished"


class Meaning(NamedTuple):
    """Of one symptom: its check, its level, what it means and what to do, each one sentence."""

    check: Check
    level: Level
    means: str
    do: str


_FAIL, _WARN = Level.FAIL, Level.WARN
MEANINGS: Mapping[Symptom, Meaning] = {
    Symptom.NO_HOME: Meaning(
        Check.HOME,
        _FAIL,
        "there is no participant and no authority in this folder, or it cannot be used",
        "give --home, make one with `tocsin keys init`, or mend what is said of it",
    ),
    Symptom.NOT_ADMITTED: Meaning(
        Check.HOME,
        _FAIL,
        "the authority has not admitted this participant, or its welcome was not taken",
        "hand `tocsin keys request` to the authority, then `tocsin keys accept` its welcome",
    ),
    Symptom.SETTINGS: Meaning(
        Check.HOME,
        _FAIL,
        "settings.toml, or a variable over it, says something that cannot be",
        "correct what is named",
    ),
    Symptom.OPEN_TO_OTHERS: Meaning(
        Check.FILES,
        _FAIL,
        "others on this machine can read or change it",
        "`chmod 0600` for a file, `chmod 0700` for a folder, and ask who read it meanwhile",
    ),
    Symptom.LEFTOVER_LOG: Meaning(
        Check.FILES,
        _WARN,
        "a database's log lies there and no service runs: it was killed, or the power failed",
        "start the service, which takes it up; never delete it or copy the database without it",
    ),
    Symptom.DISK_FULL: Meaning(
        Check.DISK,
        _FAIL,
        "there is less room than a day needs: reports would be refused",
        "make room on this disk now",
    ),
    Symptom.DISK_SHORT: Meaning(
        Check.DISK,
        _WARN,
        "outbox and inbox may grow to more than the disk has room for",
        "make room, or lower `max_waiting_bytes` of [producer]",
    ),
    Symptom.OLD_PYTHON: Meaning(
        Check.VERSIONS, _FAIL, "this Python is too old", "install Python 3.11 or newer, then `make setup`"
    ),
    Symptom.SELF_TEST: Meaning(
        Check.VERSIONS,
        _FAIL,
        "the cryptography library lacks an algorithm or computes it wrongly",
        "install the locked versions (`make setup`); keep this machine from any key until it passes",
    ),
    Symptom.NEWER_DATABASE: Meaning(
        Check.PASSPHRASE, _FAIL, "a newer Tocsin wrote this database", "update this installation"
    ),
    Symptom.OLDER_DATABASE: Meaning(
        Check.PASSPHRASE,
        _WARN,
        "an older Tocsin wrote this database",
        "back up, then start the service once: it brings it up to date",
    ),
    Symptom.LOCKED_KEYS: Meaning(
        Check.PASSPHRASE,
        _FAIL,
        "the key files do not open",
        "give the right passphrase; else restore the backup with the custodians' shares",
    ),
    Symptom.PORT_TAKEN: Meaning(
        Check.WEB,
        _FAIL,
        "another program has the port that a service of this home would take",
        "end that program, or set another `port` in settings.toml",
    ),
    Symptom.UNKNOWN_NAME: Meaning(
        Check.NAMES,
        _FAIL,
        "no address is known for the broker's name",
        "compare the name with the operator's; ask your own network about DNS",
    ),
    Symptom.PORT_CLOSED: Meaning(
        Check.PORTS,
        _FAIL,
        "nothing takes connections there",
        "ask the operator whether the broker runs, and your own network about firewalls",
    ),
    Symptom.PORT_SILENT: Meaning(
        Check.PORTS,
        _FAIL,
        "the connection was not taken in time",
        "ask your own network: a firewall that drops packets looks like this",
    ),
    Symptom.NOT_TRUSTED: Meaning(
        Check.TLS,
        _FAIL,
        "the broker's certificate was not signed by whom we trust",
        "set `ca_file` of [kafka] to the operator's authority, had by another way than this network",
    ),
    Symptom.OTHER_NAME: Meaning(
        Check.TLS,
        _FAIL,
        "the broker's certificate is for another name",
        "write the name that the operator gave into `bootstrap`; if it is that, tell the operator",
    ),
    Symptom.CERTIFICATE_ENDED: Meaning(
        Check.TLS,
        _FAIL,
        "the broker's certificate has ended, or our clock is wrong",
        "compare the clock; then the operator renews the certificate",
    ),
    Symptom.CERTIFICATE_ENDS: Meaning(
        Check.TLS, _WARN, "the broker's certificate ends within 30 days", "remind the operator"
    ),
    Symptom.NO_TLS: Meaning(
        Check.TLS,
        _FAIL,
        "the port is open and does not speak TLS",
        "compare port and `security_protocol` of [kafka] with what the operator gave",
    ),
    Symptom.IN_CLEAR: Meaning(
        Check.TLS,
        _WARN,
        "the connection leaves this machine without TLS: content stays sealed, a password may not",
        "set `security_protocol` of [kafka] to SASL_SSL",
    ),
    Symptom.LOGIN_REFUSED: Meaning(
        Check.LOGIN,
        _FAIL,
        "the broker refuses the login",
        "compare `user` and the content of `password_file` with what the operator gave",
    ),
    Symptom.NO_ANSWER: Meaning(
        Check.LOGIN,
        _FAIL,
        "the port is open, and no Kafka answers on it",
        "compare port and `security_protocol`; ask the operator whether the broker is overloaded",
    ),
    Symptom.HIDDEN_BROKER: Meaning(
        Check.LOGIN,
        _FAIL,
        "the broker names an address to which no connection leads from here",
        "the operator corrects `advertised.listeners`, or your network opens that address",
    ),
    Symptom.NO_DIRECTORY: Meaning(
        Check.DIRECTORY,
        _FAIL,
        "there is no directory that verifies",
        "ask the authority whether it has published; where it is refused as forged, call the authority",
    ),
    Symptom.DIRECTORY_LATE: Meaning(
        Check.DIRECTORY,
        _WARN,
        "the directory's timestamp is over 3 hours old: it is signed hourly",
        "tell the authority; publishing stops at 24 hours",
    ),
    Symptom.DIRECTORY_STALE: Meaning(
        Check.DIRECTORY,
        _FAIL,
        "the directory's timestamp is over 24 hours old: nothing is published",
        "call the authority; reading stops after 72 hours more",
    ),
    Symptom.DIRECTORY_TOO_OLD: Meaning(
        Check.DIRECTORY,
        _FAIL,
        "the directory's timestamp is over 96 hours old: nothing is published or read",
        "call the authority",
    ),
    Symptom.CLOCK_BEHIND: Meaning(
        Check.CLOCK,
        _FAIL,
        "this machine's clock is behind",
        "compare it with another clock and set it",
    ),
    Symptom.CLOCK_AHEAD: Meaning(
        Check.CLOCK,
        _FAIL,
        "this machine's clock seems to be ahead",
        "compare it with another clock first; where it is right, the broker withholds all news",
    ),
    Symptom.CLOCK_UNCLEAR: Meaning(
        Check.CLOCK,
        _WARN,
        "nobody signed lately by this machine's clock",
        "compare it with another clock, then ask the authority",
    ),
    Symptom.AUTHORITY_SILENT: Meaning(
        Check.CLOCK,
        _WARN,
        "others sign by our time, the authority does not",
        "tell the authority; it has a standby",
    ),
    Symptom.NOT_NAMED: Meaning(
        Check.ENTRY,
        _FAIL,
        "the directory does not name this participant",
        "ask the authority whether it has published since it admitted you",
    ),
    Symptom.NOT_TAKING_PART: Meaning(
        Check.ENTRY, _FAIL, "this participant is suspended or has left", "ask the authority"
    ),
    Symptom.AGREEMENT_ENDED: Meaning(
        Check.ENTRY,
        _FAIL,
        "the agreement has ended: nothing sent since then can be read",
        "ask your national authority to prolong it",
    ),
    Symptom.AGREEMENT_ENDS: Meaning(
        Check.ENTRY,
        _WARN,
        "the agreement ends within 30 days",
        "ask your national authority to prolong it",
    ),
    Symptom.NO_KEY: Meaning(
        Check.KEYS,
        _FAIL,
        "there is no key of a purpose that the directory has in force and this home holds",
        "`tocsin keys rotate` and hand the change to the authority; if it has it, wait for the directory",
    ),
    Symptom.KEY_ENDS: Meaning(
        Check.KEYS,
        _WARN,
        "the last key of a purpose ends within 30 days",
        "`tocsin keys rotate`, and hand the change to the authority",
    ),
    Symptom.STRANGE_KEY: Meaning(
        Check.KEYS,
        _FAIL,
        "our own entry has a key that is not in this home",
        "if nobody here made it, call the authority at once: somebody else is given what is ours",
    ),
    Symptom.KEY_NOT_LISTED: Meaning(
        Check.KEYS,
        _WARN,
        "this home has a key that the directory does not name",
        "hand the change of `tocsin keys rotate` to the authority; it takes it up and publishes",
    ),
    Symptom.METADATA_ENDS: Meaning(
        Check.KEYS,
        _WARN,
        "a signature over the directory ends within 10 days",
        "`tocsin authority renew`, or `renew --root`; where people hold the root, draft and sign it",
    ),
    Symptom.TOPIC_MISSING: Meaning(
        Check.TOPICS,
        _FAIL,
        "a topic that the directory asks for is not there, or is hidden from this login",
        "the authority runs `tocsin authority topics apply`; the operator looks at the ACLs",
    ),
    Symptom.TOPIC_DIFFERS: Meaning(
        Check.TOPICS,
        _FAIL,
        "a topic has other settings than the wire format asks for",
        "the authority runs `tocsin authority topics plan`, then `apply`",
    ),
    Symptom.FEW_COPIES: Meaning(
        Check.TOPICS,
        _WARN,
        "what is acknowledged may lie on one broker alone",
        "the operator runs three brokers: replication 3 and `min.insync.replicas` 2",
    ),
    Symptom.RIGHT_MISSING: Meaning(
        Check.RIGHTS,
        _FAIL,
        "this login may not do what the participant must",
        "ask the operator for this ACL",
    ),
    Symptom.RIGHT_TOO_MUCH: Meaning(
        Check.RIGHTS,
        _FAIL,
        "this login may do what no participant of its kind should: content stays sealed, traffic shows",
        "tell the operator and the authority: the ACLs are wider than declared",
    ),
    Symptom.NO_LOGINS: Meaning(
        Check.RIGHTS,
        _WARN,
        "this broker asks nobody who they are: everybody may read and write all topics",
        "only for trials; the operator turns on logins and ACLs. Content stays sealed all the same",
    ),
    Symptom.NO_RETURN: Meaning(
        Check.HEARTBEAT,
        _FAIL,
        "a sealed heartbeat to our own inbox did not come back",
        "ask the operator: what this login publishes is lost, or may not be read by it",
    ),
    Symptom.CHANGED: Meaning(
        Check.HEARTBEAT,
        _FAIL,
        "the sealed heartbeat came back, and is not what was sent",
        "tell the authority at once: the broker changes records",
    ),
    Symptom.UNFINISHED: Meaning(
        Check.HOME,
        _FAIL,
        "the check found neither good nor bad: something else was in its way, or it took too long",
        "mend what it says, and run the doctor again",
    ),
}
