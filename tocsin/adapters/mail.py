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

from tocsin.adapters.certificates import trusting
from tocsin.adapters.private_files import read_private
from tocsin.core.errors import DeliveryFailedError, KeyUnusableError, SettingsError

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


def check_server(server: MailServer) -> None:
    """Whether what a session needs is there. Raises SettingsError, KeyUnusableError naming the file."""
    check_mailbox(server.sender)
    trusting(server.ca_file)
    _password(server.password_file)


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
        tls, password = trusting(server.ca_file), _password(server.password_file)
    except (SettingsError, KeyUnusableError) as error:
        raise DeliveryFailedError(str(error)) from None
    try:
        async with asyncio.timeout(deadline_s):
            await aiosmtplib.send(
                message,
                hostname=server.host,
                port=server.port,
                use_tls=server.security == "tls",
                start_tls=server.security == "starttls",
                tls_context=tls,
                username=server.user,
                password=password,
                timeout=deadline_s,
            )
    except TimeoutError:
        raise DeliveryFailedError(f"the mail server did not finish within {deadline_s:g} s") from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise DeliveryFailedError(_why(error)) from None


def _password(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return read_private(file).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise SettingsError(f"{file} holds no password: it is not UTF-8") from None


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
