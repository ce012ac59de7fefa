"""Keys at rest: they come back whole under the right passphrase, and everything else is refused."""

import base64
import json
import os
import subprocess
import sys

import pytest

from tocsin.adapters import kdf_parameters, key_files, pem_blocks
from tocsin.adapters.key_files import KeyFolder
from tocsin.adapters.passphrase import Passphrase
from tocsin.adapters.private_files import read_private, write_new
from tocsin.core.errors import KeyUnusableError
from tocsin.core.primitives import CompositePrivate, Ed25519Private, XWingPrivate

WORDS = "canary words nobody guesses"
CHEAP = {"memory_kib": 64, "iterations": 1, "lanes": 1}


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def keys(path) -> KeyFolder:
    return KeyFolder.create(path, Passphrase(WORDS))


def reopened(path, words: str = WORDS) -> KeyFolder:
    return KeyFolder.open(path, Passphrase(words))


def change(path, old: bytes, new: bytes) -> None:
    path.write_bytes(path.read_bytes().replace(old, new))


def change_kdf(path, **values) -> None:
    file = path / key_files.KDF_FILE
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


def test_each_kind_of_key_comes_back_whole(keys, path) -> None:
    record, statement = Ed25519Private.generate(), CompositePrivate.generate()
    kem = XWingPrivate.generate()
    keys.write("record.pem", record)
    keys.write("statement.pem", statement)
    keys.write("kem.pem", kem)

    again = reopened(path)
    assert record.public == again.ed25519("record.pem").public
    assert statement.public == again.composite("statement.pem").public
    assert kem.public == again.xwing("kem.pem").public


def test_the_storage_key_comes_back_whole(keys, path) -> None:
    made = keys.create_storage_key()
    assert (32, made) == (len(made), reopened(path).storage_key())


def test_openssl_format_needs_the_stretched_passphrase(keys, path) -> None:
    keys.write("record.pem", Ed25519Private.generate())
    text = (path / "record.pem").read_text()
    assert text.startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n")


def test_files_are_for_their_owner_alone(keys, path) -> None:
    keys.write("record.pem", Ed25519Private.generate())
    keys.create_storage_key()
    assert {0o600} == {file.stat().st_mode & 0o777 for file in path.iterdir()}
    assert {"kdf.json", "record.pem", "storage.key"} == {file.name for file in path.iterdir()}


def test_no_key_is_ever_overwritten(keys, path) -> None:
    keys.write("record.pem", Ed25519Private.generate())
    before = (path / "record.pem").read_bytes()
    with pytest.raises(KeyUnusableError, match=r"record\.pem exists and is never overwritten"):
        keys.write("record.pem", Ed25519Private.generate())
    with pytest.raises(KeyUnusableError, match="never overwritten"):
        KeyFolder.create(path, Passphrase(WORDS))
    assert before == (path / "record.pem").read_bytes()


def test_two_folders_never_share_a_salt(tmp_path) -> None:
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        folder.mkdir(mode=0o700)
        KeyFolder.create(folder, Passphrase(WORDS))
    salts = {json.loads((folder / "kdf.json").read_text())["salt"] for folder in folders}
    assert 2 == len(salts)


def test_h44_a_wrong_passphrase_is_named(keys, path) -> None:
    keys.write("record.pem", Ed25519Private.generate())
    keys.create_storage_key()
    wrong = reopened(path, "another passphrase")
    for load in (lambda: wrong.ed25519("record.pem"), wrong.storage_key):
        with pytest.raises(KeyUnusableError, match="passphrase is wrong, or the file is damaged"):
            load()


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"memory_kib": 2**32}, "memory_kib is not a whole number from 1 to 1048576"),
        ({"iterations": 10**9}, "iterations is not"),
        ({"lanes": 0}, "lanes is not"),
        ({"lanes": 17}, "lanes is not"),
        ({"lanes": True}, "lanes is not"),
        ({"memory_kib": "64"}, "memory_kib is not"),
        ({"memory_kib": 8, "lanes": 2}, "less than 8 for each lane"),
        ({"salt": "YWJj"}, "salt is not 16 to 64 bytes"),
        ({"salt": "A" * 88}, "salt is not"),
        ({"salt": "not base64!"}, "salt is not"),
        ({"salt": None}, "salt is not"),
        ({"kdf": "scrypt"}, "does not describe Argon2id"),
        ({"v": 2}, "does not describe Argon2id"),
    ],
)
def test_h44_parameters_out_of_bounds_are_refused_before_any_work(
    keys, path, values, fault, monkeypatch
) -> None:
    change_kdf(path, **values)
    monkeypatch.setattr(key_files, "Argon2id", None)
    with pytest.raises(KeyUnusableError, match=fault) as refused:
        reopened(path)
    assert str(path / "kdf.json") in str(refused.value)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"v":1,"v":1}', "[" * 10_000])
