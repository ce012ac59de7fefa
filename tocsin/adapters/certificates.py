"""Whose certificates are trusted by what we connect to: the system's, and those of a file beside them."""

from __future__ import annotations

import ssl
from pathlib import Path

from tocsin.core.errors import SettingsError


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """A client's TLS that checks certificates and names; `ca_file` (PEM) is trusted, too.

    Raises SettingsError, naming the file, where it holds none.
    """
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(f"{ca_file} holds no certificates that can be read: {error}") from error
    return context
