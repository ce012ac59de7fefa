"""An alert as a firm will see it, in the script in which it is written."""

from services.producer.alerts.previewing import shown
from services.producer.reports import family
from tests.support.reports import smallest_alert
from tocsin.core.alert_fields import alert_check

ADVICE = "احتجزوا الطرد."


def page(**fields):
    codec = family("alert").versions.all[-1]
    return shown(codec.decode(codec.encode(alert_check(strict=True)(smallest_alert(**fields)))), "html")


def test_what_was_written_in_another_script_stands_in_its_own_direction_and_language():
    told = page(advice=ADVICE, language="ar")
    assert f'<dd dir="auto" lang="ar">{ADVICE}</dd>' in told
    assert told.startswith('<!doctype html>\n<html lang="en">')


def test_an_alert_that_does_not_say_its_language_is_not_said_to_be_in_ours():
    assert '<h1 dir="auto" lang="">' in page(advice=ADVICE)
