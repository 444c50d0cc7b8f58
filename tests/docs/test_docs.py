"""What the documents name exists: the files they link to, files and functions of the code, commands of `./tidemark`."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup
from typer.main import get_command

from bot.cli.app import app
from demo.__main__ import _parser as demo_parser
from tools.check import ROOT

DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
DOCUMENTS += [ROOT / "benchmarks" / "README.md", ROOT / ".env.example"]
DECISIONS = ROOT / "docs" / "decisions"

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
IN_THE_HOUSE = re.compile(r"(?P<path>[\w.-]+/[\w./-]*)(: (?P<names>[\w.]+(, [\w.]+)*))?")
"""`flow/record.py`, `db/near`, `docs/decisions/`, `flow/record.py: answer, change`, `bot/direct.py: Direct.answer`."""


def spans(document: Path) -> Iterator[str]:
    """What stands between backticks, on one line each; not what stands in blocks."""
    for found in SPAN.finditer(FENCE.sub("", document.read_text())):
        yield " ".join(found[1].split())


def links(document: Path) -> Iterator[str]:
    """Where a document's links to files lead, without the heading."""
    for found in LINK.finditer(FENCE.sub("", document.read_text())):
        if "://" not in found[1] and not found[1].startswith("#"):
            yield found[1].partition("#")[0]


def named(document: Path) -> Iterator[tuple[str, list[str]]]:
    """Files and folders of this checkout that a document names, each with the names it is said to define."""
    for span in spans(document):
        found = IN_THE_HOUSE.fullmatch(span)
        if found and (ROOT / found["path"].split("/")[0]).is_dir():
            yield found["path"], found["names"].split(", ") if found["names"] else []


def commands(document: Path) -> Iterator[str]:
    """Every `./tidemark …`, from blocks and from the running text."""
    for block in FENCE.findall(document.read_text()):
        yield from (line for line in block.splitlines() if line.startswith("./tidemark"))
    yield from (span for span in spans(document) if span.startswith("./tidemark"))


def defined_in(file: Path) -> set[str]:
    """What a module defines, and what its classes do (`Direct.answer`)."""
    body = ast.parse(file.read_text()).body
    parts = [(node.name, part) for node in body if isinstance(node, ast.ClassDef) for part in node.body]
    own = {name for node in body for name in _names(node)}
    return own | {f"{owner}.{name}" for owner, part in parts for name in _names(part)}


def _names(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Assign():
            return [target.id for target in node.targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def what_is_wrong_with(command: str) -> str | None:
    """Why the command line does not take a command as it is written; what is only left out does not count."""
    typed = shlex.split(command, comments=True)[1:]
    script = (ROOT / "tidemark").read_text()
    if typed and f"    {typed[0]})\n" in script and typed[0].startswith("--"):
        typed = typed[1:]
    match typed:
        case []:
            return None
        case ["test", *_]:
            known = re.search(r"^    test\)$", script, re.MULTILINE)
            return None if known else "The script knows no `test`."
        case ["demo", *options]:
            return _refused_by_the_demo(options)
    return _refused_by_the_service(typed)


def _refused_by_the_demo(options: list[str]) -> str | None:
    try:
        demo_parser().parse_args(options)
    except SystemExit:
        return f"The demo refuses {options}."
    return None


def _refused_by_the_service(typed: list[str]) -> str | None:
    command, name = get_command(app), "./tidemark"
    while typed and isinstance(command, TyperGroup) and not typed[0].startswith("-"):
        name, *typed = typed
        if name not in command.commands:
            return f"There is no command {name}."
        command = command.commands[name]
    if isinstance(command, TyperGroup) and not typed:
        return None
    try:
        command.make_context(name, typed)
    except typer.TyperException as refused:
        said = refused.format_message()
        return None if said.startswith("Missing") else said
    return None


def by_name(document: Path) -> str:
    """A document's place in the checkout."""
    return str(document.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_name)
def test_every_link_leads_to_a_file(document: Path) -> None:
    assert [link for link in links(document) if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_name)
def test_every_file_that_is_named_exists(document: Path) -> None:
    paths = {path for path, _ in named(document)}
    assert [path for path in paths if not ((ROOT / path).exists() or (ROOT / f"{path}.py").exists())] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_name)
def test_every_function_that_is_named_is_defined_there(document: Path) -> None:
    missing = [(path, set(names) - defined_in(ROOT / path)) for path, names in named(document) if names]
    assert [one for one in missing if one[1]] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_name)
def test_every_command_is_one_that_can_be_typed(document: Path) -> None:
    wrong = {command: what_is_wrong_with(command) for command in commands(document)}
    assert {command: why for command, why in wrong.items() if why} == {}


def test_the_story_names_files_by_the_links_that_lead_there() -> None:
    story = (ROOT / "docs" / "story.md").read_text()
    linked = re.findall(r"\[`([\w./-]+)(?:: [^`]+)?`\]\(\.\./([^)]+)\)", story)
    assert len(linked) > 50
    assert [(said, led) for said, led in linked if said != led] == []


def test_every_decision_stands_in_the_index() -> None:
    pages = {page.name for page in DECISIONS.glob("0*.md")}
    assert set(links(DECISIONS / "README.md")) == pages


def test_there_is_something_to_look_at() -> None:
    assert sum(len(list(commands(document))) for document in DOCUMENTS) > 15
    assert sum(len(names) for document in DOCUMENTS for _, names in named(document)) > 50


@pytest.mark.parametrize(
    "command",
    [
        "./tidemark prophesy",
        "./tidemark clinic remove",
        "./tidemark export --everything",
        "./tidemark outbox --younger-than 5",
        "./tidemark invite patient --condition flu",
        "./tidemark demo --speed 3",
    ],
)
def test_a_command_that_nobody_can_type_is_found(command: str) -> None:
    assert what_is_wrong_with(command)
