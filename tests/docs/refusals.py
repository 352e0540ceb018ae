"""What can the service refuse an agent in words?

Read from the source: the message and the remedy of each error that is raised in the
modules behind desk, search, recall list, log-in and own calls. What no page asks for
is for the authors of programs, and stays English: `FOR_PROGRAMS`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2] / "screenpop"
MODULES = (
    "desk/commands.py", "desk/finding.py", "desk/hub.py", "history/past_calls.py",
    "history/passwords.py", "web/auth.py", "web/login_limit.py", "web/recall_list.py",
    "web/session.py", "web/settings.py",
)  # fmt: skip
ERRORS = {"BadInput", "Busy", "Forbidden", "NotFound", "Overloaded", "Unauthenticated"}
FOR_PROGRAMS = (
    "before: ", "do: a call back", "Give a language and", "id: must be", "Leave it out",
    "locale is not", "Log in with POST", "Make a new one with", "Make a token with",
    "offers: one to", "Open the page under", "password must have 1", "reason: only a",
    "reason: '7' is not known.", "See GET ", "seen: ", "Send ", "7 is missing",
    "the Authorization header", "the bearer token", "the request comes from",
    "there is no session", "Use a UUID.", "Use claim, release", "username must have 1",
    "a wallboard only",
)  # fmt: skip
"""How they begin."""
SAMPLE = "7"  # fits a hole for a number and one for any other value


def texts() -> Iterator[str]:
    for name in MODULES:
        for node in ast.walk(ast.parse((ROOT / name).read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in ERRORS:
                written = [*node.args[:1]]
                written += [x.value for x in node.keywords if x.arg == "remedy"]
                found = filter(None, map(_text, written))
                yield from (x for x in found if not x.startswith(FOR_PROGRAMS))


def _name(called: ast.expr) -> str:
    return called.id if isinstance(called, ast.Name) else ""


def _text(written: ast.expr) -> str:
    """With a sample for each value; empty where it is not written here."""
    match written:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(
                str(x.value) if isinstance(x, ast.Constant) else _sample(x)
                for x in values
            )
    return ""


def _sample(value: ast.expr) -> str:
    is_quoted = isinstance(value, ast.FormattedValue) and value.conversion == ord("r")
    return repr(SAMPLE) if is_quoted else SAMPLE
