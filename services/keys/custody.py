"""`tocsin keys backup` and `restore`, with what people must know."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from services.keys.backing_up import back_up
from services.keys.restoring import restore
from tocsin.adapters.custodians import Rule
from tocsin.adapters.whole_files import write_whole
from tocsin.core.errors import RefusedByRuleError
from tocsin.runtime import console
from tocsin.runtime.times import clock_time


def back_up_told(
    home: Path, passphrase_file: Path | None, out: Path, shares: Path | None, people: tuple[int, int]
) -> None:
    """Back up, hand out the shares. Raises TocsinError."""
    if shares is not None and _lie_together(out.expanduser().resolve(), shares.resolve()):
        raise RefusedByRuleError("a share beside the backup opens it for whoever finds it: another folder")
    if shares is not None and (taken := sorted(shares.glob("share-*.txt"))):
        raise RefusedByRuleError(f"{taken[0]} exists: a share is never written over another")
    rule = Rule(*people)
    made = back_up(home, out, rule, passphrase_file)
    for number, words in enumerate(made, 1):
        head = (
            f"# share {number} of {rule.custodians}; {rule.needed} together restore the backup {out.name}\n"
        )
        if shares is None:
            console.data(head + words)
        else:
            write_whole(shares / f"share-{number}.txt", f"{head}{words}\n".encode())
    console.say(f"{out} is encrypted; {rule.needed} of its {rule.custodians} shares together open it")
    console.say("next: give each share to its custodian, and keep none of them here")


def _lie_together(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def restore_told(source: Path, shares: Sequence[Path], home: Path, passphrase_file: Path | None) -> None:
    """Restore, and say what the backup cannot know. Raises TocsinError."""
    done = restore(source, shares, home, passphrase_file)
    made = clock_time(done.made_at_s)
    console.say(f"{home} is participant {done.participant.hex()} as of {made}")
    console.warn(f"what was accepted after {made} and not published yet is not in it: file it again")
    console.say(
        "its next start reads back what it published since; every audience gets a new secret. If the old "
        "home may be in other hands: tocsin keys rotate --reason stolen"
    )
