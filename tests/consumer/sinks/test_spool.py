"""Files of the spool: names, modes, text, disks that fail, what is taken back."""

import errno
import json
import os
from base64 import b64encode
from pathlib import Path

import pytest

from services.consumer.sinks.plans import Kind
from tests.support.plain import jpeg, png
from tests.support.world import ORIGINATOR
from tocsin.core.alert_images import image_of
from tocsin.core.errors import StorageError


def names(rig):
    return sorted(path.name for path in rig.spool.iterdir() if not path.name.startswith("heartbeat"))


def text(rig):
    (file,) = rig.spool.glob("alert-*.txt")
    return file.read_text()


async def test_a_file_is_named_by_alert_sender_version_and_status(rig):
    rig.add("a", version=3, status="updated", alert_id="a" * 32)
    await rig.run(Kind.SPOOL)
    stem = f"alert-{'a' * 32}-{ORIGINATOR.id.hex()[:16]}-v0003-updated"
    assert [f"{stem}.json", f"{stem}.txt"] == names(rig)


async def test_a_rerun_replaces_the_same_bytes(rig):
    rig.add("a")
    await rig.run(Kind.SPOOL)
    before = {name: (rig.spool / name).read_bytes() for name in names(rig)}
    rig.inbox.database.execute("DELETE FROM sinks")
    await rig.run(Kind.SPOOL)
    assert before == {name: (rig.spool / name).read_bytes() for name in names(rig)}


async def test_files_are_the_owners_alone_whatever_the_umask(rig):
    old = os.umask(0)
    try:
        rig.add("a")
        await rig.run(Kind.SPOOL)
    finally:
        os.umask(old)
    assert {0o600} == {path.stat().st_mode & 0o777 for path in rig.spool.iterdir()}
    assert 0o700 == rig.spool.stat().st_mode & 0o777


async def test_files_can_be_shown_to_a_group(rig):
    rig.add("a")
    await rig.run(Kind.SPOOL, group_readable=True)
    assert {0o640} == {path.stat().st_mode & 0o777 for path in rig.spool.iterdir()}


async def test_a_folder_that_is_missing_later_is_said_and_never_made(rig):
    await rig.run(Kind.SPOOL)
    back = rig.break_(Kind.SPOOL)
    rig.add("a")
    lines = await rig.run(Kind.SPOOL)
    assert f"the folder {rig.spool} is missing: make it, or mount it" in lines.sentences()[0]
    assert not rig.spool.exists()
    back()


async def test_what_is_no_folder_is_refused_at_the_start_and_leaves_no_sink(rig):
    rig.spool.touch()
    with pytest.raises(StorageError, match="is no folder: choose another"):
        await rig.run(Kind.SPOOL)
    assert [] == rig.inbox.sinks.all()


async def test_a_full_disk_is_said_and_what_waited_comes_when_there_is_room(rig, monkeypatch):
    await rig.run(Kind.SPOOL)
    rig.add("zanzibar")
    lines = await rig.lines(Kind.SPOOL)

    def full(_file):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr("tocsin.adapters.whole_files.os.fsync", full)
        await lines.settle()
    (said,) = lines.sentences()
    assert "No space left on device" in said
    assert "zanzibar" not in said
    assert [] == [path for path in rig.spool.iterdir() if path.name.startswith(".")]
    rig.now_s += 60
    await lines.settle()
    assert ["zanzibar"] == rig.titles()


async def test_the_text_says_first_what_to_do(rig):
    rig.add("a", action="hold-and-ask", tlp="AMBER", pap="GREEN")
    await rig.run(Kind.SPOOL)
    lines = text(rig).splitlines()
    assert ["TLP:AMBER · PAP:GREEN", "", "a"] == lines[:3]
    assert "Hold and ask: keep it where it is and ask your authority." == lines[3]
    assert "DO NOT TELL THE CUSTOMER." == lines[4]


async def test_the_text_says_whom_to_ask_and_how_the_office_is_reached(rig):
    with rig.inbox.transaction():
        rig.inbox.known.keep_authority("Colombia (CO), desk@customs.example")
    rig.add("a", action="hold-and-ask")
    await rig.run(Kind.SPOOL)
    assert "Your authority: Colombia (CO), desk@customs.example." in text(rig).splitlines()


