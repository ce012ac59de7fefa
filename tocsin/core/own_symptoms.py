"""Law: what can be wrong with a home and with what the directory says of it, and what to do about each.

It guarantees advice that an officer or operator of this home can follow, or whom to ask. When a finding
holds is left to `diagnosis` and `own_standing`. Source: docs/operations.md, "Doctor", made from it.
"""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.core.symptoms import Check, Level, Meaning, Symptom

_FAIL, _WARN = Level.FAIL, Level.WARN
OWN: Mapping[Symptom, Meaning] = {
    Symptom.NO_HOME: Meaning(
        Check.HOME,
        _FAIL,
        "there is no participant, authority or standby in this folder, or it cannot be used",
        "give --home, make one with `tocsin keys init`, or mend what is said of it",
    ),
    Symptom.NOT_ADMITTED: Meaning(
        Check.HOME,
        _FAIL,
        "the authority has not admitted this participant, or its welcome was not taken",
        "hand `tocsin keys request` to the authority, then `tocsin keys accept` its welcome",
    ),
    Symptom.NO_ROOT: Meaning(
        Check.HOME,
        _FAIL,
        "this standby has not pinned the authority's first root",
        "`tocsin authority standby accept 1.root.json`, with the file that `standby admit` wrote",
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
    Symptom.FOREIGN_LOG: Meaning(
        Check.FILES,
        _FAIL,
        "a log lies beside a database that it was not written for, and would be mixed into it",
        "if the database is a backup put in place, move the log away; else put its own database back",
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
        "a signature over the directory ends within 10 days, or was not signed anew in time",
        "`tocsin authority renew`, or `renew --root`; where people hold the root, draft and sign it",
    ),
    Symptom.STANDBY_NOT_NAMED: Meaning(
        Check.KEYS,
        _FAIL,
        "the directory's root does not let this standby sign the timestamp",
        "the authority runs `tocsin authority standby admit standby.json`, then `publish`",
    ),
    Symptom.STANDBY_REFUSES: Meaning(
        Check.KEYS,
        _FAIL,
        "this standby must sign nothing as things are",
        "mend what it says; until then only the authority can keep the directory fresh",
    ),
    Symptom.STANDS_IN: Meaning(
        Check.KEYS,
        _WARN,
        "the authority is silent, and this standby signs in its place",
        "bring the authority back within 72 hours; until then `tocsin authority standby serve` must run",
    ),
    Symptom.UNFINISHED: Meaning(
        Check.HOME,
        _FAIL,
        "the check found neither good nor bad: something else was in its way, or it took too long",
        "mend what it says, and run the doctor again",
    ),
}
