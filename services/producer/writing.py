"""`tocsin report new | drafts | submit`: a report that is written in a terminal, kept, and published."""

from __future__ import annotations

import time
from dataclasses import replace

from services.producer.asking import Asking, InterruptedAskingError
from services.producer.checking import advice, print_sentences
from services.producer.documents import Document
from services.producer.participant import Participant, open_participant
from services.producer.publishing import Ask, How, publish_documents
from tocsin.adapters.country_names import find_countries
from tocsin.adapters.drafts import Draft, Drafts, open_drafts
from tocsin.core import quick_form
from tocsin.core.attachments import listed
from tocsin.core.watch_lists import WatchLists
from tocsin.runtime import console
from tocsin.runtime.exits import Exit
from tocsin.runtime.times import iso_time


def new_report(ask: Ask, how: How, language: str, name: str | None) -> Exit:
    """Ask the ten rows (or go on with the draft `name`), show what would help, publish if told to.

    INCOMPLETE where the asking was interrupted; the draft is kept. Raises TocsinError.
    """
    participant = open_participant(ask.home, ask.passphrase_file)
    with open_drafts(participant.home, participant.storage_key) as drafts:
        draft = _begun(drafts) if name is None else drafts.get(name)
        try:
            wanted = _asked(drafts, draft, how, language, participant.watch_lists())
        except InterruptedAskingError:
            again = (
                f"draft {draft.name} is kept: `tocsin report new --draft {draft.name}` goes on{_with(how)}"
            )
            console.say("\n" + (again if draft.answers else "nothing was answered, so nothing is kept"))
            return Exit.INCOMPLETE
        if not wanted:
            submit = f"`tocsin report submit {draft.name}` publishes it{_with(how)}"
            console.say(f"draft {draft.name} is kept: {submit}")
            return Exit.WHOLE
        return _submit(participant, drafts, draft, ask, how)


def submit_draft(ask: Ask, how: How, name: str) -> Exit:
    """Publish a draft; it is taken away once it is accepted. Raises TocsinError."""
    participant = open_participant(ask.home, ask.passphrase_file)
    with open_drafts(participant.home, participant.storage_key) as drafts:
        return _submit(participant, drafts, drafts.get(name), ask, how)


def print_drafts(ask: Ask, deleted: str | None) -> None:
    """Print the names of the drafts with their kinds; first delete one. Raises RefusedByRuleError."""
    participant = open_participant(ask.home, ask.passphrase_file)
    with open_drafts(participant.home, participant.storage_key) as drafts:
        if deleted is not None:
            drafts.delete(deleted)
        rows = [
            {
                "draft": one.name,
                "changed_at": iso_time(one.changed_at_s),
                "kind": one.answers.get("kind"),
                "answers": len(one.answers),
            }
            for one in drafts.all()
        ]
    console.rows(rows, ["draft", "changed_at", "kind", "answers"], as_json=ask.as_json)


def _begun(drafts: Drafts) -> Draft:
    now_s = int(time.time())
    return Draft(drafts.new_name(now_s), now_s, {})


def _with(how: How) -> str:
    return ", with the same --attach as now: drafts hold no files" if how.files else ""


def _asked(drafts: Drafts, draft: Draft, how: How, language: str, lists: WatchLists) -> bool:
    """Whether to publish it now. The answers of `draft` are filled in. Raises InterruptedAskingError."""

    def keep(answers: dict[str, str]) -> None:
        drafts.keep(draft.name, answers, int(time.time()))

    asking = Asking(draft.answers, language, keep)
    asking.ask_all()
    report = asking.sound(int(time.time()))
    files = [listed(b"", one.of_report(b"")) for one in how.files]
    with_files = replace(report, body={**report.body, "attachments": files})
    print_sentences(advice(draft.name, with_files, language, lists))
    return asking.yes("publish it now? yes or no")


def _submit(participant: Participant, drafts: Drafts, draft: Draft, ask: Ask, how: How) -> Exit:
    """The outbox remembers which reference the draft was given: a second attempt is the same report."""
    report = quick_form.report_of(draft.answers, find_countries)
    document = Document(draft.name, report, draft=draft.name)
    code = publish_documents(participant, ask, iter([document]), how)
    if code in {Exit.WHOLE, Exit.INCOMPLETE}:
        drafts.delete(draft.name)
    return code