def test_h44_damaged_parameters_are_refused(keys, path, text) -> None:
    (path / "kdf.json").write_text(text)
    with pytest.raises(KeyUnusableError, match=r"kdf\.json"):
        reopened(path)


@pytest.fixture
def record_file(keys, path):
    change_kdf(path, **CHEAP)
    reopened(path).write("record.pem", Ed25519Private.generate())
    return path / "record.pem"


@pytest.mark.parametrize(
    "form",
    [
        lambda pem: pem.replace(b"\n", b"\r\n"),
        lambda pem: b"\xef\xbb\xbf" + pem,
        lambda pem: pem.rstrip(b"\n"),
        lambda pem: b"\n\n" + pem + b"\n",
    ],
    ids=["CRLF", "BOM", "no last newline", "empty lines"],
)
def test_h44_what_editors_and_mail_do_to_a_key_is_forgiven(record_file, path, form) -> None:
    expected = reopened(path).ed25519("record.pem").public
    record_file.write_bytes(form(record_file.read_bytes()))
    assert expected == reopened(path).ed25519("record.pem").public


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        (lambda pem: b"", "is empty"),
        (lambda pem: b"\n", "holds 0 encrypted keys instead of 1"),
        (lambda pem: pem + b"junk", "before, between or after"),
        (lambda pem: b"junk\n" + pem, "before, between or after"),
        (lambda pem: pem + b" ", "before, between or after"),
        (lambda pem: pem + pem, "holds 2 encrypted keys instead of 1"),
        (lambda pem: pem[:100], "before, between or after"),
        (lambda pem: pem.replace(b"ENCRYPTED ", b""), "before, between or after"),
        (lambda pem: pem[:60] + b"A" + pem[60:], "damaged"),
        (lambda pem: pem.replace(b"MII", b"AAA").replace(b"MIG", b"AAA"), "damaged"),
        (lambda pem: pem + b"x" * 70_000, "larger than 65536 bytes"),
    ],
)
def test_h44_anything_else_is_refused(record_file, path, form, fault) -> None:
    record_file.write_bytes(form(record_file.read_bytes()))
    with pytest.raises(KeyUnusableError, match=fault) as refused:
        reopened(path).ed25519("record.pem")
    assert "record.pem" in str(refused.value)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604])
def test_h44_a_key_that_others_may_read_is_refused(record_file, path, mode) -> None:
    record_file.chmod(mode)
    with pytest.raises(KeyUnusableError, match=rf"mode {mode:04o}, so others may use it: chmod 0600"):
        reopened(path).ed25519("record.pem")


def test_h44_a_folder_that_others_may_enter_is_refused(keys, path) -> None:
    path.chmod(0o755)
    with pytest.raises(KeyUnusableError, match="chmod 0700"):
        reopened(path)


def test_a_read_only_key_of_ours_loads(record_file, path) -> None:
    record_file.chmod(0o400)
    assert 32 == len(reopened(path).ed25519("record.pem").public)


def test_a_symbolic_link_to_a_private_file_loads(record_file, path) -> None:
    record_file.rename(path / "elsewhere.pem")
    record_file.symlink_to("elsewhere.pem")
    assert 32 == len(reopened(path).ed25519("record.pem").public)


