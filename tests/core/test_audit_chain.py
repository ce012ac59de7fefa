"""An audit log is a chain: whatever is changed in it breaks it at its place."""

import hashlib
import json
from typing import Any

import pytest

from tocsin.core.audit_chain import MAX_DETAILS, Deed, Head, check_reason, next_line, read_line, walk
from tocsin.core.errors import RefusedByRuleError, UntrustedError

NOW_S = 1_795_564_800


def log(count: int = 4) -> tuple[list[bytes], Head]:
    lines, head = [], Head()
    for number in range(count):
        line, head = next_line(head, Deed("ana", "proposed", f"ALERT-{number}", "why not"), NOW_S + number)
        lines.append(line)
    return lines, head


def test_a_whole_log_ends_at_its_head() -> None:
    lines, head = log()
    assert (4, head) == (head.number, walk(lines))


def test_a_line_says_who_did_what_when_and_why() -> None:
    record, _ = read_line(log(1)[0][0], Head())
    assert ("ana", "proposed", "ALERT-0", "why not", NOW_S) == tuple(
        record[name] for name in ("who", "did", "what", "reason", "at_s")
    )


def changed(line: bytes, **changes: Any) -> bytes:
    return json.dumps(json.loads(line) | changes, sort_keys=True, separators=(",", ":")).encode() + b"\n"


@pytest.mark.parametrize(
    "changes", [{"who": "ben"}, {"at_s": 0}, {"reason": ""}, {"details": ["x"]}, {"did": "refused"}]
)
def test_a_changed_line_breaks_the_chain_there(changes: dict[str, Any]) -> None:
    lines, _ = log()
    lines[1] = changed(lines[1], **changes)
    with pytest.raises(UntrustedError, match="line 2 was changed"):
        walk(lines)


def test_a_line_that_is_written_anew_with_its_hash_breaks_the_chain_at_the_next() -> None:
    lines, _ = log()
    forged, _head = next_line(walk(lines[:1]), Deed("ben", "approved", "ALERT-1"), NOW_S)
    with pytest.raises(UntrustedError, match="line 3 does not follow"):
        walk([lines[0], forged, *lines[2:]])


@pytest.mark.parametrize("kept", [(0, 2, 3), (1, 2, 3), (0, 2, 1, 3), (0, 0, 1, 2, 3)])
def test_lines_that_are_removed_moved_or_repeated_break_the_chain(kept: tuple[int, ...]) -> None:
    lines, _ = log()
    with pytest.raises(UntrustedError, match="does not follow"):
        walk([lines[at] for at in kept])


def test_a_line_that_skips_a_number_breaks_the_chain_though_its_hashes_fit() -> None:
    lines, _ = log(1)
    first = walk(lines)
    skipping, _head = next_line(Head(7, first.hash), Deed("ana", "proposed", "ALERT-1"), NOW_S)
    with pytest.raises(UntrustedError, match="line 2 does not follow"):
        walk([*lines, skipping])


def test_a_hash_is_sha_256_of_the_label_and_the_rest_of_the_line() -> None:
    line, head = next_line(Head(), Deed("ana", "proposed", "ALERT-0"), NOW_S)
    record = {name: value for name, value in json.loads(line).items() if name != "hash"}
    written = json.dumps(record, sort_keys=True, separators=(",", ":")).encode()
    assert hashlib.sha256(b"tocsin/1/audit\0" + written).hexdigest() == head.hash


@pytest.mark.parametrize("line", [b"\n", b"{}\n", b"[]\n", b"no json\n", b"\xff\n"])
def test_what_is_no_line_is_said_to_be_none(line: bytes) -> None:
    with pytest.raises(UntrustedError, match="line 1 is no line"):
        walk([line])


def test_the_same_record_in_another_spelling_is_no_line() -> None:
    lines, _ = log(1)
    with pytest.raises(UntrustedError, match="not written as it was"):
        walk([lines[0].replace(b'":', b'": ', 1)])


def test_lines_cut_off_at_the_end_leave_another_head() -> None:
    lines, head = log()
    assert head != walk(lines[:-1])
    assert head == walk(lines[2:], walk(lines[:2]))


def test_a_reason_is_one_line_without_anybodys_number() -> None:
    assert "found harmless" == check_reason(" found harmless ")
    for wrong in ("", "  ", "a\nb", "x" * 301, "call +352 691 123 456", "RA473124829CH", "a@b.example"):
        with pytest.raises(RefusedByRuleError, match="a reason"):
            check_reason(wrong)


def test_details_are_bounded() -> None:
    line, _ = next_line(Head(), Deed("ana", "proposed", "x", details=("y",) * 100), NOW_S)
    assert MAX_DETAILS == len(json.loads(line)["details"])


def test_a_reason_stays_out_of_what_is_printed_for_programmers() -> None:
    assert "CANARY" not in repr(Deed("ana", "refused", "x", "CANARY"))
