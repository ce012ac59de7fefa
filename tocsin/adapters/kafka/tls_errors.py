"""What a failed TLS handshake means, and what to do about it."""

from __future__ import annotations

import ssl

# X509_V_ERR_… of OpenSSL.
_NOT_YET_VALID, _EXPIRED, _OTHER_HOST, _OTHER_ADDRESS = 9, 10, 62, 64
_UNKNOWN_ISSUER = {2, 18, 19, 20, 21}


def tls_advice(error: OSError) -> str | None:
    """A sentence for a fault of TLS; None where `error` is none."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _of_certificate(error.verify_code, error.verify_message)
    if isinstance(error, ssl.SSLError):
        reason = getattr(error, "reason", None) or "no reason given"  # OpenSSL sets it, Python need not
        return (
            f"no TLS could be agreed on ({reason}): is it the port for TLS, and is security_protocol "
            "as the authority said?"
        )
    return None


def _of_certificate(code: int, message: str) -> str:
    if code == _EXPIRED:
        return "its certificate has expired: tell whoever runs the broker, and check this machine's clock"
    if code == _NOT_YET_VALID:
        return "its certificate is not valid yet: check this machine's clock"
    if code in {_OTHER_HOST, _OTHER_ADDRESS}:
        return (
            f"its certificate is for another host ({message}): use the name that the authority gave, and "
            "go no further if it is the right one: somebody may stand between"
        )
    if code in _UNKNOWN_ISSUER:
        return (
            "its certificate is not signed by an authority of ca_file: ask for the file that belongs to "
            "this broker, and go no further without it: somebody may stand between"
        )
    return f"its certificate cannot be trusted ({message})"