def test_a_missing_key_is_named(keys) -> None:
    with pytest.raises(KeyUnusableError, match=r"absent\.pem cannot be read: No such file"):
        keys.ed25519("absent.pem")


def test_a_folder_in_place_of_a_key_is_refused(keys, path) -> None:
    (path / "record.pem").mkdir()
    with pytest.raises(KeyUnusableError, match="is no file"):
        keys.ed25519("record.pem")


def test_a_key_of_another_kind_is_refused(keys) -> None:
    keys.write("record.pem", Ed25519Private.generate())
    keys.write("statement.pem", CompositePrivate.generate())
    keys.write("kem.pem", XWingPrivate.generate())
    with pytest.raises(KeyUnusableError, match=r"kem\.pem holds a key of the wrong kind"):
        keys.composite("kem.pem")
    with pytest.raises(KeyUnusableError, match=r"statement\.pem holds a key of the wrong kind"):
        keys.xwing("statement.pem")
    with pytest.raises(KeyUnusableError, match="holds 1 encrypted keys instead of 2"):
        keys.composite("record.pem")


def test_a_single_key_of_another_kind_is_refused(keys, path) -> None:
    keys.write("kem.pem", XWingPrivate.generate())
    blocks = pem_blocks.split(path / "kem.pem", (path / "kem.pem").read_bytes(), 2)
    write_new(path / "record.pem", blocks.private[1] + b"\n" + blocks.public[1])
    with pytest.raises(KeyUnusableError, match=r"record\.pem holds a key of the wrong kind"):
        keys.ed25519("record.pem")


def first_block(file):
    """The lines of the encrypted key in `file`."""
    lines = file.read_bytes().splitlines()
    return lines[: lines.index(b"-----END ENCRYPTED PRIVATE KEY-----") + 1]


def with_other_key(file, der):
    """Write `der` in the place of the encrypted key in `file`; its public key stays."""
    lines, text = first_block(file), file.read_bytes()
    changed = b"\n".join((lines[0], base64.b64encode(der), lines[-1]))
    file.write_bytes(changed + text[len(b"\n".join(lines)) :])


def test_h44_a_damaged_file_never_opens_as_another_key(record_file, path) -> None:
    """The cipher notices nothing of it: behind the header, the blocks are the key's own bytes."""
    der = bytearray(base64.b64decode(b"".join(first_block(record_file)[1:-1])))
    der[-40] ^= 1
    with_other_key(record_file, der)
    with pytest.raises(KeyUnusableError, match="its private key is not that of its public key"):
        reopened(path).ed25519("record.pem")


def test_h44_a_key_file_whose_public_key_was_cut_off_is_refused(record_file, path) -> None:
    record_file.write_bytes(b"\n".join(first_block(record_file)))
    with pytest.raises(KeyUnusableError, match=r"record\.pem holds 0 public keys beside 1 private"):
        reopened(path).ed25519("record.pem")


def test_h44_a_key_file_with_the_public_key_of_another_is_refused(record_file, path) -> None:
    reopened(path).write("other.pem", Ed25519Private.generate())
    other = (path / "other.pem").read_bytes().partition(b"-----BEGIN PUBLIC")
    own = b"\n".join(first_block(record_file)) + b"\n"
    for foreign, fault in (
        (other[1] + other[2], "is not that of"),
        (2 * (other[1] + other[2]), "holds 2 public"),
    ):
        record_file.write_bytes(own + foreign)
        with pytest.raises(KeyUnusableError, match=fault):
            reopened(path).ed25519("record.pem")


def test_h44_parameters_for_which_the_machine_has_no_memory_are_refused(keys, path, monkeypatch) -> None:
    def full(**_parameters):
        raise MemoryError

    monkeypatch.setattr(key_files, "Argon2id", full)
    with pytest.raises(KeyUnusableError, match=r"kdf\.json asks for 64 MiB of memory"):
        reopened(path)


def test_a_key_that_asks_for_no_work_is_refused(record_file, path) -> None:
    der = base64.b64decode(b"".join(first_block(record_file)[1:-1]))
    with_other_key(record_file, der.replace(b"\2\2\x08\0", b"\2\2\0\0"))
    with pytest.raises(KeyUnusableError, match="asks for 0 iterations, not 1 to 1000000"):
        reopened(path).ed25519("record.pem")


