"""What firms have: an HTTP server that takes webhooks and a mail server with TLS, both real."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller

from services.workshop.ports import find_free


@dataclass(frozen=True)
class Posted:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def signed_by(self, secret: str) -> bool:
        """Verified as the specification says, written here a second time."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return wanted in self.headers["webhook-signature"].split(" ")


@dataclass
class Receiver:
    """A webhook's receiver. `answer` gives (status, headers) for a request and may block."""

    answer: Callable[[Posted], tuple[int, dict[str, str]]] = lambda _posted: (204, {})
    posted: list[Posted] = field(default_factory=list)
    came: threading.Condition = field(default_factory=threading.Condition)
    tls: ssl.SSLContext | None = None

    def __enter__(self) -> Receiver:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                posted = Posted(self.path, headers, body)
                with outer.came:
                    outer.posted.append(posted)
                    outer.came.notify_all()
                status, more = outer.answer(posted)
                self.send_response(status)
                for name, value in ({"Content-Length": "0"} | more).items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_words: object) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def wait_for(
        self, found: Callable[[Posted], bool], count: int = 1, timeout_s: float = 60
    ) -> list[Posted]:
        """The requests that match, once there are `count`."""

        def there() -> list[Posted]:
            return [one for one in self.posted if found(one)]

        with self.came:
            assert self.came.wait_for(lambda: len(there()) >= count, timeout_s), self.posted
            return there()

    def of(self, type_: str, count: int = 1, timeout_s: float = 60) -> list[Posted]:
        """The events of a type."""
        return self.wait_for(lambda one: one.json["type"] == type_, count, timeout_s)


class MailBox:
    """A mail server that offers STARTTLS and takes nothing without it."""

    def __init__(self, folder: Path, *, trusted: bool = True, tls: bool = True) -> None:
        authority = trustme.CA()
        certificate = (authority if trusted else trustme.CA()).issue_cert("localhost", "127.0.0.1")
        self.ca_file = folder / "mail-ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        self.mails: list[Message] = []
        self.came = threading.Condition()
        self.refuse: str | None = None
        self.port = find_free(1)
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            tls_context=context if tls else None,
            require_starttls=tls,
        )

    def __enter__(self) -> MailBox:
        self._controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._controller.stop()

    async def handle_DATA(  # noqa: N802 - the library's name
        self, _server: object, _session: object, envelope: Any
    ) -> str:
        """What aiosmtpd calls."""
        if self.refuse is not None:
            return self.refuse
        with self.came:
            self.mails.append(message_from_bytes(envelope.content))
            self.came.notify_all()
        return "250 taken"

    def wait_for(self, count: int, timeout_s: float = 60) -> list[Message]:
        """The mails, once there are `count`."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.mails) >= count, timeout_s), self.mails
            return list(self.mails)

    def settings(self) -> str:
        """[consumer.smtp] of settings.toml."""
        return (
            f'[consumer.smtp]\nhost = "localhost"\nport = {self.port}\n'
            f'sender = "tocsin@firm.example"\nca_file = "{self.ca_file}"\n'
        )
