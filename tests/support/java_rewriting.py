"""Apache Avro in Java over reports of ours: lines of `WRITER READER HEX` in, HEX out; files of schemas.

A process of its own, since one has a Java virtual machine once: `python -m tests.support.java_rewriting`.
"""

import os
import sys
from pathlib import Path

from scripts.java_avro import JavaAvro
from tocsin.core.errors import OutsideFault, TocsinError
from tocsin.runtime.exits import Exit


def main() -> int:
    """Exit code: 0 done, 6 where Java's jars cannot be had."""
    try:
        java = JavaAvro(os.environ, lambda text: print(text, file=sys.stderr))
    except TocsinError as error:
        print(error, file=sys.stderr)
        return Exit.UNREACHABLE if isinstance(error, OutsideFault) else Exit.USAGE
    for line in sys.stdin:
        writer, reader, body = line.split()
        print(
            java.rewritten(bytes.fromhex(body), Path(writer).read_bytes(), Path(reader).read_bytes()).hex()
        )
    return Exit.WHOLE


if __name__ == "__main__":
    sys.exit(main())
