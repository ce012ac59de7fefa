"""The declaration of topics, logins and ACLs: what cannot be meant so is said, and nothing is done."""

import pytest

from services.authority.logins import check_name
from tests.support.parties import DAY_S, NOW_S, Party
from tests.support.secure_kafka import shipped_settings
from tests.support.world import COURIER, ORIGINATOR, directory_of, targets
from tocsin.adapters.access_declaration import declaration
from tocsin.core.errors import RefusedByRuleError, SettingsError


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"[readers", "is no TOML"),
        (b"\xff\xfe", "is no TOML"),
        (b"[readers]\nion = 'governments'\n[firms]\nwrite_to = 'sponsor'", "topics are all"),
        (b"", "write_to is missing"),
    ],
)
def test_a_file_that_cannot_be_meant_so_is_named(tmp_path, content, why) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=why) as refused:
        declaration(file)
    assert str(file) in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path) -> None:
    with pytest.raises(SettingsError, match=r"there is no file .*nowhere"):
        declaration(tmp_path / "nowhere")


def test_the_shipped_broker_refuses_whom_no_acl_allows_and_knows_the_declared_admin() -> None:
    shipped = shipped_settings()
    assert "false" == shipped["allow.everyone.if.no.acl.found"]
    assert "User:tocsin-broker;User:tocsin-admin" == shipped["super.users"]
    assert "tocsin-admin" in declaration().logins


GONE = Party("Gone", changes={"ended": {"at_s": NOW_S, "reason": "withdrew"}})
DIRECTORY = directory_of(targets(ORIGINATOR, COURIER, GONE))


@pytest.mark.parametrize("name", [COURIER.id.hex(), "tocsin-standby"])
def test_a_participant_and_a_declared_login_get_one(name) -> None:
    assert name == check_name(name, DIRECTORY, declaration(), NOW_S)


@pytest.mark.parametrize(
    ("name", "at_s", "why"),
    [
        (GONE.id.hex(), NOW_S, "has ended: it gets no login"),
        (GONE.id.hex(), NOW_S - DAY_S, "is about to end"),
        ("root", NOW_S, "neither the id of a participant.*tocsin-admin"),
        (COURIER.id.hex().upper(), NOW_S, "neither the id"),
        ("", NOW_S, "neither the id"),
    ],
)
def test_nobody_else_gets_one(name, at_s, why) -> None:
    with pytest.raises(RefusedByRuleError, match=why):
        check_name(name, DIRECTORY, declaration(), at_s)
