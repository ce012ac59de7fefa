"""What firms should perhaps not be told, each with its place."""

from typing import Any

import pytest

from tests.support.plain import jpeg, png
from tests.support.reports import smallest_alert
from tocsin.core.alert_fields import alert_check
from tocsin.core.alert_images import image_of
from tocsin.core.alert_lint import MAX_FINDINGS, Finding, Surroundings, lint

AROUND = Surroundings(countries=("DK",), firms=("Swift Parcels",))


def findings(around: Surroundings = AROUND, **fields: Any) -> list[Finding]:
    return lint(alert_check(strict=True)(smallest_alert(**fields)), around)


def of(advice: str, around: Surroundings = AROUND) -> list[tuple[str, str]]:
    return [(one.code, one.excerpt) for one in findings(around, advice=advice)]


@pytest.mark.parametrize(
    ("advice", "code", "excerpt"),
    [
        ("Hold and call 2247 8000 then", "phone", "2247 8000"),
        ("write officer (at) customs dot gov", "address", "officer (at) customs dot gov"),
        ("see https://shop.example/x now", "address", "https://shop.example/x"),
        ("sold on shop.onion daily", "address", "shop.onion"),
        ("the seller @glueking posts", "address", "@glueking"),
        ("ask for Mr Ruiz", "person", "Mr Ruiz"),
        ("sent by Carlos de Ruiz weekly", "person", "Carlos de Ruiz"),
        ("Carlos Ruiz sends it", "person", "Carlos Ruiz"),
        ("das Łukasz Żak schickt", "person", "Łukasz Żak"),
        ("người nhận Nguyễn Văn", "person", "Nguyễn Văn"),
        ("the consignee is JUAN DE PEREZ again", "person", "JUAN DE PEREZ"),
        ("Получатель посылки Иван Петров.", "person", "Иван Петров"),
        ("احتفظ بطرد السيد علي حسن.", "person", "السيد علي حسن"),
        ("请扣留，收件人王小明。", "person", "收件人王小明"),
        ("请问王小明先生。", "person", "王小明先生"),
        ("in container MSKU 123456 7 only", "identifier", "MSKU 123456 7"),
        ("case XX-CUS-26-01 says", "identifier", "XX-CUS-26-01"),
        ("label 1Z999AA10 on it", "identifier", "1Z999AA10"),
        ("label 1ZAB12CDE on it", "identifier", "1ZAB12CDE"),
        ("it weighs 14.37 kg each", "exact-quantity", "14.37 kg"),
        ("it holds 1,237 tablets or so", "exact-quantity", "1,237 tablets"),
        ("paid USD 1,999 for it", "exact-quantity", "USD 1,999"),
        ("paid 1,950 EUR for it", "exact-quantity", "1,950 EUR"),
        ("sent on 2026-11-03 by air", "exact-date", "2026-11-03"),
        ("sent on 3 November by air", "exact-date", "3 November"),
        ("sent on 03/11/26 by air", "exact-date", "03/11/26"),
        ("enviado el 3 de noviembre por avión", "exact-date", "3 de noviembre"),
        ("envoyé le 1er août par avion", "exact-date", "1er août"),
        ("أُرسل في 3 نوفمبر جواً", "exact-date", "3 نوفمبر"),
        ("于11月3日寄出", "exact-date", "11月3日"),
        ("весит 14,37 кг", "exact-quantity", "14,37 кг"),
        ("as swift parcels saw", "other-firm", "swift parcels"),
    ],
)
def test_a_doubt_is_found_at_its_place(advice: str, code: str, excerpt: str) -> None:
    assert (code, excerpt) in of(advice)


@pytest.mark.parametrize(
    "advice",
    [
        "Hold the consignment and ask your national authority before delivery.",
        "Drums of 20 to 30 kg declared as tile glue or ceramic adhesive, sent by air freight.",
        "HS 293336, UN 1090, GHS07, 1,500 boxes a month.",
        "P-2-P and 3,4-MDP-2-P are precursors.\nWear gloves.",
        "HOLD THE PARCEL AND ASK YOUR NATIONAL AUTHORITY.",
        "Retenez le colis et demandez à votre autorité nationale.",
        "Retenga el paquete y consulte a su autoridad nacional.",
        "Задержите посылку и обратитесь в национальный орган.",
        "احتجزوا الطرد واسألوا سلطتكم الوطنية.",
        "请扣留该包裹并询问贵国主管机关；不要通知收件人。",
    ],
)
def test_the_words_of_an_alert_raise_no_doubt(advice: str) -> None:
    assert [] == of(advice)


def test_every_text_that_somebody_typed_is_looked_at() -> None:
    test = {"field": "declared_text", "operator": "in", "values": ["glue", "call 2247 8000"]}
    found = findings(
        title="call 2247 8000",
        advice="call 2247 8000",
        bulletin="call 2247 8000",
        cites=["0" * 32],
        substances=[{"code": "call 2247 8000"}],
        selectors=[{"tests": [test]}],
    )
    wanted = ["title", "advice", "bulletin", "substances[0].code", "selectors[0].tests[0].values[1]"]
    assert wanted == [one.place for one in found]
    assert "phone:title:5" == found[0].key


def test_words_of_the_report_are_found() -> None:
    around = Surroundings(source=("the drums were intercepted near the port of Cali",))
    assert [("narrative", "drums were intercepted near the port")] == of(
        "drums were intercepted near the port", around
    )


def test_a_target_with_a_wrong_check_digit_is_doubted() -> None:
    for value, wanted in (("020-8114 0743", []), ("020-8114 0744", ["check-digit"])):
        assert wanted == [one.code for one in findings(targets=[{"type": "awb", "value": value}])]


def test_findings_are_bounded() -> None:
    assert MAX_FINDINGS == len(findings(bulletin="14.37 kg. " * 300, cites=["0" * 32]))


def test_what_was_found_stays_out_of_what_is_printed_for_programmers() -> None:
    assert "2247" not in repr(findings(advice="call 2247 8000"))


def test_each_picture_is_a_doubt_and_its_caption_is_looked_at() -> None:
    images = [image_of(png(), "Handed over by Mr Ruiz"), image_of(jpeg())]
    found = findings(images=images)
    assert ["picture:images[0]:0", "picture:images[1]:0"] == [
        one.key for one in found if one.code == "picture"
    ]
    assert [("person", "images[0].caption", "Mr Ruiz")] == [
        (one.code, one.place, one.excerpt) for one in found if one.code == "person"
    ]
