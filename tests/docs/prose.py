"""Where is prose in this repository, and which phrases does it not use?

As a program it lists what it finds: `python tests/docs/prose.py [part of a path]`.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

ROOT = Path(__file__).parents[2]
Kind = Literal["page", "message", "comment"]

BANNED = {
    r"tells?|telling|told": "return, report, log, show, distinguish",
    r"(?<!there )(?:is|are) no(?! longer| more\b)": "is not a valid …, is not a …",
    r"nobody": "no user, no client, no one",
    r"mend(?:s|ed|ing)?": "fix",
    r"anew": "again, re-",
    r"whoever": "client, user, request, anyone who",
    r"beside": "also, next to",
    r"(?:left|leave|leaves|leaving) alone": "circuit breaker open, skipped, unchanged",
    r"(?:come|comes|coming|came) again": "retry, return, repeat",
    r"(?:stand|stands|standing|stood) twice": "duplicate",
    r"twice is once": "idempotent",
    r"forgotten": "evict, drop, delete, expire",
    r"ours": "this service's",
    r"genuine": "authentic; authentication failed",
    r"what can wait": "deferred work",
    r"that should not|all the same": "say what failed; still",
    r"data lies?|is it well|what if it dies": "stored; health; crash",
    r"whom this protects": "threat model",
}
"""Pattern to the words to use instead; words that a stranger would search for."""

PATTERN = re.compile(rf"\b(?:{'|'.join(BANNED)})\b", re.IGNORECASE)

_CODE_SPAN = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_TS_TOKEN = re.compile(
    r"(?P<comment>/\*.*?\*/|(?<![:\"'`])//[^\n]*)"
    r"|(?P<text>\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)"
    r"|(?P<inner>>[^<>{}=;*`]*?[a-z][^<>{}=;*`]*(?=[<{]))"
    r"|(?P<line>^\s*[A-Z][\w',. -]+ [\w',. -]+$)",
    re.DOTALL | re.MULTILINE,
)


class Passage(NamedTuple):
    file: Path
    line: int
    kind: Kind
    text: str


class Found(NamedTuple):
    where: str
    phrase: str


def banned_in(passage: Passage) -> Iterator[Found]:
    for match in PATTERN.finditer(passage.text):
        line = passage.line + passage.text.count("\n", 0, match.start())
        place = f"{passage.file.relative_to(ROOT).as_posix()}:{line}"
        yield Found(f"{place}: {_around(passage.text, match)}", match[0].lower())


def _around(text: str, match: re.Match[str]) -> str:
    cut = text[max(0, match.start() - 50) : match.end() + 40]
    return " ".join(cut.split())


def pages() -> Iterator[Passage]:
    """Pages in full but for code; of the changelog what is not released yet."""
    names = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "agent_ui/README.md"]
    for file in [*(ROOT / name for name in names), *(ROOT / "docs").rglob("*.md")]:
        text = file.read_text()
        if file.name == "CHANGELOG.md":
            text = _unreleased(text)
        text = _CODE_SPAN.sub(lambda code: "\n" * code[0].count("\n") + "`", text)
        yield Passage(file, 1, "page", text)


def _unreleased(text: str) -> str:
    head, mark, rest = text.partition("## Unreleased")
    return head + mark + rest.partition("\n## ")[0]


def python_passages() -> Iterator[Passage]:
    for folder in ("screenpop", "connectors"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            if "tests" not in file.parts:
                yield from _of_python(file)


def _of_python(file: Path) -> Iterator[Passage]:
    source = file.read_text()
    tree = ast.parse(source)
    docs = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if node.value.isidentifier():  # a name
                continue
            kind: Kind = "comment" if id(node) in docs else "message"
            yield Passage(file, node.lineno, kind, node.value)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield Passage(file, token.start[0], "comment", token.string)


def typescript_passages() -> Iterator[Passage]:
    """Literals, the text between tags, and comments."""
    for file in sorted((ROOT / "agent_ui" / "src").rglob("*.ts*")):
        if ".test." in file.name:
            continue
        text = file.read_text()
        for match in _TS_TOKEN.finditer(text):
            kind: Kind = "comment" if match["comment"] else "message"
            yield Passage(file, text.count("\n", 0, match.start()) + 1, kind, match[0])


def dialect_passages() -> Iterator[Passage]:
    """What `screenpop dialects NAME` shows, and the comments next to it."""
    for file in sorted((ROOT / "screenpop" / "intake" / "dialects").glob("*.yaml")):
        for number, line in enumerate(file.read_text().splitlines(), start=1):
            code, mark, comment = line.partition(" # ")
            yield Passage(file, number, "message", code)
            yield Passage(file, number, "comment", mark + comment)


def everything() -> Iterator[Passage]:
    yield from pages()
    yield from python_passages()
    yield from typescript_passages()
    yield from dialect_passages()


if __name__ == "__main__":
    for each in everything():
        for found in banned_in(each):
            if all(part in f"{each.kind} {found.where}" for part in sys.argv[1:]):
                print(f"{each.kind}: {found.where}")
