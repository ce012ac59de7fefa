"""Checks that can be switched off: a fuzz run that then finds nothing is worth nothing."""

from __future__ import annotations

from tuf.api.metadata import Root, Targets

from tocsin.core import consents, key_changes, manifests, rungs_early

CHECKS = ("signature", "statement", "directory", "paper")


def weaken(check: str | None) -> None:
    """Switch a check off in this process: signatures of records, statements, directory, papers."""
    match check:
        case None:
            return
        case "signature":
            rungs_early.verify_record = _believes  # type: ignore[assignment]
        case "statement":
            manifests.verify_statement = _believes  # type: ignore[assignment]
        case "directory":
            Root.verify_delegate = Targets.verify_delegate = _believes  # type: ignore[method-assign]
        case "paper":
            consents.verify_composite = key_changes.verify_composite = _believes  # type: ignore[assignment]
        case _:
            raise ValueError(f"no check is called {check}; there are {', '.join(CHECKS)}")


def _believes(*_: object) -> None:
    """Every signature holds."""
