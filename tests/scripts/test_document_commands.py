"""Command lines that documents show are tried against the real command line."""

import pytest

from scripts.check_documents import wrong_commands
from scripts.document_commands import command_tree, lines_of, problem

TREE = command_tree()


def test_every_command_line_of_the_documents_and_of_the_help_parses():
    assert [] == list(wrong_commands())


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("sned", "there is no command sned"),
        ("dev kafka start", "there is no command start"),
        ("keys", "it ends before the command"),
        ("publish report.json --aprove", "No such option: --aprove"),
        ("keys request --out", "Option '--out' requires an argument."),
        ("keys init --name CO", "--country is missing"),
        ("alert preview A B", "nothing takes B"),
        ("keys init --name CO --country CO", None),
        ("import seizures.csv --map map.toml", None),
    ],
)
def test_a_line_in_a_block_must_be_whole(line, wrong):
    assert wrong == problem(TREE, line, whole=True)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("keys init", None),
        ("sinks …", None),
        ("keys", None),
        ("keys inti", "there is no command inti"),
        ("verify --from-topics", "there is no option --from-topics"),
        ("subscribe STREAMS --sink spool=DIR \\| webhook=URL", None),
    ],
)
def test_between_backticks_arguments_may_be_left_out_but_nothing_is_invented(line, wrong):
    assert wrong == problem(TREE, line, whole=False)


def test_lines_are_found_in_blocks_and_sentences_without_comment_and_shell():
    page = (
        "Type `tocsin send` now.\n\n```\nexport A=$(tocsin dev kafka up)   # once\n"
        "tocsin reports \\\n    --json | head\n```\n"
    )
    assert [("dev kafka up", True), ("reports      --json", True), ("send", False)] == list(lines_of(page))
