"""Law: when a pattern hits too much to be looked at.

A pattern that hits more than one parcel in a thousand mutes itself, once it has hit more than ten times: in
a small file one true hit is more than that share. Judged over a whole file, never along the way, since
rows often come sorted. The share is told to the issuer, never a parcel.
Source: report and alert, "Screening".
"""

from __future__ import annotations

MAX_SHARE = 0.001
MIN_HITS = 10
MAX_KEPT_HITS = 1_000
"""So many hits of one pattern in one file are kept; further ones are counted."""


def per_thousand(hits: int, parcels: int) -> int:
    """The share as it is told: of 1,000 parcels so many were hit, rounded up."""
    return min(1_000, -(-1_000 * hits // parcels))


def is_too_broad(hits: int, parcels: int) -> bool:
    """Whether a pattern that hit `hits` of `parcels` mutes itself."""
    return hits > MIN_HITS and hits > MAX_SHARE * parcels
