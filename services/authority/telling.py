"""What is read aloud: drafts of roots, and fingerprints as code and as words."""

from __future__ import annotations

from tocsin.adapters.custodians import spoken
from tocsin.adapters.tuf_holders import DraftShown
from tocsin.runtime import console
from tocsin.runtime.times import clock_time


def tell_draft(shown: DraftShown) -> None:
    """What a draft says and who has signed it."""
    holders, signers = ", ".join(shown.holders), ", ".join(shown.signed_by) or "nobody"
    console.say(f"root {shown.version}, until {clock_time(shown.expires_at_s)}, held by {holders}")
    console.say(f"{shown.threshold} signatures are needed, two of each holder; signed by {signers}")
    if shown.standby is not None:
        console.say(f"timestamps may be signed by a standby too: {shown.standby}")
    tell_aloud(shown.fingerprint)


def tell_aloud(fingerprint: str) -> None:
    """A fingerprint, twice."""
    console.say(f"fingerprint {fingerprint}")
    console.say(f"in words: {spoken(fingerprint)}")
