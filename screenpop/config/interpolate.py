"""What do `${NAME}` and `${file:PATH}` in a text stand for?

`${NAME}` is an environment variable, `${NAME:-default}` has a default for one
that is unset or empty, `${file:PATH}` is the content of a file without its last
line end (Docker and Kubernetes secrets; relative paths start at the
configuration's folder), `$${` is a plain `${`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

SECRET_BYTES_MAX = 65_536

_FORM = re.compile(r"\$(?P<escaped>\$\{)|\$\{(?P<inside>[^{}]*)\}")
_NAME = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(:-(?P<default>.*))?\Z", re.DOTALL)
SECRET_WORD = re.compile(
    r"secret|token|passw|pwd|credential|api_?key|private|signing|auth_?key|dsn|bearer|header_value|query_value",
    re.IGNORECASE,
)
"""Names of keys and variables whose values are never shown."""


@dataclass(slots=True, kw_only=True)
class Filled:
    """A text with its references replaced."""

    text: str
    used: tuple[str, ...] = ()  # what was inside of each `${…}`
    secrets: frozenset[str] = frozenset()
    problems: tuple[tuple[str, str], ...] = ()  # (sentence, remedy)


@dataclass(slots=True)
class _Filling:
    environ: Mapping[str, str]
    folder: Path
    used: list[str] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)
    problems: list[tuple[str, str]] = field(default_factory=list)

    def replace(self, match: re.Match[str]) -> str:
        if match["escaped"]:
            return "${"
        inside = match["inside"]
        self.used.append(inside.partition(":-")[0])
        if inside.startswith("file:"):
            return self._file(inside.removeprefix("file:"))
        named = _NAME.match(inside)
        if named is None:
            sentence = f"has `${{{inside}}}`, which is not a valid variable name"
            remedy = "Write `${NAME}`, `${NAME:-default}`, `${file:PATH}` or `$${`."
            return self._failed(sentence, remedy)
        return self._variable(named["name"], named["default"])

    def _variable(self, name: str, default: str | None) -> str:
        value = self.environ.get(name) or default
        if value is None:
            state = "is empty" if name in self.environ else "is not set"
            return self._failed(
                f"needs the environment variable {name}, which {state}",
                f"Set it, or give a default: `${{{name}:-…}}`.",
            )
        if SECRET_WORD.search(name):
            self.secrets.add(value)
        return value

    def _file(self, name: str) -> str:
        path = self.folder / name
        remedy = "Put the file there, readable for the user of the service."
        try:
            if path.is_file() and path.stat().st_size > SECRET_BYTES_MAX:
                sentence = f"names {path}, which has over {SECRET_BYTES_MAX} bytes"
                return self._failed(sentence, "A secret is one short text.")
            text = path.read_text("utf-8").removesuffix("\n").removesuffix("\r")
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it is not UTF-8 text"
            return self._failed(f"cannot read {path}: {why}", remedy)
        if not text:
            return self._failed(f"names {path}, which is empty", "Write the secret.")
        self.secrets.add(text)
        return text

    def _failed(self, sentence: str, remedy: str) -> str:
        self.problems.append((sentence, remedy))
        return ""


def fill(text: str, environ: Mapping[str, str], folder: Path) -> Filled:
    """Replace every reference; what cannot be replaced becomes a problem."""
    if "$" not in text:
        return Filled(text=text)
    filling = _Filling(environ, folder)
    replace: Callable[[re.Match[str]], str] = filling.replace
    return Filled(
        text=_FORM.sub(replace, text),
        used=tuple(filling.used),
        secrets=frozenset(filling.secrets),
        problems=tuple(filling.problems),
    )
