"""How do the frames of `screenpop.desk.frames` look in TypeScript?

`scripts/gen-wire` writes the answer to `agent_ui/src/wire/frames.ts`; a test fails
when the file is older than the frames.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import msgspec
import msgspec.inspect as shape

from screenpop.desk import client_frames, frames, page_frames, written_frames
from screenpop.domain.alert import AlertSeen
from screenpop.domain.profile import (
    CandidateRef,
    Facet,
    Field,
    FieldState,
    OtherValue,
    PolicyKind,
    PolicyLine,
    PolicyValue,
    Scalar,
    SourceNote,
)
from screenpop.domain.search import FoundCustomer, SearchedSource
from screenpop.domain.team import TeamCounters

TARGET = Path(__file__).parents[1] / "src" / "wire" / "frames.ts"
HEADER = (
    "// Made by scripts/gen-wire from screenpop/desk/frames.py; do not edit.\n"
    "// Optional keys of server frames may be absent; all others are always there.\n"
)
LITERALS = ("PopState", "CloseReason", "Mark")
SIMPLE: dict[type[shape.Type], str] = {
    shape.StrType: "string",
    shape.IntType: "number",
    shape.FloatType: "number",
    shape.BoolType: "boolean",
    shape.NoneType: "null",
}


def render() -> str:
    """The whole TypeScript module."""
    client = set(get_args(frames.ClientFrame)) | {frames.NewContact}
    blocks = [HEADER, _scalar(), *_literals()]
    blocks += [_interface(struct, struct in client) for struct in _structs()]
    blocks += [_union("ServerFrame"), _union("ClientFrame")]
    return "\n".join(blocks)


def _structs() -> Iterator[type[msgspec.Struct]]:
    """Those of the frames, after the domain's that they hold."""
    yield from (CandidateRef, OtherValue, Field, SourceNote, Facet)
    yield from (PolicyValue, PolicyLine, AlertSeen, TeamCounters)
    yield from (FoundCustomer, SearchedSource)
    for module in (written_frames, page_frames, frames, client_frames):
        for value in vars(module).values():
            is_struct = isinstance(value, type) and issubclass(value, msgspec.Struct)
            if is_struct and value.__module__ == module.__name__:
                yield value


def _scalar() -> str:
    return f"export type Scalar = {_type(shape.type_info(Scalar), top=True)};\n"


def _literals() -> Iterator[str]:
    states = " | ".join(f'"{state}"' for state in FieldState)
    yield f"export type FieldState = {states};\n"
    kinds = " | ".join(f'"{kind}"' for kind in get_args(PolicyKind))
    yield f"export type PolicyKind = {kinds};\n"
    for name in LITERALS:
        values = " | ".join(f'"{v}"' for v in get_args(getattr(frames, name)))
        yield f"export type {name} = {values};\n"


def _union(name: str) -> str:
    members = " | ".join(member.__name__ for member in get_args(getattr(frames, name)))
    return f"export type {name} = {members};\n"


def _interface(struct: type[msgspec.Struct], from_client: bool) -> str:
    info = shape.type_info(struct)
    assert isinstance(info, shape.StructType)
    sparse = bool(struct.__struct_config__.omit_defaults)
    tag = [f'  frame: "{info.tag}";'] if info.tag_field else []
    lines = [_member(field, from_client, sparse) for field in info.fields]
    body = "\n".join([*tag, *lines])
    return f"export interface {struct.__name__} {{\n{body}\n}}\n"


def _member(field: shape.Field, from_client: bool, sparse: bool) -> str:
    """A sparse frame leaves unset keys out, so its keys are never null."""
    unset = not field.required and field.default is field.default_factory
    optional = unset or ((from_client or sparse) and not field.required)
    mark = "?" if optional else ""
    text = _type(field.type)
    if sparse and mark:
        text = text.removesuffix(" | null")
    return f"  {field.encode_name}{mark}: {text};"


def _type(info: shape.Type, top: bool = False) -> str:
    match info:
        case shape.LiteralType(values=values):
            return _literal(values)
        case shape.UnionType(types=types):
            text = " | ".join(dict.fromkeys(_type(each) for each in types))
            return text if top or text != _SCALAR else "Scalar"
        case shape.ListType(item_type=item) | shape.VarTupleType(item_type=item):
            inner = _type(item)
            return f"({inner})[]" if " | " in inner else f"{inner}[]"
        case shape.DictType(value_type=value):
            return f"Record<string, {_type(value)}>"
        case shape.StructType(cls=cls) | shape.EnumType(cls=cls):
            return cls.__name__
    return SIMPLE[type(info)]


def _literal(values: tuple[object, ...]) -> str:
    for name in LITERALS:
        if set(get_args(getattr(frames, name))) == set(values):
            return name
    return " | ".join(f'"{value}"' for value in values)


_SCALAR = _type(shape.type_info(Scalar), top=True)


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"{TARGET.relative_to(Path.cwd())} written\n")
