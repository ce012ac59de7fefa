"""A parcel holds what was declared as it stands, whatever it came from, and no name."""

import pytest

from tocsin.core.errors import MalformedError
from tocsin.core.parcels import COLUMNS, MAX_CONTENTS, Content, FlatParcels, Parcel, Party, decode


def test_a_line_of_json_is_a_parcel_with_its_contents() -> None:
    line = (
        b'{"item_id": "RA1", "addressee": {"country": "AU"}, "contents": [{"hs": 293330}, {"net_g": 1.5}]}'
    )
    contents = [Content(hs=293330), Content(net_g=1.5)]
    assert Parcel(item_id="RA1", addressee=Party(country="AU"), contents=contents) == decode(line)


def test_names_are_never_read() -> None:
    line = b'{"item_id": "RA1", "consignee": "Canary", "sender": {"country": "CN", "name": "Canary"}}'
    assert "Canary" not in repr(decode(line))
    assert [] == [name for name in COLUMNS if "name" in name]


@pytest.mark.parametrize(
    "line", [b'{"item_id": "RA1"', b"[]", b'{"item_id": []}', b'{"item_id": "\xff"}', b"[" * 100_000]
)
def test_what_is_no_parcel_is_refused_without_its_content(line: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        decode(line)
    assert "RA1" not in str(caught.value)


def test_contents_have_a_bound() -> None:
    many = b'{"contents": [' + b",".join([b"{}"] * (MAX_CONTENTS + 1)) + b"]}"
    with pytest.raises(MalformedError, match="1001 contents"):
        decode(many)


def test_a_row_becomes_a_parcel_with_one_content() -> None:
    columns = {"item_id": 2, "sender_country": 0, "addressee_email": 1, "gross_g": 3, "content_origin": 4}
    flat = FlatParcels(6, columns, {"mail_class": "UX", "addressee_country": "AU"})
    expected = Parcel(
        item_id="RA1",
        awb_master="",
        awb_house="",
        mail_class="UX",
        category="",
        mode="",
        posted_at="",
        origin_office="",
        destination_office="",
        gross_g="12",
        sender=Party("CN", "", "", "", ""),
        addressee=Party("AU", "", "", "", "a@b.c"),
        contents=[Content("", "", "", "", "", "", "IN")],
    )
    assert expected == flat.parcel(["CN", "a@b.c", "RA1", "12", "IN", "unread"])
