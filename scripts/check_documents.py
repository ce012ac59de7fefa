"""Documents that can fail: `python -m scripts.check_documents [--write]`.

Blocks between `<!-- generated: NAME -->` and `<!-- end -->` in docs/operations.md come from the code; links
must lead somewhere; every dependency has its reason; every command line that is shown parses; the
OpenAPI documents in docs/openapi are what the services answer.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from scripts.document_api import SERVICES, api_document
from scripts.document_blocks import exits, findings, metrics, settings
from scripts.document_commands import command_tree, examples, lines_of, problem

ROOT = Path(__file__).parents[1]
BLOCKS: dict[str, Callable[[], str]] = {
    "exits": exits,
    "settings": settings,
    "metrics": metrics,
    "findings": findings,
}
_BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def documents() -> list[Path]:
    """The project's pages."""
    parts = [*ROOT.glob("services/*/README.md"), *ROOT.glob("deploy/*/README.md")]
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), *sorted(parts)]


def with_blocks(text: str) -> str:
    """`text` with each generated block as the code has it now."""
    return _BLOCK.sub(lambda match: match[1] + BLOCKS[match[2]]() + match[4], text)


def stale_blocks(write: bool) -> Iterator[str]:
    """Pages whose blocks differ from the code; rewritten if asked."""
    path = ROOT / "docs" / "operations.md"
    text = path.read_text(encoding="utf-8")
    if (fresh := with_blocks(text)) != text:
        if write:
            path.write_text(fresh, encoding="utf-8")
        else:
            yield f"{path.name}: a block is out of date: run python -m scripts.check_documents --write"


def stale_api_documents(write: bool) -> Iterator[str]:
    """OpenAPI documents that differ from what the services answer; rewritten if asked."""
    for service in SERVICES:
        path, fresh = ROOT / "docs" / "openapi" / f"{service}.json", api_document(service)
        if path.exists() and path.read_text(encoding="utf-8") == fresh:
            continue
        if write:
            path.parent.mkdir(exist_ok=True)
            path.write_text(fresh, encoding="utf-8")
        else:
            yield f"{path.relative_to(ROOT)} is out of date: run python -m scripts.check_documents --write"


def dead_links() -> Iterator[str]:
    """Relative links that lead nowhere."""
    for page in documents():
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                yield f"{page.relative_to(ROOT)}: the link {target} leads nowhere"


def dependencies_without_reason() -> Iterator[str]:
    """Dependencies that docs/dependencies.md does not name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for requirement in chain(project["dependencies"], *project["optional-dependencies"].values()):
        name = re.split(r"[\[<>=~!]", requirement)[0]
        if not re.search(rf"\b{re.escape(name)}\b", named):
            yield f"docs/dependencies.md: {name} has no reason"


def wrong_commands() -> Iterator[str]:
    """`tocsin …` lines of the pages, and examples of help texts, that the command line would refuse."""
    tree = command_tree()
    for page in documents():
        for line, whole in lines_of(page.read_text(encoding="utf-8")):
            if found := problem(tree, line, whole=whole):
                yield f"{page.relative_to(ROOT)}: tocsin {line}: {found}"
    for command, example in examples(tree):
        if found := problem(tree, example, whole=True):
            yield f"the help of tocsin {command}: tocsin {example}: {found}"


def main() -> int:
    """0 where all documents are in step."""
    write = "--write" in sys.argv[1:]
    problems = [
        *stale_blocks(write),
        *stale_api_documents(write),
        *dead_links(),
        *dependencies_without_reason(),
        *wrong_commands(),
    ]
    for one in problems:
        print(one, file=sys.stderr)
    print(f"documents: {len(documents())} pages, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
