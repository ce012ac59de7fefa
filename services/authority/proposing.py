"""Changes that registrars must sign: proposed by the authority's folder, published when enough have signed.

A proposal is a file of its own and changes nothing in the repository. The first of two that is published
makes the other one old: that one is refused, and made anew with `rebase` where nothing that it changes was
changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.adapters.tuf_entries import Edit
from tocsin.adapters.tuf_proposals import (
    MAX_PROPOSAL_BYTES,
    Judged,
    Proposal,
    judge,
    merge,
    propose,
    read_proposal,
    same_registrars,
    write_proposal,
)
from tocsin.adapters.tuf_repository import TufRepository
from tocsin.adapters.whole_files import read_whole, write_whole
from tocsin.core.directory import AUDIENCES, PARTICIPANTS, STREAMS, participant_target
from tocsin.core.errors import RefusedByRuleError, SettingsError, TheirFault
from tocsin.core.participants import read_participant

if TYPE_CHECKING:
    from services.authority.office import Office

PROPOSALS, ENDING, FILE_MODE = "proposals", ".proposal", 0o644
MAX_WAITING = 64


def write_down(
    office: Office,
    changes: Mapping[str, bytes],
    remove: Collection[str] = (),
    edit: Edit | None = None,
) -> Path:
    """Propose what `changes` and `remove` make of the list in force; the file for the registrars.

    Raises RefusedByRuleError where 64 proposals wait already.
    """
    if len(waiting(office)) >= MAX_WAITING:
        raise RefusedByRuleError(f"{MAX_WAITING} proposals wait already: publish them, or drop some")
    proposal = _proposal(office.repository, changes, remove, office.now_s(), edit)
    judged = judge(proposal, office.now_s())
    code = judged.fingerprint[:4].lower()
    path = office.home.path / PROPOSALS / f"{judged.version}-{code}{ENDING}"
    write_whole(path, write_proposal(proposal), FILE_MODE)
    return path


def _proposal(
    repository: TufRepository,
    changes: Mapping[str, bytes],
    remove: Collection[str],
    now_s: int,
    edit: Edit | None,
) -> Proposal:
    present = repository.targets()
    differing = {name for name in {*changes, *remove} if changes.get(name) != present.get(name)}
    files = [present[name] for name in sorted(differing & present.keys())]
    files += [changes[name] for name in sorted(differing & changes.keys())]
    files += [data for name, data in present.items() if name == STREAMS or name.startswith(AUDIENCES)]
    files += _sponsors(changes, present)
    roots = [repository.root(version) for version in range(1, len(repository.roots.versions()) + 1)]
    after = repository.next_list(changes, now_s, remove, edit)
    return propose(roots, repository.list_in_force(), after, dict.fromkeys(files))


def _sponsors(changes: Mapping[str, bytes], present: Mapping[str, bytes]) -> list[bytes]:
    """The entries of the sponsors of who is changed: a registrar reads their names."""
    found = []
    for name, data in changes.items():
        if name.startswith(PARTICIPANTS) and (sponsor := read_participant(data).sponsor) is not None:
            found += [entry for entry in (present.get(participant_target(sponsor)),) if entry is not None]
    return found


def read_file(path: Path) -> Proposal:
    """The proposal in a file. Raises SettingsError where there is none, MalformedError."""
    data = read_whole(path, MAX_PROPOSAL_BYTES)
    if data is None:
        raise SettingsError(f"there is no file {path}")
    return read_proposal(data)


def waiting(office: Office) -> list[Path]:
    """The proposals that this folder made and that are neither published nor dropped, by name."""
    return sorted((office.home.path / PROPOSALS).glob(f"*{ENDING}"))


def put_in_force(office: Office, files: Sequence[Path]) -> Judged:
    """Put a proposal in force; `files`: copies that were signed in different places.

    Raises RefusedByRuleError where signatures are missing or the list has gone on, UntrustedError where
    it is not what it says; then nothing changed.
    """
    proposal = merge([read_file(file) for file in files])
    _refuse_stale(office.repository, proposal)
    judged = judge(proposal, office.now_s())
    if not judged.complete:
        raise RefusedByRuleError(
            f"{len(judged.signed_by)} of {judged.needed} registrars have signed "
            f"({', '.join(judged.signed_by) or 'nobody'}): {_missing(judged)} can"
        )
    new = {name: after for name, (_before, after) in judged.changed.items() if after is not None}
    office.refuse_bad(new)
    office.repository.take_list(proposal.after, new, office.now_s())
    _forget(office, judged.fingerprint)
    return judged


def _missing(judged: Judged) -> str:
    return ", ".join(sorted(set(judged.registrars) - set(judged.signed_by)))


def _refuse_stale(repository: TufRepository, proposal: Proposal) -> None:
    if proposal.roots[:1] != (repository.pinned_root(),):
        raise RefusedByRuleError("this proposal is of another authority")
    if len(proposal.roots) != len(repository.roots.versions()):
        raise RefusedByRuleError(
            "the root has changed since it was proposed: tocsin authority proposal rebase, then sign anew"
        )
    if proposal.before != repository.list_in_force():
        raise RefusedByRuleError(
            "another list was published since it was proposed: tocsin authority proposal rebase, then sign "
            "anew"
        )


def rebase(office: Office, file: Path) -> Path:
    """Propose the same changes over the list in force; the new file, which nobody has signed.

    Raises RefusedByRuleError where something of it was changed meanwhile.
    """
    proposal = read_file(file)
    if proposal.roots[:1] != (office.repository.pinned_root(),):
        raise RefusedByRuleError("this proposal is of another authority")
    changed, present = judge(proposal, None).changed, office.repository.targets()
    if moved := [name for name, (before, _after) in changed.items() if present.get(name) != before]:
        raise RefusedByRuleError(f"{moved[0]} was changed meanwhile: make that change anew")
    new = {name: after for name, (_before, after) in changed.items() if after is not None}
    office.refuse_bad(new)
    edit = same_registrars(proposal, office.repository.next_list({}, office.now_s()))
    path = write_down(office, new, [name for name in changed if name not in new], edit)
    if (old := file.resolve()) != path.resolve() and old in map(Path.resolve, waiting(office)):
        file.unlink()
    return path


def drop(office: Office, file: Path) -> None:
    """Forget a proposal of this folder. Raises RefusedByRuleError for a file that is none."""
    if file.resolve() not in map(Path.resolve, waiting(office)):
        raise RefusedByRuleError(f"{file} is no proposal of this folder: tocsin authority proposal list")
    file.unlink()


def _forget(office: Office, fingerprint: str) -> None:
    for path in waiting(office):
        try:
            if judge(read_file(path), None).fingerprint == fingerprint:
                path.unlink()
        except TheirFault:
            continue


def rows(office: Office) -> list[dict[str, object]]:
    """One row for each waiting proposal: what it changes, who signed, whether it can be published."""
    return [_row(office, path) for path in waiting(office)]


def _row(office: Office, path: Path) -> dict[str, object]:
    try:
        proposal = read_file(path)
        judged = judge(proposal, None)
    except TheirFault as error:
        return {"file": str(path), "state": f"damaged: {error}"}
    return {
        "list": judged.version,
        "changes": ", ".join([*judged.changed, *judged.regional]) or "none: signed for another 30 days",
        "signed_by": ", ".join(judged.signed_by),
        "needed": judged.needed,
        "state": _state(office, proposal, judged),
        "file": str(path),
    }


def _state(office: Office, proposal: Proposal, judged: Judged) -> str:
    try:
        _refuse_stale(office.repository, proposal)
        judge(proposal, office.now_s())
    except (RefusedByRuleError, TheirFault) as error:
        return str(error)
    return "can be published" if judged.complete else f"waits for {_missing(judged)}"
