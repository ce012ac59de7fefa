"""The allow-lists: every field of an alert has its line, and every line names sectors that exist."""

import json

import schemas
from tests.support.reports import problems_of, smallest_alert
from tocsin.core import codes
from tocsin.core.alert_fields import alert_check
from tocsin.core.alert_sectors import EVERY_SECTOR, SECTORS_OF_FIELD
from tocsin.core.alert_selectors import SECTORS_OF_TEST
from tocsin.core.alert_targets import SECTORS_OF_TARGET


def test_a_field_without_a_line_in_the_allow_list_fails_here() -> None:
    fields = {field["name"] for field in json.loads(schemas.load("reports/alert.avsc"))["fields"]}
    assert fields == set(SECTORS_OF_FIELD)


def test_the_lists_name_no_sector_that_is_not_there() -> None:
    lists = [*SECTORS_OF_FIELD.values(), *SECTORS_OF_TEST.values(), *SECTORS_OF_TARGET.values()]
    assert codes.sectors() == EVERY_SECTOR == set().union(*lists)


def test_everything_beyond_the_lists_is_named_at_once() -> None:
    alert = smallest_alert(
        sectors=["courier", "bank"],
        origins=["IN"],
        substances=[{"code": "fentanyl", "hs": "293333"}],
        selectors=[{"tests": [{"field": "payment_text", "operator": "phrase", "values": ["glue"]}]}],
        targets=[{"type": "awb", "value": "02081140743"}],
    )
    wanted = {"origins", "substances[0].hs", "selectors[0].tests[0].field", "targets[0].type"}
    assert wanted == set(problems_of(alert_check(strict=True), alert))
