"""Run in a process of its own: a publisher that may not take much memory, over real sockets.

`python -m tests.support.limited_publisher FOLDER` prints its port and a token; when its standard input
ends, it prints how many items its outbox holds, and by how many KiB it grew.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from services.producer.settings import ProducerSettings
from tests.support.publishing import Writer
from tests.support.served import publisher_app, served, submit_token
from tests.support.starved import used_bytes

ROOM_BYTES = 256 * 2**20


def main(folder: Path) -> None:
    """Serve, under a limit."""
    writer = Writer(folder)
    app = publisher_app(writer, folder, ProducerSettings())
    limit = used_bytes() + ROOM_BYTES
    with served(app) as port:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(json.dumps([port, submit_token(folder)]), flush=True)
        sys.stdin.read()
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib
    print(json.dumps([writer.outbox.items.waiting_items, grown_kib]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
