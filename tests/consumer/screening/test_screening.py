"""A firm screens a file: what alerts name is found once, explained, answered; alerts end, and say so."""

import gzip

import pytest

from services.consumer.screening import run
from tests.support.firm import GLUE, GLUE_PARCEL, NOW_S, alert_body, parcel, table
from tests.support.screens import clue, selector, target
from tests.support.world import NEIGHBOUR
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.screening.store import answers_to_send, open_screening
from tocsin.core import broadness

S10 = "RA473124829CH"
WANTED = parcel(item_id="ra 473 124 829 ch")
DAY_S = 86_400


def matched(found) -> list[tuple[str, str]]:
    return [(one["parcel"], one["matched"]) for one in found]


def test_two_numbers_and_a_pattern_are_found_among_parcels_and_rows_that_are_malformed(firm, screen):
    firm.receive(alert_body(selectors=[GLUE], targets=[target(S10), target("020-81140743", "awb")]))
    rows = [
        *[parcel()] * 20,
        WANTED,
        GLUE_PARCEL,
        parcel(item_id="RA000000025DE", awb_house="020 81140743"),
    ]
    path = firm.folder / "day.csv.gz"
    path.write_bytes(gzip.compress((table(*rows) + "half a line\n").encode()))
    found = screen(path, code=3)
    assert [
        (S10, "exact"),
        ("RA000000011CN", "pattern, 4 of 4 tests"),
        ("RA000000025DE", "exact"),
    ] == matched(found)
    assert "24 read, 1 malformed, 2 exact, 1 pattern (3 new)" in screen.err
    assert "line 25: has 1 cells" in screen.err


def test_a_second_run_repeats_nothing(firm, screen):
    firm.receive(alert_body(selectors=[GLUE], targets=[target(S10)]))
    path = firm.write("day.csv", WANTED, GLUE_PARCEL)
    assert 2 == len(screen(path))
    assert [] == screen(path)
    assert "1 exact, 1 pattern (0 new)" in screen.err
    assert [] == screen(firm.write("again.csv", GLUE_PARCEL, WANTED))


def test_a_hit_shows_what_to_do_and_that_the_customer_is_not_told(firm, screen):
    firm.receive(alert_body(selectors=[GLUE]))
    (hit,) = screen(firm.write("day.csv", GLUE_PARCEL))
    assert ("hold-and-ask", False, "XX") == (hit["action"], hit["tell_customer"], hit["originator"])
    assert hit["do"].endswith("do not tell the customer")
    (explained,) = screen("explain", hit["hit"][:8])
    words = {one["field"]: (one["wanted"], one["has"]) for one in explained["tests"]}
    assert ("500 to 1500", "900") == words["gross_weight_g"]
    assert ("ceramic tile glue", "Ceramic TILE-glue 2 pcs") == words["declared_text"]


def test_an_answer_waits_to_be_sent_and_the_number_leaves_only_by_a_tick(firm, screen):
    firm.receive(alert_body(targets=[target(S10), target("RA000000025DE")]))
    first, second = screen(firm.write("day.csv", WANTED, parcel(item_id="RA000000025DE")))
    screen("answer", first["hit"], "stopped", "--note", "in the cage")
    assert "do not tell the customer" in screen.err
    screen("answer", second["hit"][:6], "false match", "--with-parcel-number")
    with open_screening(ParticipantHome.open(firm.home), firm.storage_key) as memory:
        waiting = [(one.code.value, one.parcel) for one in answers_to_send(memory)]
    assert [("stopped", None), ("false-match", "RA000000025DE")] == waiting
    assert [] == screen("hits", "--open")
    assert ["stopped", "false-match"] == [one["answer"] for one in screen("hits")]
    (explained,) = screen("explain", first["hit"])
    assert ("in the cage", None) == (explained["answers"][0]["note"], explained["answers"][0]["sent_at"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("answer", "abcdef", "burnt"), "no answer; there are stopped"),
        (("answer", "abcdef", "stopped"), "there is no hit abcdef"),
        (("explain", "abc"), "at least 6 digits"),
        (("explain", "not-hex"), "is no hit"),
    ],
)
def test_what_cannot_be_answered_is_said(screen, words, says):
    screen(*words, code=3)
    assert says in screen.err


