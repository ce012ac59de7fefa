"""Law: what is read of a parcel, and nothing else: no name of a person has a field here.

`decode` makes a parcel of one line of JSON, `FlatParcels` of the cells of a table. They guarantee that what
was declared is kept as it stands, digits and all: a number that a spreadsheet spoiled stays spoiled, and
nothing is guessed. What a field means for a match is left to `parcel_views`.
The only file that knows msgspec. Source: report and alert, "Screening".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter

import msgspec

from tocsin.core.errors import MalformedError

MAX_CONTENTS = 1_000

Scalar = str | int | float | None


class Party(msgspec.Struct, frozen=True, gc=False):
    """Where a sender or addressee can be found; never who it is."""

    country: Scalar = None
    postcode: Scalar = None
    house_no: Scalar = None
    phone: Scalar = None
    email: Scalar = None


class Content(msgspec.Struct, frozen=True, gc=False):
    """One line of the declared contents; weights in the unit of the file."""

    description: Scalar = None
    quantity: Scalar = None
    net_g: Scalar = None
    value: Scalar = None
    currency: Scalar = None
    hs: Scalar = None
    origin: Scalar = None


class Parcel(msgspec.Struct, frozen=True):
    """One parcel as its firm declared it. Empty and None are alike: not declared."""

    item_id: Scalar = None
    awb_master: Scalar = None
    awb_house: Scalar = None
    mail_class: Scalar = None
    category: Scalar = None
    mode: Scalar = None
    posted_at: Scalar = None
    origin_office: Scalar = None
    destination_office: Scalar = None
    gross_g: Scalar = None
    sender: Party = Party()
    addressee: Party = Party()
    contents: list[Content] = []


# A content's weight and value stand alone in a table; only its origin needs a word before it.
_NAMES = {
    "parcel": tuple(
        one for one in Parcel.__struct_fields__ if one not in {"sender", "addressee", "contents"}
    ),
    "sender": tuple(f"sender_{one}" for one in Party.__struct_fields__),
    "addressee": tuple(f"addressee_{one}" for one in Party.__struct_fields__),
    "content": tuple("content_origin" if one == "origin" else one for one in Content.__struct_fields__),
}
COLUMNS = tuple(name for names in _NAMES.values() for name in names)
"""Our names of the columns of a table, one content a row."""

_decoder = msgspec.json.Decoder(Parcel)


def decode(line: bytes) -> Parcel:
    """The parcel of one JSON object; fields without a place here are passed over unread.

    Raises MalformedError, saying where but not what.
    """
    try:
        parcel = _decoder.decode(line)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise MalformedError(f"is no parcel: {_reason(error)}") from None
    if len(parcel.contents) > MAX_CONTENTS:
        raise MalformedError(f"has {len(parcel.contents)} contents, at most {MAX_CONTENTS} are read")
    return parcel


def _reason(error: Exception) -> str:
    # The library names types and places, never values; other texts may hold content.
    return str(error) if isinstance(error, msgspec.ValidationError) else "no sound JSON"


class FlatParcels:
    """Makes parcels of rows. `columns`: our name of each column that is read, with its place in a row of
    `width` cells; `constants`: our name of what has no column -> what stands in every row.
    """

    def __init__(self, width: int, columns: Mapping[str, int], constants: Mapping[str, str]) -> None:
        # Behind the cells of a row stand an empty cell, for what has no column, and the constants.
        self._behind = ["", *constants.values()]
        places = {name: width + 1 + number for number, name in enumerate(constants)} | dict(columns)
        self._own, self._sender, self._addressee, self._content = (
            itemgetter(*(places.get(name, width) for name in names)) for names in _NAMES.values()
        )

    def parcel(self, cells: Sequence[str]) -> Parcel:
        """The parcel of one row."""
        row = [*cells, *self._behind]
        sender, addressee = Party(*self._sender(row)), Party(*self._addressee(row))
        return Parcel(*self._own(row), sender, addressee, [Content(*self._content(row))])  # type: ignore[call-arg]
