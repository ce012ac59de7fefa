"""Sends a mail through one's own mail server, always under TLS; the only file that knows `aiosmtplib`."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Literal

import aiosmtplib

from tocsin.adapters.private_files import read_private
from tocsin.core.errors import DeliveryFailedError, SettingsError

DEADLINE_S = 30.0
Security = Literal["starttls", "tls"]


@dataclass(frozen=True, slots=True)
class MailServer:
    """`starttls`: TLS is begun in the session, and nothing is sent without; `tls`: from the first byte.
    `password_file` has mode 0600; `ca_file` is trusted beside the system's certificates.
    """

    host: str
    port: int
    security: Security
    sender: str
    user: str | None = None
    password_file: Path | None = field(default=None, repr=False)
    ca_file: Path | None = None


def check_mailbox(text: str) -> str:
    """A plain address as `desk@firm.example`. Raises SettingsError."""
    try:
        address = Address(addr_spec=text)
    except (ValueError, IndexError, HeaderParseError):
        address = None
    if address is None or address.addr_spec != text or not address.domain or not text.isascii():
        raise SettingsError("a mailbox is written as desk@firm.example, without a name before it")
    return text


async def send(
    server: MailServer, to: str, subject: str, text: str, id_: str, deadline_s: float = DEADLINE_S
) -> None:
    """Hand a mail to the server; `id_` makes its Message-ID. Raises DeliveryFailedError."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = server.sender, to, subject
    message["Date"], message["Message-ID"] = formatdate(), f"<{id_}@tocsin.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    try:
        async with asyncio.timeout(deadline_s):
            await aiosmtplib.send(
                message,
                hostname=server.host,
                port=server.port,
                use_tls=server.security == "tls",
                start_tls=server.security == "starttls",
                tls_context=_tls(server.ca_file),
                username=server.user,
                password=_password(server.password_file),
                timeout=deadline_s,
            )
    except TimeoutError:
        raise DeliveryFailedError(f"the mail server did not finish within {deadline_s:g} s") from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise DeliveryFailedError(_why(error)) from None


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def _password(file: Path | None) -> str | None:
    return None if file is None else read_private(file).decode().rstrip("\r\n")


def _why(error: Exception) -> str:
    """In words, without what the server says: it may quote anything."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "the mail server's certificate is not trusted"
        cause = cause.__cause__ or cause.__context__
    match error:
        case aiosmtplib.SMTPAuthenticationError():
            return "the mail server does not take the user and password"
        case aiosmtplib.SMTPTimeoutError():
            return "the mail server did not answer in time"
        case aiosmtplib.SMTPResponseException():
            return f"the mail server answered {error.code}"
        case aiosmtplib.SMTPConnectError() | aiosmtplib.SMTPServerDisconnected() | OSError():
            return "the mail server cannot be connected to, or broke off"
        case _:
            return "the mail server does not offer TLS, or refused the mail"
