"""Is every constant in a field of few values one that is understood there?"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from screenpop.intake.spelling import meant
from screenpop.intake.yaml_nodes import Node


def check_constants(name: str, node: Node, allowed: Collection[str]) -> None:
    """Every constant that this field may get is one that is understood there."""
    for place, word in _constants(node):
        if word.lower() not in allowed:
            known = ", ".join(sorted(allowed))
            place.fail(f"`{word}` is no {name}. Known: {known}.{meant(word, allowed)}")


def _constants(node: Node) -> Iterator[tuple[Node, str]]:
    """Of `=text`, lists, choices and tables; what comes of a payload is not known."""
    if node.is_scalar:
        text = node.text()
        if text.startswith("="):
            yield node, text[1:].strip()
    elif node.is_list:
        for each in node.elements():
            yield from _constants(each)
    else:
        for key, each in node.items():
            if key in ("value", "else"):
                yield from _constants(each)
            elif key == "map":
                yield from _table(each)


def _table(node: Node) -> Iterator[tuple[Node, str]]:
    for each in node.mapping().values():
        if each.is_scalar and each.scalar() is not None:
            yield each, each.text()