def test_a_cleared_alert_ceases_to_hit_and_marks_old_hits(firm, screen):
    firm.receive(alert_body(targets=[target(S10)]))
    path = firm.write("day.csv", WANTED, parcel(item_id="RA000000025DE"))
    assert 1 == len(screen(path))
    firm.receive(alert_body(version=2, status="cleared", targets=[target(S10), target("RA000000025DE")]))
    assert [] == screen(path)
    assert "0 exact" in screen.err
    assert ["cleared"] == [one["status"] for one in screen("hits")]


def test_a_later_version_marks_the_hits_of_the_earlier_and_hits_anew(firm, screen):
    firm.receive(alert_body(targets=[target(S10)]))
    path = firm.write("day.csv", WANTED)
    screen(path)
    firm.receive(alert_body(version=2, status="updated", targets=[target(S10)]))
    assert [2] == [one["version"] for one in screen(path)]
    assert [(1, "updated"), (2, "updated")] == [(one["version"], one["status"]) for one in screen("hits")]


def test_an_older_version_that_comes_late_changes_nothing(firm, screen):
    firm.receive(alert_body(version=2, status="cleared", targets=[target(S10)]))
    firm.receive(alert_body(version=1, targets=[target(S10)]))
    assert [] == screen(firm.write("day.csv", WANTED))


def test_nobody_clears_the_alert_of_another(firm, screen):
    firm.receive(alert_body(targets=[target(S10)]))
    firm.receive(alert_body(version=2, status="cleared"), originator=NEIGHBOUR.id)
    assert 1 == len(screen(firm.write("day.csv", WANTED)))
    assert ["active"] == [one["status"] for one in screen("hits")]


def test_an_alert_that_was_taken_back_marks_its_hits(firm, screen):
    firm.receive(alert_body(targets=[target(S10)]))
    screen(firm.write("day.csv", WANTED))
    with firm.inbox() as inbox, inbox.transaction():
        inbox.database.execute("UPDATE reports SET body = NULL")
    assert ["withdrawn"] == [one["status"] for one in screen("hits")]


def test_exercises_that_are_left_out_are_said(firm, screen):
    firm.receive(alert_body("drill", exercise=True, targets=[target(S10)]))
    screen(firm.write("day.csv", WANTED))
    assert "1 of exercises is left out: --exercise takes them" in screen.err


def test_an_alert_that_ended_and_an_exercise_are_not_looked_for(firm, screen):
    firm.receive(
        alert_body("ended", issued=NOW_S - 9 * DAY_S, valid_until=NOW_S - DAY_S, targets=[target(S10)]),
        alert_body("drill", exercise=True, targets=[target(S10)]),
    )
    path = firm.write("day.csv", WANTED)
    assert [] == screen(path)
    assert [True] == [one["exercise"] for one in screen(path, "--exercise")]


def test_a_pattern_that_hits_too_much_mutes_itself_and_waits_to_be_told(firm, screen):
    broad = selector(clue("origin_country", "equals", "DE"), clue("declared_text", "phrase", "shirt"))
    firm.receive(alert_body(selectors=[broad, GLUE]))
    rows = [parcel(item_id=f"RA{number:09}DE") for number in range(broadness.MIN_HITS + 1)]
    path = firm.write("day.csv", *rows, GLUE_PARCEL)
    assert [("RA000000011CN", "pattern, 4 of 4 tests")] == matched(screen(path))
    assert "too broad: selector 1" in screen.err
    assert "1 pattern (1 new), 11 by patterns that are too broad" in screen.err
    with open_screening(ParticipantHome.open(firm.home), firm.storage_key) as memory:
        assert [(0, 11, 12)] == [(one.selector, one.hits, one.parcels) for one in memory.broad.to_tell()]
    assert [] == screen(path)
    assert "too broad" not in screen.err


def test_few_hits_in_a_small_file_are_not_too_broad(firm, screen):
    firm.receive(alert_body(selectors=[GLUE]))
    rows = [GLUE_PARCEL | {"item_id": f"RA{number:09}CN"} for number in range(broadness.MIN_HITS)]
    assert broadness.MIN_HITS == len(screen(firm.write("day.csv", *rows)))


def test_hits_of_one_pattern_have_a_bound_and_all_are_counted(firm, screen, monkeypatch):
    monkeypatch.setattr(run, "MAX_KEPT_HITS", 3)
    firm.receive(alert_body(selectors=[GLUE]))
    rows = [GLUE_PARCEL | {"item_id": f"RA{number:09}CN"} for number in range(7)]
    assert 3 == len(screen(firm.write("day.csv", *rows)))
    assert "7 pattern (3 new)" in screen.err


