"""Law: what can be wrong on the way to the broker, with the directory and the topics, and what to do.

It guarantees advice that names who can mend it: this home, the operator, or the authority. When a finding
holds is left to `diagnosis` and `kafka_rights`. Source: docs/operations.md, "Doctor", made from it.
"""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.core.symptoms import Check, Level, Meaning, Symptom

_FAIL, _WARN = Level.FAIL, Level.WARN
BROKER: Mapping[Symptom, Meaning] = {
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
    Symptom.ENTRY_REFUSED: Meaning(
        Check.DIRECTORY,
        _WARN,
        "one entry of the directory refuses itself; all others hold",
        "tell the authority which one",
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
}
