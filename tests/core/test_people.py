"""Accounts: safe handles, closed roles, and who may do what."""

import pytest

from tocsin.core.errors import NotThisPersonError, RefusedByRuleError
from tocsin.core.people import Deed, Person, Role, check_display_name, check_handle, check_may, read_roles


def person(*roles: Role, disabled_at_s: int | None = None) -> Person:
    return Person("ana", "Ana Silva", frozenset(roles), "person-1", 0, disabled_at_s)


@pytest.mark.parametrize("handle", ["ana", "b.silva", "x-9", "ab"])
def test_a_handle_is_what_people_type(handle: str) -> None:
    assert handle == check_handle(handle)


@pytest.mark.parametrize(
    "handle", ["", "a", "Ana", "../ana", "ana/", ".ana", "ana.", "a" * 33, "añ", "ana\n"]
)
def test_a_handle_that_is_no_safe_file_name_is_refused(handle: str) -> None:
    with pytest.raises(RefusedByRuleError, match="a handle is"):
        check_handle(handle)


def test_a_name_is_one_printable_line() -> None:
    assert "Ana Silva" == check_display_name("Ana Silva")
    for wrong in ("", "a\nb", " ana", "x" * 101, "\u202eana"):
        with pytest.raises(RefusedByRuleError):
            check_display_name(wrong)


def test_roles_are_of_the_closed_list() -> None:
    assert {Role.OFFICER, Role.AUDITOR} == read_roles(["officer", "auditor"])
    with pytest.raises(RefusedByRuleError, match="no role boss; known are officer"):
        read_roles(["boss"])
    with pytest.raises(RefusedByRuleError, match="name a role"):
        read_roles([])


MAY = [
    (Deed.PROPOSE, {Role.OFFICER, Role.RELEASE_OFFICER}),
    (Deed.PREVIEW, {Role.OFFICER, Role.RELEASE_OFFICER, Role.READER}),
    (Deed.RELEASE, {Role.RELEASE_OFFICER}),
    (Deed.MANAGE_PEOPLE, {Role.ADMINISTRATOR}),
    (Deed.AUDIT, {Role.AUDITOR, Role.ADMINISTRATOR}),
]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("deed", "roles"), MAY)
def test_each_role_may_do_its_own_and_no_more(role: Role, deed: Deed, roles: set[Role]) -> None:
    if role in roles:
        check_may(person(role), deed)
    else:
        with pytest.raises(NotThisPersonError, match=f"ana may not {deed}"):
            check_may(person(role), deed)


def test_who_is_disabled_may_do_nothing() -> None:
    gone = person(*Role, disabled_at_s=9)
    assert not gone.may_release
    for deed in Deed:
        with pytest.raises(NotThisPersonError, match="disabled"):
            check_may(gone, deed)


def test_only_a_release_officer_releases() -> None:
    assert person(Role.RELEASE_OFFICER).may_release
    assert not person(Role.OFFICER, Role.ADMINISTRATOR).may_release


def test_a_name_stays_out_of_what_is_printed_for_programmers() -> None:
    assert "Silva" not in repr(person(Role.OFFICER))
