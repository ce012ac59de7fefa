"""`tocsin screen answer HIT CODE`: kept under fsync until `tocsin answer --hits` sends it."""

from __future__ import annotations

from pathlib import Path

from services.consumer.screening.desk import open_desk
from services.consumer.screening.showing import DO_NOT_TELL, found_hit
from tocsin.adapters.screening.hits import OWN_ORIGINATOR
from tocsin.core.errors import RefusedByRuleError
from tocsin.core.screening_hits import AnswerCode
from tocsin.runtime import console


def answer_hit(
    home: Path, passphrase_file: Path | None, about: tuple[str, str], note: str, *, with_parcel: bool
) -> None:
    """Store an answer. `about`: the hit's id and the code. Raises RefusedByRuleError, StorageError."""
    id_, word = about
    code = _code(word)
    with open_desk(home, passphrase_file) as desk:
        hit = found_hit(desk, id_)
        desk.screening.answers.add(hit, code, note, desk.now_s(), with_parcel=with_parcel)
    leaves = f"the code, and the parcel's number {hit.parcel}" if with_parcel else "the code alone"
    if hit.alert[0] == OWN_ORIGINATOR:
        console.say(f"hit {hit.id}: {code.value}; it came from your own list, and nothing is sent")
    else:
        console.say(f"hit {hit.id}: {code.value}; tocsin answer --hits sends your authority {leaves}")
    if not (hit.shown or {}).get("tell_customer"):
        console.say(DO_NOT_TELL)


def _code(word: str) -> AnswerCode:
    try:
        return AnswerCode(word.strip().lower().replace(" ", "-").replace("_", "-"))
    except ValueError:
        known = ", ".join(AnswerCode)
        raise RefusedByRuleError(f"{word!r} is no answer; there are {known}") from None
