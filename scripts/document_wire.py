"""The blocks of docs/wire-format.md that the code knows best: `python -m scripts.document_wire`.

It says whether the page is in step and exits 1 where it is not; `--write` puts it in step.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from fastavro.schema import to_parsing_canonical_form

import schemas
from tocsin.core import padding, wire
from tocsin.core.avro import Codec
from tocsin.core.letters import WAYS
from tocsin.core.outcomes import AlarmKind, Outcome, Reason, Step

PAGE = Path(__file__).parents[1] / "docs" / "wire-format.md"
TYPES = (
    *("envelope", "header", "inner", "statement", "manifest", "checkpoint", "key_request", "wrap"),
    "receipt",
)
_BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)

_Q, _P, _S, _D = Outcome.QUARANTINED, Outcome.PARKED, Outcome.SKIPPED, Outcome.DUPLICATE
Ends = tuple[tuple[Outcome, Reason], ...]
RUNGS: dict[Step, tuple[str, Ends]] = {
    Step.SIZE: ("A value of 1 to 262,144 bytes.", ((_Q, Reason.EMPTY), (_Q, Reason.TOO_LARGE))),
    Step.MAGIC: ("It begins with the prefix of Envelope.", ((_Q, Reason.NOT_OURS),)),
    Step.ENVELOPE: ("It is the one encoding of an Envelope.", ((_Q, Reason.MALFORMED),)),
    Step.HEADER: (
        "The header has at most 512 bytes, one encoding, and numbers within the bounds below.",
        ((_Q, Reason.MALFORMED), (_Q, Reason.OUT_OF_BOUNDS)),
    ),
    Step.PLACE: (
        "Stream, region and partition, or inbox, are where it was read.",
        ((_Q, Reason.WRONG_PLACE),),
    ),
    Step.SIGNER: (
        "The directory has the key: the originator's, for records, valid at the header's time.",
        ((_P, Reason.UNKNOWN_KEY), (_Q, Reason.WRONG_KEY), (_Q, Reason.KEY_NOT_VALID)),
    ),
    Step.SIGNATURE: ("The signature over the leaf holds.", ((_Q, Reason.BAD_SIGNATURE),)),
    Step.KNOWN: (
        "The same leaf was not dealt with for good before.",
        ((_D, Reason.KNOWN), (_S, Reason.EXPIRED)),
    ),
    Step.RETIRED: (
        "Under a retired key: not behind the log's final head.",
        ((_Q, Reason.RETIRED_KEY),),
    ),
    Step.LOG: ("Judged against the log's head, which moves here. Ends nothing; may raise alarms.", ()),
    Step.SUITE: (
        "Suite 1. 2 to 254 may come one day; 0 and 255 never.",
        ((_P, Reason.UNKNOWN_SUITE), (_Q, Reason.NO_SUCH_SUITE)),
    ),
    Step.ROLE: ("A role of the originator may publish to the stream.", ((_Q, Reason.ROLE),)),
    Step.TIME: (
        "Not expired; not ahead of the reader's clock; a known audience; an end that it allows.",
        (
            (_S, Reason.EXPIRED),
            (_P, Reason.FROM_THE_FUTURE),
            (_Q, Reason.FROM_THE_FUTURE),
            (_P, Reason.UNKNOWN_AUDIENCE),
            (_Q, Reason.OUT_OF_BOUNDS),
        ),
    ),
    Step.FOR_ME: (
        "Somebody else's record, for us, with manifest and secret, within the manifest's window.",
        (
            (_S, Reason.OWN_RECORD),
            (_S, Reason.NOT_A_MEMBER),
            (_P, Reason.NO_KEY),
            (_Q, Reason.OUTSIDE_WINDOW),
        ),
    ),
    Step.OPEN: ("The ciphertext opens.", ((_Q, Reason.CANNOT_OPEN),)),
    Step.INNER: (
        "Padding and Inner have one encoding; each item has a UUIDv7 and a version of at least 1.",
        ((_Q, Reason.MALFORMED), (_Q, Reason.OUT_OF_BOUNDS)),
    ),
    Step.SCHEMA: (
        "The directory has the schema, the audience may be sent it by this originator, the approvals hold.",
        ((_P, Reason.UNKNOWN_SCHEMA), (_Q, Reason.SCHEMA_NOT_ALLOWED), (_Q, Reason.APPROVALS)),
    ),
    Step.BODY: ("The body is the one encoding of its schema.", ((_Q, Reason.MALFORMED),)),
    Step.DOMAIN: (
        "The report keeps the rules of the domain; a part of a file fits the others.",
        ((_Q, Reason.DOMAIN), (_Q, Reason.CONTRADICTS)),
    ),
    Step.STORE: (
        "Not known, not other bytes under a known version, not withdrawn; room for files: stored.",
        (
            (Outcome.ACCEPTED, Reason.WHOLE),
            (_D, Reason.KNOWN),
            (_Q, Reason.OTHER_BYTES),
            (_S, Reason.WITHDRAWN),
            (_P, Reason.NO_ROOM),
        ),
    ),
}


def types() -> str:
    """Every wire type with its prefix and its schema in Parsing Canonical Form."""
    parts = []
    for name in TYPES:
        codec: Codec = wire.codec(name)
        canonical = to_parsing_canonical_form(codec.schema)
        title = codec.schema["name"]
        parts.append(f"**{title}** · prefix `{codec.prefix.hex()}`\n\n```json\n{canonical}\n```\n\n")
    return "".join(parts)


def attachment_part() -> str:
    """The schema of a part of a file in Parsing Canonical Form."""
    codec = Codec(schemas.load("reports/attachment_part.avsc"))
    return f"```json\n{to_parsing_canonical_form(codec.schema)}\n```\n"


def ladder() -> str:
    """Every rung with what it asks and how it can end a climb."""
    lines = ["| rung | asks | may end with |\n", "|---|---|---|\n"]
    for step, (asks, ends) in RUNGS.items():
        ending = "; ".join(f"{outcome}: {reason}" for outcome, reason in ends) or "nothing"
        lines.append(f"| {int(step)} | {asks} | {ending} |\n")
    return "".join(lines)


def alarms() -> str:
    """Every alarm in its words."""
    return "".join(f"- {kind.name.lower().replace('_', ' ')}: {kind}\n" for kind in AlarmKind)


def letters() -> str:
    """Every schema with whom it may go to in an inbox."""
    lines = ["| schema | in an inbox, from whom to whom |\n", "|---|---|\n"]
    for name, allowed in WAYS.items():
        lines.append(f"| `{name}` | {'; '.join(sorted(allowed))} |\n")
    return "".join(lines)


def sizes() -> str:
    """The size classes of a padded plaintext."""
    shown = ", ".join(f"{size:,}" for size in padding.SIZES_BYTES[:8])
    return f"{shown}, … {padding.SIZES_BYTES[-1]:,}\n"


BLOCKS: dict[str, Callable[[], str]] = {
    "wire_types": types,
    "attachment_part": attachment_part,
    "wire_ladder": ladder,
    "wire_letters": letters,
    "wire_alarms": alarms,
    "wire_sizes": sizes,
}


def fresh(text: str) -> str:
    """`text` with each block as the code has it now."""
    return _BLOCK.sub(lambda match: match[1] + BLOCKS[match[2]]() + match[4], text)


def main(arguments: list[str]) -> int:
    """0 where the page is in step, or was rewritten."""
    text = PAGE.read_text(encoding="utf-8")
    if fresh(text) == text:
        return 0
    if arguments != ["--write"]:
        sys.stderr.write(
            "docs/wire-format.md is out of date: run python -m scripts.document_wire --write\n"
        )
        return 1
    PAGE.write_text(fresh(text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