def test_a_key_that_asks_for_endless_work_is_refused_at_once(record_file, path) -> None:
    der = base64.b64decode(b"".join(first_block(record_file)[1:-1]))
    # INTEGER 2048 becomes INTEGER 2^31 - 1, two bytes longer, as the lengths around it then say.
    head, tail = der.split(bytes.fromhex("02020800"))
    hostile = bytearray(head + bytes.fromhex("02047fffffff") + tail)
    for length_at in (2, 4, 17, 19, 32):
        hostile[length_at] += 2
    with_other_key(record_file, hostile)
    with pytest.raises(KeyUnusableError, match="asks for 2147483647 iterations, not 1 to 1000000"):
        reopened(path).ed25519("record.pem")


PBES2, PBKDF2 = bytes.fromhex("2a864886f70d01050d"), bytes.fromhex("2a864886f70d01050c")


@pytest.mark.parametrize(
    "change_",
    [
        lambda der: der.replace(PBES2, PBES2[:-1] + b"\x0a"),
        lambda der: der.replace(PBKDF2, PBKDF2[:-1] + b"\x0b"),
        lambda der: der + b"\0",
        lambda der: der[:-1],
    ],
    ids=["another scheme", "another derivation", "something behind it", "cut off"],
)
def test_a_key_whose_work_cannot_be_read_is_refused_before_it_is_tried(record_file, path, change_) -> None:
    """Of another derivation the number that stands there is no count of iterations."""
    with_other_key(record_file, change_(base64.b64decode(b"".join(first_block(record_file)[1:-1]))))
    with pytest.raises(KeyUnusableError, match="not encrypted as Tocsin does it"):
        reopened(path).ed25519("record.pem")


@pytest.mark.parametrize("text", ["{}", '{"sealed":1}', '{"sealed":"!"}', "{", '{"sealed":"AAAA"}'])
def test_a_damaged_storage_key_is_refused(keys, path, text) -> None:
    keys.create_storage_key()
    (path / "storage.key").write_text(text)
    with pytest.raises(KeyUnusableError, match=r"storage\.key"):
        reopened(path).storage_key()


def test_h46_nothing_shows_passphrase_or_key(keys, path) -> None:
    keys.write("record.pem", Ed25519Private.generate())
    shown = repr(keys) + repr(Passphrase(WORDS)) + str(Passphrase(WORDS))
    shown += repr(kdf_parameters.KdfParameters(b"salt" * 4))
    with pytest.raises(KeyUnusableError) as refused:
        reopened(path, WORDS + "x").ed25519("record.pem")
    shown += repr(refused.value) + repr(refused.value.__cause__)
    assert "canary" not in shown
    assert "salt" not in shown.replace("salt is", "")


def test_a_key_that_we_may_read_and_another_owns_is_refused(record_file, path, monkeypatch) -> None:
    """As root may: whoever owns the file can change it at any moment."""
    monkeypatch.setattr("tocsin.adapters.private_files.os.geteuid", lambda: record_file.stat().st_uid + 1)
    with pytest.raises(KeyUnusableError, match="belongs to uid"):
        read_private(record_file)


def test_a_key_of_another_user_is_refused(tmp_path) -> None:
    script = (
        "import os, pathlib, sys\n"
        "from tocsin.adapters.private_files import read_private\n"
        "os.setuid(65534)\n"
        "read_private(pathlib.Path(sys.argv[1]))"
    )
    if os.geteuid() != 0:
        pytest.skip("needs root to become another user")
    file = tmp_path / "record.pem"
    file.write_bytes(b"canary")
    file.chmod(0o600)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        if folder.stat().st_mode & 0o001 == 0:
            folder.chmod(0o711)
    run = subprocess.run(
        [sys.executable, "-c", script, str(file)], capture_output=True, text=True, check=False
    )
    assert "uid 65534 may not read" in run.stderr
    assert "belongs to uid 0 with mode 0600" in run.stderr
    assert "canary" not in run.stderr
