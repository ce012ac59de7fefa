"""What lies in a home: key files, papers beside them, settings, the sealed store; damaged, or changed.

Each opens as before or is refused in a sentence of ours. `keys`: no key is opened as another one, and no
sentence holds a passphrase or a key. `home`: what people write themselves may say something else that is
sound. `store`: what was committed is all there, or the store is refused.
"""

from __future__ import annotations

import json
import random
import shutil
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from services.consumer.settings import ConsumerSettings
from services.producer.settings import ProducerSettings
from tests.fuzz.dice import mutated, with_value
from tests.fuzz.target import Target, Verdict
from tests.support.homes import write_home
from tests.support.publishing import Writer
from tests.support.reading import STORAGE_KEY
from tests.support.world import NEIGHBOUR, ORIGINATOR
from tocsin.adapters.home import ParticipantHome
from tocsin.adapters.kdf_parameters import KdfParameters
from tocsin.adapters.key_files import KDF_FILE, KeyFolder
from tocsin.adapters.outbox.store import FILE_NAME, open_outbox
from tocsin.adapters.passphrase import Passphrase
from tocsin.adapters.tokens import Tokens
from tocsin.core.errors import TocsinError

WORDS = "canary words nobody guesses"
SETTINGS = b"""\
[kafka]
bootstrap = "127.0.0.1:9092"
user = "neighbour"
password_file = "kafka-password"
security_protocol = "SASL_PLAINTEXT"

[producer]
port = 8801
allowed_hosts = ["localhost"]

[consumer]
port = 8802
"""


def named(name: str, data: bytes) -> bytes:
    """An input: a file's name, a line feed, its content."""
    return name.encode() + b"\n" + data


def changing(files: Mapping[str, bytes], dice: random.Random) -> bytes:
    """One of `files` with another content; text tables and JSON also with another value."""
    name = dice.choice(sorted(files))
    data = files[name]
    if data[:1] == b"{" and dice.random() < 0.5:
        return named(name, json.dumps(with_value(json.loads(data), dice)).encode())
    if dice.random() < 0.1:
        return named(name, dice.choice(sorted(files.values())))
    return named(name, mutated(data, dice))


def cheap_folder(path: Path) -> KeyFolder:
    """A folder of keys whose passphrase is stretched at once."""
    path.mkdir(parents=True, mode=0o700)
    (path / KDF_FILE).write_bytes(KdfParameters(b"salt" * 4, 64, 1, 1).to_json())
    (path / KDF_FILE).chmod(0o600)
    return KeyFolder.open(path, Passphrase(WORDS))


def silent(error: BaseException | None, secrets: tuple[bytes, ...]) -> None:
    """No sentence of `error`, nor of what caused it, holds one of `secrets` in any writing."""
    while error is not None:
        said = f"{error} {error!r}"
        for one in secrets:
            shown = (one.hex(), b64encode(one).decode().rstrip("="), repr(one)[2:-1])
            assert not any(text in said for text in shown), "a secret in a sentence"
        error = error.__cause__ or error.__context__


def open_keys(folder: Path) -> Target:
    """The target `keys`: key files, the key of the databases, and how the passphrase is stretched."""
    made = cheap_folder(folder)
    for name, key in (
        ("record", NEIGHBOUR.record),
        ("statement", NEIGHBOUR.statement),
        ("kem", NEIGHBOUR.kem),
    ):
        made.write(f"{name}.pem", key)
    storage_key = made.create_storage_key()
    files = {one.name: one.read_bytes() for one in folder.iterdir()}
    parts = [part for key in (NEIGHBOUR.record, NEIGHBOUR.statement, NEIGHBOUR.kem) for part in key.parts()]
    secrets = (WORDS.encode(), made.recovery(), storage_key, *(part.private_bytes_raw() for part in parts))
    wanted = _opened(folder)

    def make(dice: random.Random) -> bytes:
        return changing(files, dice)

    def judge(value: bytes) -> Verdict:
        head, _, data = value.partition(b"\n")
        name = head.decode()
        if files.get(name) == data:
            return Verdict.SAME
        try:
            (folder / name).write_bytes(data)
            found = _opened(folder)
        except TocsinError as error:
            silent(error, secrets)
            return Verdict.REFUSED
        finally:
            (folder / name).write_bytes(files[name])
        return Verdict.ALLOWED if found == wanted else Verdict.ACCEPTED

    return Target(
        make, judge, 128, tuple(named(KDF_FILE, one) for one in (b"\xef\xbb\xbf" + files[KDF_FILE],))
    )