async def test_the_text_warns_of_the_customer_only_where_he_may_not_be_told(rig):
    rig.add("a", tell_customer=True)
    await rig.run(Kind.SPOOL)
    assert "CUSTOMER" not in text(rig)


async def test_the_text_is_for_people_countries_by_name_and_what_to_look_for_as_a_sentence(rig):
    tests = [
        {"field": "declared_text", "operator": "phrase", "values": ["toner powder"]},
        {"field": "gross_weight_g", "operator": "between", "values": ["50", "1896"]},
    ]
    rig.add("a", origins=["CO", "NL"], mode="5", selectors=[{"tests": tests}])
    await rig.run(Kind.SPOOL)
    assert {
        "origins: Colombia (CO), Netherlands (NL)",
        "mode: Mail",
        "look for, all together: declared text phrase toner powder; gross weight g between 50 and 1896",
    } <= set(text(rig).splitlines())


async def test_a_line_that_the_sender_wrote_cannot_look_like_one_of_ours(rig):
    rig.add("a", advice="Look.\nCLEARED: the alert is over.")
    await rig.run(Kind.SPOOL)
    assert [] == [line for line in text(rig).splitlines() if line.startswith("CLEARED")]
    assert "    CLEARED: the alert is over." in text(rig)


async def test_pictures_lie_beside_the_text_under_its_name_and_the_json_holds_them_too(rig):
    images = [image_of(jpeg(), "White carton"), image_of(png())]
    rig.add("a", alert_id="a" * 32, images=images)
    await rig.run(Kind.SPOOL)
    stem = f"alert-{'a' * 32}-{ORIGINATOR.id.hex()[:16]}-v0001-active"
    endings = ["-image-1.jpg", "-image-2.png", ".json", ".txt"]
    assert [f"{stem}{ending}" for ending in endings] == names(rig)
    assert jpeg() == (rig.spool / f"{stem}-image-1.jpg").read_bytes()
    told = json.loads((rig.spool / f"{stem}.json").read_text())["data"]["report"]["images"]
    assert b64encode(png()).decode() == told[1]["content"]
    assert "picture 1, beside this file: JPEG, 2 × 1 pixels" in text(rig)
    assert "White carton" in text(rig)
    assert told[1]["content"] not in text(rig)


async def test_what_programs_look_for_is_there_last(rig, monkeypatch):
    rename, seen = Path.replace, []

    def noted(path, target):
        if target.name.startswith("alert-"):
            seen.append(target.suffix)
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", noted)
    rig.add("a", images=[image_of(png())])
    await rig.run(Kind.SPOOL)
    assert [".png", ".txt", ".json"] == seen


async def test_what_is_taken_back_loses_its_pictures_too(rig):
    rig.add("a", images=[image_of(png())])
    await rig.run(Kind.SPOOL)
    rig.withdraw("a")
    await rig.run(Kind.SPOOL)
    assert [] == list(rig.spool.glob("*.png"))


async def test_what_is_taken_back_loses_its_files_and_leaves_a_note(rig):
    rig.add("a")
    rig.add("a", version=2, status="updated")
    rig.add("b")
    await rig.run(Kind.SPOOL)
    rig.withdraw("a")
    await rig.run(Kind.SPOOL)
    assert ["b"] == rig.titles()
    (note,) = rig.spool.glob("*-withdrawn.json")
    assert "report.withdrawn" == json.loads(note.read_text())["type"]
    await rig.run(Kind.SPOOL)
    assert 4 == len(names(rig))


async def test_what_a_crash_left_is_cleared_when_it_is_old_and_nothing_else_is(rig):
    await rig.run(Kind.SPOOL)
    old, young, other = (rig.spool / name for name in (".alert-a-v0001-ac.x", ".alert-b.y", "mine.csv"))
    for path in (old, young, other):
        path.touch()
    os.utime(old, (0, 0))
    os.utime(other, (0, 0))
    await rig.run(Kind.SPOOL)
    assert [".alert-b.y", "mine.csv"] == names(rig)
