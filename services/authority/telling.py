"""What is read aloud: drafts of roots, and fingerprints as code and as words."""

from __future__ import annotations

from pathlib import Path

from services.authority.office import Office
from services.authority.proposal_words import describe
from tocsin.adapters.custodians import spoken
from tocsin.adapters.tuf_holders import DraftShown
from tocsin.adapters.tuf_proposals import Judged
from tocsin.adapters.tuf_signing import first_root_fingerprint
from tocsin.runtime import console
from tocsin.runtime.times import clock_time


def tell_draft(shown: DraftShown) -> None:
    """What a draft says and who has signed it."""
    holders, signers = ", ".join(shown.holders), ", ".join(shown.signed_by) or "nobody"
    console.say(f"root {shown.version}, until {clock_time(shown.expires_at_s)}, held by {holders}")
    console.say(f"{shown.threshold} signatures are needed, two of each holder; signed by {signers}")
    if shown.registrars:
        console.say(
            f"the list of entries is signed by {shown.registrars_needed} of its registrars: "
            f"{', '.join(shown.registrars)}"
        )
    if shown.standby is not None:
        console.say(f"timestamps may be signed by a standby too: {shown.standby}")
    tell_aloud(shown.fingerprint)


def tell_aloud(fingerprint: str) -> None:
    """A fingerprint, twice."""
    console.say(f"fingerprint {fingerprint}")
    console.say(f"in words: {spoken(fingerprint)}")


def tell_first_root(root: bytes) -> None:
    """The fingerprint of the first root, for who pins it and reads the same."""
    console.say("the directory's first root, of which who pins it must read the same:")
    tell_aloud(first_root_fingerprint(root))


def tell_proposal(judged: Judged, now_s: int) -> None:
    """What a proposal changes and for whom, who has signed it, and what is read aloud."""
    for sentence in describe(judged, now_s):
        console.data(sentence)
    signers = ", ".join(judged.signed_by) or "nobody"
    console.say(
        f"list {judged.version} under root {judged.root_version}; first root {judged.first_root[:16]}"
    )
    console.say(
        f"{judged.needed} of {', '.join(judged.registrars)} sign until {clock_time(judged.ends_at_s)}; "
        f"signed by {signers}"
    )
    tell_aloud(judged.fingerprint)


def tell_proposed(path: Path) -> None:
    """That a change waits for registrars, and where."""
    console.say(f"nothing is published yet: registrars sign {path}")
    console.say(
        "Next, for each: tocsin authority proposal sign; then, here: tocsin authority proposal publish."
    )


def tell_end(office: Office, then: str, *, dry_run: bool) -> None:
    """That a dry run changed nothing; else what follows the change, as `tell_next`."""
    if dry_run:
        console.say("nothing was changed; without --dry-run it will be")
    else:
        tell_next(office, then)


def tell_next(office: Office, then: str) -> None:
    """What follows a change: `then`, or where registrars sign, the proposal, or the regional list."""
    if office.regional_list is not None:
        console.say(f"nothing is published yet: hand {office.regional_list} to the authority")
        console.say("Next, there: tocsin authority registrar take, and publish.")
    elif office.proposed is None:
        console.say(then)
    else:
        tell_proposed(office.proposed)
