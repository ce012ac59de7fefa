"""Reports that arrive at the same moment: each is answered, whatever another one brings up."""

import asyncio

import pytest

from services.producer.group_commit import GroupCommit
from services.producer.importing.run_import import Fate
from tests.support.publishing import Writer


@pytest.fixture
def writer(tmp_path):
    return Writer(tmp_path)


@pytest.fixture
def commit(writer, monkeypatch):
    """Storing the report "bad" brings up a bug."""
    store = writer.acceptance.store

    def fails(prepared):
        if prepared.submission.report.reference == "bad":
            raise ZeroDivisionError
        return store(prepared)

    monkeypatch.setattr(writer.acceptance, "store", fails)
    return GroupCommit(writer.acceptance, writer.outbox, writer.clock.clocks, lambda: None)


async def answers(commit, writer, *references):
    """What each of them is answered; nobody waits for over 10 s."""
    handed_in = [commit.accept(writer.submission(one), None) for one in references]
    async with asyncio.timeout(10):
        return await asyncio.gather(*handed_in, return_exceptions=True)


async def test_a_bug_is_told_to_whose_report_it_is_and_the_others_are_stored(commit, writer):
    first, bad, last = await answers(commit, writer, "a", "bad", "b")
    assert [Fate.ACCEPTED, Fate.ACCEPTED] == [first.fate, last.fate]
    assert isinstance(bad, ZeroDivisionError)
    stored = [bool(writer.outbox.status.of_reference(one)) for one in ("a", "bad", "b")]
    assert [True, False, True] == stored


async def test_what_comes_after_a_bug_is_stored(commit, writer):
    await answers(commit, writer, "bad")
    (later,) = await answers(commit, writer, "a")
    assert Fate.ACCEPTED is later.fate
