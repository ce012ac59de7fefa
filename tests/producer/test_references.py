"""References that are given: as the settings say, in the receipt, never twice whatever dies."""

import json
import subprocess
import sys
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.producer.issuing import issuer_of
from tests.support.incidents import SEIZURE
from tocsin.adapters.home import ParticipantHome
from tocsin.core.errors import SettingsError
from tocsin.core.national_references import Issuer
from tocsin.main import main

YEAR = datetime.now(UTC).year


@pytest.fixture
def publish(home, tmp_path, capsys):
    def publish(*changes, options=()):
        path = tmp_path / "r.json"
        path.write_text("".join(json.dumps(deepcopy(SEIZURE) | one) + "\n" for one in changes))
        main(["publish", "--no-wait", *options, str(path)])
        return [json.loads(line)["reference"] for line in capsys.readouterr().out.splitlines()]

    return publish


def test_a_report_without_a_reference_is_given_one_and_told_it(publish):
    assert [f"CO-NFP-{YEAR}-00001", "A-7", f"CO-NFP-{YEAR}-00002"] == publish(
        {}, {"national_reference": "A-7"}, {}
    )


def test_exercises_are_counted_apart(publish):
    assert [f"CO-EXERCISE-{YEAR}-00001", f"CO-NFP-{YEAR}-00001"] == publish({"exercise": True}, {})


def test_what_was_given_is_a_reference_like_any_other(publish):
    (given,) = publish({})
    changed = {"national_reference": given, "kind": "diversion"}
    assert [] == publish(changed)
    assert [given] == publish(changed, options=["--update"])


def test_the_agency_stands_in_the_settings(home, publish):
    (home / "settings.toml").write_text('[report]\nagency = "CUS"\n')
    assert [f"CO-CUS-{YEAR}-00001"] == publish({})


def test_the_country_is_that_of_the_application(home):
    assert Issuer("CO", "NFP") == issuer_of(ParticipantHome.open(home))


@pytest.mark.parametrize("agency", ['"cus"', '"EXERCISE"', '""', "7"])
def test_an_agency_that_cannot_be_is_refused_before_anything_is_accepted(home, agency):
    (home / "settings.toml").write_text(f"[report]\nagency = {agency}\n")
    with pytest.raises(SettingsError, match="TOCSIN_REPORT_AGENCY"):
        issuer_of(ParticipantHome.open(home))


def test_no_number_comes_twice_when_the_publisher_is_killed_in_the_middle(home, publish, capsys):
    line = json.dumps(SEIZURE).encode() + b"\n"
    command = [Path(sys.executable).with_name("tocsin"), "publish", "--no-wait", "-"]
    for _ in range(2):
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdin is not None
            # Two batches and a part of a third: what a pipe cannot hold was taken.
            process.stdin.write(line * 1_200)
            process.stdin.flush()
            process.kill()
    (last,) = publish({})
    number = int(last.rpartition("-")[2])
    main(["status", "--json"])
    accepted = json.loads(capsys.readouterr().out.splitlines()[0])["count"]
    # Every number up to the last belongs to one report, which concerns two regions.
    assert 2 * number == accepted
    assert number > 500