def _opened(folder: Path) -> tuple[bytes, ...]:
    keys = KeyFolder.open(folder, Passphrase(WORDS))
    found = (keys.ed25519("record.pem"), keys.composite("statement.pem"), keys.xwing("kem.pem"))
    return (*(one.public for one in found), keys.storage_key())


def open_home(folder: Path) -> Target:
    """The target `home`: settings, the application, the welcome that was accepted, tokens."""
    write_home(folder, NEIGHBOUR, b'{"signed": {}}')
    (folder / "settings.toml").write_bytes(SETTINGS)
    (folder / "kafka-password").touch(mode=0o600)
    (folder / "kafka-password").write_text(WORDS)
    home = ParticipantHome.open(folder)
    tokens = folder / "tokens.json"
    given = Tokens(tokens).create("office", "publish")
    names = ("settings.toml", "keys/request.json", "participant.json", "tokens.json")
    files = {name: (folder / name).read_bytes() for name in names}
    applied = home.request()[1]

    def ask(name: str) -> Iterator[Callable[[], Any]]:
        yield home.participant_id
        yield lambda: home.access(None)
        yield lambda: ProducerSettings.load(home.settings("producer"))
        yield lambda: ConsumerSettings.load(home.settings("consumer"))
        yield lambda: Tokens(tokens).holder(given, "publish")
        yield Tokens(tokens).names
        if name == "keys/request.json":
            yield home.request

    def make(dice: random.Random) -> bytes:
        return changing(files, dice)

    def judge(value: bytes) -> Verdict:
        head, _, data = value.partition(b"\n")
        name, refused = head.decode(), False
        if files.get(name) == data:
            return Verdict.SAME
        (folder / name).write_bytes(data)
        try:
            for one in ask(name):
                try:
                    found = one()
                except TocsinError:
                    refused = True
                else:
                    assert one != home.request or found[1].keys == applied.keys, "another's keys"
        finally:
            (folder / name).write_bytes(files[name])
        return Verdict.REFUSED if refused else Verdict.ALLOWED

    examples = (named("settings.toml", SETTINGS + b"# a comment\n"), named("settings.toml", b""))
    return Target(make, judge, 128, examples[:1])


def open_store(folder: Path) -> Target:
    """The target `store`: the file of an outbox with a report in it, as a bad disk leaves it."""
    (folder / "made").mkdir(parents=True)
    writer = Writer(folder / "made")
    writer.accept("XX-1", "XX-2")
    writer.close()
    good = (folder / "made" / FILE_NAME).read_bytes()
    wanted, used = _stored(folder / "made"), folder / "used"

    def make(dice: random.Random) -> bytes:
        return mutated(good, dice)

    def judge(data: bytes) -> Verdict:
        if data == good:
            return Verdict.SAME
        shutil.rmtree(used, ignore_errors=True)
        used.mkdir(mode=0o700)
        (used / FILE_NAME).write_bytes(data)
        try:
            found = _stored(used)
        except TocsinError as error:
            silent(error, (STORAGE_KEY,))
            return Verdict.REFUSED
        return Verdict.ALLOWED if found == wanted else Verdict.ACCEPTED

    return Target(make, judge, 128)


def _stored(folder: Path) -> list[Any]:
    """Every row of the tables that hold what was accepted, through the store's own opening."""
    with closing(open_outbox(folder, STORAGE_KEY, ORIGINATOR.id)) as outbox:
        held = [outbox.status.of_reference(one) for one in ("XX-1", "XX-2")]
        return [held, outbox.database.execute("SELECT * FROM items ORDER BY 1")]
