"""A participant's keys are replaced by its own word, and by nobody else's."""

from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest

from tests.support.parties import DAY_S, KEY_BEGINS_S, KEY_ENDS_S, NOW_S, Party
from tocsin.core import canonical_json
from tocsin.core.errors import MalformedError, RefusedByRuleError, UntrustedError
from tocsin.core.key_changes import (
    FORGET_AFTER_S,
    MAX_AGE_S,
    PLANNED,
    STOLEN,
    KeyChange,
    Retirement,
    apply_key_change,
    read_key_change,
    write_key_change,
)
from tocsin.core.participants import Participant, read_participant, write_participant
from tocsin.core.public_keys import PublicKey
from tocsin.core.standing import Ended

OLD, NEW, OTHER = Party("Old"), Party("New"), Party("Other")
ENTRY = read_participant(OLD.target()[1])
FINAL = {("ion", "global"): (3, 9, bytes(32)), ("pics", "caribbean"): (3, 1, bytes(31) + b"a")}
RECORD = NEW.key("record")


def change(
    keys: tuple[PublicKey, ...] = (RECORD,), retire: tuple[Retirement, ...] = (), **fields: Any
) -> KeyChange:
    usual: dict[str, Any] = {"made_at_s": NOW_S, "signing_key": OLD.key("statement").id}
    return KeyChange(OLD.id, keys=keys, retire=retire, **(usual | fields))


def applied(one: KeyChange, signer: Party = OLD, entry: Participant = ENTRY) -> Participant:
    return apply_key_change(read_key_change(write_key_change(one, signer.statement)), entry, NOW_S)


def retired(purpose: str, reason: str = PLANNED, final: Any = None, at_s: int = NOW_S) -> Retirement:
    return Retirement(OLD.key(purpose).id, at_s, reason, final)


def test_a_change_that_was_written_reads_back() -> None:
    one = change(retire=(retired("record", STOLEN, FINAL), retired("kem")))
    assert one == read_key_change(write_key_change(one, OLD.statement)).change


def test_who_has_ended_changes_no_key_any_more() -> None:
    with pytest.raises(RefusedByRuleError, match="Old has ended"):
        applied(change(), entry=replace(ENTRY, ended=Ended(NOW_S, "expelled")))


def test_a_new_key_stands_beside_the_old_one() -> None:
    both = {OLD.key("record").id, RECORD.id}
    assert both == {key.id for key in applied(change()).keys_for("record", NOW_S)}


def test_a_record_key_that_is_retired_keeps_its_final_heads_and_is_used_no_more() -> None:
    entry = applied(change(retire=(retired("record", final=FINAL),)))
    (old,) = [key for key in entry.keys if key.id == OLD.key("record").id]
    assert (FINAL, NOW_S, None) == (old.final, old.not_after_s, old.revoked_at_s)
    assert (RECORD.id,) == tuple(key.id for key in entry.keys_for("record", NOW_S))


def test_a_stolen_key_is_revoked() -> None:
    entry = applied(change((NEW.key("kem"),), (retired("kem", STOLEN),)))
    (old,) = [key for key in entry.keys if key.id == OLD.key("kem").id]
    assert (NOW_S, False) == (old.revoked_at_s, old.in_use)


def test_a_planned_kem_key_only_ends() -> None:
    entry = applied(change((NEW.key("kem"),), (retired("kem", at_s=NOW_S + DAY_S),)))
    both = {OLD.key("kem").id, NEW.key("kem").id}
    assert both == {key.id for key in entry.keys_for("kem", NOW_S + DAY_S)}
    assert {NEW.key("kem").id} == {key.id for key in entry.keys_for("kem", NOW_S + DAY_S + 1)}


def test_a_changed_entry_reads_back() -> None:
    entry = applied(change((RECORD, NEW.key("kem")), (retired("record", STOLEN, FINAL), retired("kem"))))
    assert entry == read_participant(write_participant(entry))


@pytest.mark.parametrize(("ended_before_s", "kept"), [(FORGET_AFTER_S, True), (FORGET_AFTER_S + 1, False)])
def test_keys_that_ended_long_ago_are_forgotten(ended_before_s: int, kept: bool) -> None:
    ended = replace(NEW.key("kem"), not_before_s=1, not_after_s=NOW_S - ended_before_s)
    entry = applied(change(), entry=replace(ENTRY, keys=(*ENTRY.keys, ended)))
    assert kept is (ended.id in {key.id for key in entry.keys})


@pytest.mark.parametrize("made_at_s", [NOW_S - MAX_AGE_S, NOW_S + 300])
def test_a_change_holds_to_the_last_second_of_its_30_days(made_at_s: int) -> None:
    assert RECORD.id in {key.id for key in applied(change(made_at_s=made_at_s)).keys}