def test_hs_route_or_a_solvent_alone_never_hit_and_it_is_said(firm, screen):
    hs, route = clue("hs", "prefix", "6109"), clue("origin_country", "equals", "DE")
    toluene = clue("declared_text", "phrase", "toluene")
    firm.receive(alert_body(selectors=[selector(hs), selector(route), selector(route, toluene)]))
    assert [] == screen(firm.write("day.csv", parcel(), parcel(description="Toluene")))
    assert "2 selectors are not looked for: route, HS code" in screen.err
    assert "1 selectors are not looked for: names nothing but Table II" in screen.err


def test_spoiled_numbers_are_counted_aloud(firm, screen):
    firm.receive(alert_body(targets=[target(S10)], selectors=[GLUE]))
    rows = [parcel(item_id="1.23E+11"), parcel(item_id="4.73E+8"), parcel(sender_country="Germany")]
    screen(firm.write("day.csv", *rows))
    assert "item_id is a number that a spreadsheet has shortened: digits are lost (2 times)" in screen.err
    assert "sender_country is no code of two letters" in screen.err


def test_malformed_rows_are_kept_aside_only_where_it_is_asked(firm, screen):
    path = firm.write("day.csv", parcel())
    path.write_text(path.read_text() + "half a line\n")
    screen(path, code=3)
    aside = firm.folder / "aside.jsonl"
    assert not aside.exists()
    screen(path, "--refused", aside, code=3)
    assert 0o600 == aside.stat().st_mode & 0o777
    assert (
        '{"line": 3, "reason": "has 1 cells, the header has 9", "row": "half a line"}\n'
        == aside.read_text()
    )


def test_a_firms_own_list_is_looked_for_and_answers_to_nobody(firm, screen):
    own = firm.folder / "own.csv"
    own.write_text("type,value\ns10,RA 473124829 CH\nphone,+61 2 9374 4000\n")
    path = firm.write("day.csv", WANTED, parcel(addressee_country="AU", addressee_phone="(02) 9374 4000"))
    found = screen(path, "--list", own)
    assert [("your own list", "exact")] * 2 == [(one["originator"], one["matched"]) for one in found]
    screen("answer", found[0]["hit"], "stopped")
    assert "nothing is sent" in screen.err
    with open_screening(ParticipantHome.open(firm.home), firm.storage_key) as memory:
        assert [] == answers_to_send(memory)
    assert ["active", "active"] == [one["status"] for one in screen("hits")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("number\nRA1\n", "the header must be type,value"),
        ("type,value\nwallet,x\nhouse,AU\ns10\n", "3 lines are wrong: line 2"),
        ("type,value\n" + "s10,RA1\n" * 10_001, "over 10000"),
    ],
)
def test_an_own_list_that_is_wrong_is_refused_whole(firm, screen, text, says):
    own = firm.folder / "own.csv"
    own.write_text(text)
    screen(firm.write("day.csv", WANTED), "--list", own, code=3)
    assert says in screen.err
    assert [] == screen("hits")


def test_a_file_is_needed_and_options_that_do_not_go_together_are_refused(screen):
    screen("--json", code=2)
    screen("a.csv", "--archive", "b", code=2)
    screen("--archive", "b", "--refused", "c", code=2)
    screen("--archive", "b", "--list", "c", code=2)


def test_a_file_that_ends_early_keeps_the_hits_before_its_end(firm, screen):
    firm.receive(alert_body(targets=[target(S10)]))
    path = firm.write("day.csv.gz", WANTED, *[parcel()] * 20_000)
    path.write_bytes(path.read_bytes()[:-200])
    screen(path, code=3)
    assert "damaged or ends early" in screen.err
    assert [(S10, "exact")] == matched(screen("hits"))


def test_no_word_of_a_parcel_is_in_a_message(firm, screen):
    """Messages end in logs and mails; only hits, on stdout, show what a parcel holds."""
    firm.receive(alert_body(selectors=[GLUE]))
    path = firm.folder / "day.csv"
    bad = "CANARY,half a line\n1.23E+11CANARY,,,CN,AU,CANARY,CANARY,CANARY tile,35061CANARY\n"
    path.write_text(table(GLUE_PARCEL) + bad)
    screen(path, code=3)
    assert "CANARY" not in screen.err
