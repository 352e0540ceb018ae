"""Which parts of these pages are made from the code?

`scripts/gen-docs` runs this. A generated part stands between two marks; a test
compares it and names the script.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import msgspec

from screenpop.cli.connectors import key_tables
from screenpop.config.schema import reference
from screenpop.connector.registry import Registry
from screenpop.desk import close_codes, frames
from screenpop.insight.facts import FACTS
from screenpop.support.metrics import Metrics

DOCS = Path(__file__).parent
BEGIN = "<!-- made by scripts/gen-docs: begin -->"
END = "<!-- made by scripts/gen-docs: end -->"
CONNECTORS = ("sql", "http_json", "csv_file")


def configuration() -> str:
    registry = Registry()
    return reference({name: registry.find(name) for name in CONNECTORS})


def frame_tables() -> str:
    server = list(get_args(frames.ServerFrame))
    client = list(get_args(frames.ClientFrame))
    parts = ["## What the server sends\n", *map(_frame, server)]
    parts += ["## What the browser sends\n", *map(_frame, client)]
    parts += ["## What stands inside of them\n", *map(_frame, _inner(server, client))]
    parts += ["## Close codes\n", "| code | reason |\n|---|---|"]
    codes = [c for c in vars(close_codes).values() if _is_close_code(c)]
    parts += [f"| {c.code} | {c.reason} |" for c in sorted(codes)]
    return "\n".join(parts)


def metric_table() -> str:
    """Names as Prometheus shows them; labels are those of the collectors."""
    metrics = Metrics()
    labels = {
        metric: ", ".join(f"`{name}`" for name in names)
        for metric, names in metrics.label_names.items()
    }
    lines = ["| metric | kind | labels | meaning |\n|---|---|---|---|"]
    for family, name in zip(metrics.registry.collect(), metrics.names(), strict=True):
        said = f"{labels[name]} | {family.documentation}"
        lines.append(f"| `{name}` | {family.type} | {said} |")
    return "\n".join(lines)


def fact_table() -> str:
    lines = ["| name | meaning | type | unit | from |\n|---|---|---|---|---|"]
    before = ""
    for fact in FACTS:
        origin = "″" if fact.origin == before else fact.origin
        before = fact.origin
        cells = (f"`{fact.name}`", fact.label, fact.type, fact.unit, origin)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


PAGES: dict[str, Callable[[], str]] = {
    "configuration.md": configuration,
    "frames.md": frame_tables,
    "metrics.md": metric_table,
    "policy.md": fact_table,
}


KEYS = re.compile(r"(<!-- keys: (\w+),[^>]*-->\n).*(<!-- end keys -->)", re.DOTALL)


def with_keys(text: str) -> str:
    """The page of a connector with the tables of its keys replaced."""
    filled, found = KEYS.subn(
        lambda mark: (
            f"{mark[1]}\n{key_tables(Registry(), [mark[2]]).strip()}\n\n{mark[3]}"
        ),
        text,
    )
    if found != 1:
        raise ValueError("the page has no <!-- keys: NAME, … --> … <!-- end keys -->")
    return filled


def connector_pages() -> list[Path]:
    """One for each connector, and the one about writing your own, which has no keys."""
    pages = sorted((DOCS / "connectors").glob("*.md"))
    return [page for page in pages if page.stem != "writing"]


def with_generated(text: str, part: str) -> str:
    """The page with what stands between its marks replaced."""
    head, mark, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not mark or not end:
        raise ValueError(f"the page has no {BEGIN} … {END}")
    return f"{head}{BEGIN}\n\n{part.strip()}\n\n{END}{tail}"


def _is_close_code(value: object) -> bool:
    return isinstance(value, close_codes.CloseFrame)


def _frame(struct: type[msgspec.Struct]) -> str:
    lines = [f"### `{_tag(struct)}`\n"]
    said = (struct.__doc__ or "").strip()
    if said and not said.startswith(f"{struct.__name__}("):
        lines.append(" ".join(said.split()) + "\n")
    lines.append("| key | type | default |\n|---|---|---|")
    for name, kind in struct.__annotations__.items():
        default = _default(struct, name)
        lines.append(f"| `{name}` | {_readable(str(kind))} | {default} |")
    return "\n".join(lines) + "\n"


def _tag(struct: type[msgspec.Struct]) -> str:
    return str(struct.__struct_config__.tag or struct.__name__)


def _default(struct: type[msgspec.Struct], name: str) -> str:
    field = next(f for f in msgspec.structs.fields(struct) if f.name == name)
    if field.required:
        return "always there"
    value = field.default
    simple = isinstance(value, str | int | float | bool) or value is None
    return f"`{msgspec.json.encode(value).decode()}`" if simple else "empty"


_WORDS = {"str": "text", "int": "whole number", "float": "number", "bool": "flag"}
_WORDS |= {"None": "null", "list": "list of", "dict": "object of"}


def _readable(kind: str) -> str:
    """`list[str] | None` becomes `list of text or null`, names of parts stay."""
    kind = re.sub(r"Literal\[(.*?)\]", lambda m: m[1].replace(", ", " or "), kind)
    kind = re.sub(r"(?:dict|Mapping)\[str, ", "dict[", kind)
    kind = re.sub(r"\b\w+\b", lambda m: _WORDS.get(m[0], m[0]), kind)
    kind = kind.replace("[", " ").replace("]", "").replace(" | ", " or ")
    return kind.replace("'", "`").replace('"', "`")


def _inner(*groups: list[type[msgspec.Struct]]) -> Iterator[type[msgspec.Struct]]:
    tagged = {struct for group in groups for struct in group}
    for value in vars(frames).values():
        is_struct = isinstance(value, type) and issubclass(value, msgspec.Struct)
        if is_struct and value not in tagged and value is not msgspec.Struct:
            yield value


def main() -> None:
    for name, make in PAGES.items():
        page = DOCS / name
        page.write_text(with_generated(page.read_text(), make()))
    for page in connector_pages():
        page.write_text(with_keys(page.read_text()))


if __name__ == "__main__":
    main()