def test_a_retirement_never_prolongs_a_key() -> None:
    entry = applied(change((NEW.key("kem"),), (retired("kem", at_s=KEY_ENDS_S + DAY_S),)))
    (old,) = [key for key in entry.keys if key.id == OLD.key("kem").id]
    assert KEY_ENDS_S == old.not_after_s


def test_a_key_that_is_retired_before_its_beginning_leaves_an_entry_that_reads() -> None:
    entry = applied(change((NEW.key("kem"),), (retired("kem", at_s=KEY_BEGINS_S - DAY_S),)))
    assert entry == read_participant(write_participant(entry))


@pytest.mark.parametrize(
    "one",
    [
        change(signing_key=NEW.key("statement").id),
        change(signing_key=OLD.key("record").id),
        replace(change(), participant=OTHER.id),
    ],
)
def test_a_change_that_is_not_the_participants_word_is_refused(one: KeyChange) -> None:
    with pytest.raises(UntrustedError):
        applied(one)


def test_a_change_that_another_key_signed_is_refused() -> None:
    with pytest.raises(UntrustedError):
        applied(change(), signer=OTHER)


def test_a_change_that_was_tampered_with_is_refused() -> None:
    data = write_key_change(change(), OLD.statement)
    record = canonical_json.load(data)
    record["made_at_s"] = NOW_S + 1
    with pytest.raises(UntrustedError):
        apply_key_change(read_key_change(canonical_json.dump(record)), ENTRY, NOW_S)


def test_a_change_under_a_statement_key_that_was_retired_is_refused() -> None:
    entry = applied(change((NEW.key("statement"),), (retired("statement", at_s=NOW_S - 1),)))
    with pytest.raises(UntrustedError, match="apply anew"):
        applied(change(), entry=entry)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (change(made_at_s=NOW_S - MAX_AGE_S - 1), "30 days"),
        (change(made_at_s=NOW_S + 301), "dated ahead"),
        (change(()), "changes nothing"),
        (change((OLD.key("kem"),)), "already"),
        (change(retire=(Retirement(bytes(16), NOW_S, PLANNED),)), "is not the participant's"),
        (change(retire=(retired("record", final={}), retired("record", final={}))), "retired already"),
        (change(retire=(retired("record"),)), "final heads"),
        (change(retire=(retired("kem", final=FINAL),)), "final heads"),
        (change((), (retired("kem", STOLEN),)), "without a kem key"),
        (change((), (retired("statement", at_s=NOW_S - 1),)), "without a statement key"),
        (change((), (retired("record", final={}),)), "without a record key"),
    ],
)
def test_a_change_against_a_rule_is_refused_with_the_reason(one: KeyChange, reason: str) -> None:
    with pytest.raises(RefusedByRuleError, match=reason):
        applied(one)


def test_a_replay_of_an_older_change_is_refused() -> None:
    older = change()
    entry = applied(change((), (Retirement(RECORD.id, NOW_S, PLANNED, {}),)), entry=applied(older))
    with pytest.raises(RefusedByRuleError, match="already"):
        applied(older, entry=entry)


def test_more_keys_than_an_entry_holds_are_refused() -> None:
    many = tuple(replace(RECORD, id=bytes([number]) * 16) for number in range(1, 61))
    with pytest.raises(RefusedByRuleError, match="over 64"):
        applied(change(), entry=replace(ENTRY, keys=(*ENTRY.keys, *many)))


@pytest.mark.parametrize(
    "changes",
    [
        {"tocsin_key_change": 2},
        {"keys": "all"},
        {"keys": [{"purpose": "record"}]},
        {"retire": [{"key": OLD.key("kem").id.hex(), "at_s": 1, "reason": "lost"}]},
        {"signature": "*"},
        {"made_at_s": -1},
    ],
)
def test_a_file_that_is_no_change_is_refused(changes: dict[str, Any]) -> None:
    record = canonical_json.load(write_key_change(change(), OLD.statement)) | changes
    with pytest.raises(MalformedError):
        read_key_change(canonical_json.dump(record))


def test_a_new_key_that_is_retired_already_is_refused() -> None:
    data = write_key_change(change((replace(RECORD, not_after_s=KEY_ENDS_S, final={}),)), OLD.statement)
    with pytest.raises(MalformedError, match="retired already"):
        read_key_change(data)


def test_what_is_signed_is_all_that_the_file_says() -> None:
    record = canonical_json.load(write_key_change(change(), OLD.statement))
    assert b64encode(b"x").decode() != record["signature"]
    assert {"tocsin_key_change", "participant", "made_at_s", "signing_key", "keys", "retire"} == set(
        record
    ) - {"signature"}
