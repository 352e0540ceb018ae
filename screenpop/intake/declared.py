"""Which fields does a rule declare, and which of them came to nothing?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from screenpop.intake.expression import empty
from screenpop.intake.yaml_nodes import Node, meant

_KEYS = {"from": "caller", "to": "dialled", "at": "at_us", "state": "agent_state"}
_KEYS |= {"start": "start_us"}
_NEVER_NOTHING = frozenset({"scope", "withheld", "identity"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredField:
    """A field that a rule fills: its name in the dialect, and where it stands then.

    `entry` names one attribute.
    """

    name: str
    key: str
    written: str
    entry: str | None = None

    def is_nothing(self, fields: Mapping[str, object]) -> bool:
        value = fields.get(self.key)
        if self.entry is not None:
            value = value.get(self.entry) if isinstance(value, dict) else None
        return empty(value) or value == ()


def came_to_nothing(
    declared: Iterable[DeclaredField], fields: Mapping[str, object]
) -> tuple[str, ...]:
    """Their names, with the expressions that gave nothing."""
    return tuple(
        f"{each.name} ({each.written})" if each.written else each.name
        for each in declared
        if each.is_nothing(fields)
    )


def declared_fields(fields: Mapping[str, Node]) -> Iterator[DeclaredField]:
    for name, node in fields.items():
        if name in _NEVER_NOTHING or node.data() is None or _may_be_nothing(node):
            continue
        if name != "attributes":
            written = node.data() if node.is_scalar else ""
            yield DeclaredField(
                name=name, key=_KEYS.get(name, name), written=str(written)
            )
            continue
        for entry, inner in node.items():
            written = inner.data() if inner.is_scalar else ""
            if entry != "*":
                yield DeclaredField(
                    name=f"attributes.{entry}",
                    key="attributes",
                    written=str(written),
                    entry=entry,
                )
            else:
                yield DeclaredField(
                    name="attributes", key="attributes", written=str(written)
                )


def _may_be_nothing(node: Node) -> bool:
    """A choice without `else` says itself when there is nothing."""
    if node.is_list:
        return any(_may_be_nothing(each) for each in node.elements())
    if not node.is_mapping:
        return False
    keys = {key for key, _ in node.items()}
    return "when" in keys and "else" not in keys


def check_constants(name: str, node: Node, allowed: Collection[str]) -> None:
    """Every constant that this field may get is one that is understood there."""
    for place, word in _constants(node):
        if word.lower() not in allowed:
            known = ", ".join(sorted(allowed))
            place.fail(
                f"`{word}` is not a valid {name}. Known: {known}.{meant(word, allowed)}"
            )


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
