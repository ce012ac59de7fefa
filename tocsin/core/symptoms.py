"""Law: the closed lists of what the doctor looks at and of what it can find wrong.

It guarantees that a finding has a stable name: a word that is not in these lists cannot be said. What each
means and what to do is left to `own_symptoms` and `broker_symptoms`, when it holds to `diagnosis` and its
siblings. Source: docs/operations.md, "Doctor".
"""

from __future__ import annotations

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
    NO_ROOT = "no root pinned"
    SETTINGS = "settings are wrong"
    OPEN_TO_OTHERS = "open to others"
    LEFTOVER_LOG = "leftover log"
    FOREIGN_LOG = "log of another database"
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
    ENTRY_REFUSED = "entry refused"
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
    STANDBY_NOT_NAMED = "standby not in the root"
    STANDBY_REFUSES = "standby may not sign"
    STANDS_IN = "standby stands in"
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
