"""Which requests only want to see that we are there, and what is answered?"""

from __future__ import annotations

from dataclasses import dataclass

from screenpop.intake.answers import Content, read_content
from screenpop.intake.values import Compiler, Condition
from screenpop.intake.yaml_nodes import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """A request that only wants to see that we are there."""

    holds: Condition
    signed: bool
    content: Content


def read_handshake(node: Node, compiler: Compiler) -> Handshake:
    keys = frozenset({"when", "signed", "answer"})
    entries = node.mapping(keys, required=("when", "answer"))
    answer = entries["answer"].mapping()
    return Handshake(
        holds=compiler.condition(entries["when"]),
        signed="signed" not in entries or entries["signed"].flag(),
        content=read_content(answer, compiler),
    )
