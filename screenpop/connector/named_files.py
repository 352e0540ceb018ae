"""Which files do the keys of a source name: certificates, keys, data?

A key is one whose type is `Path`. `Annotated[Path, FOLLOWED]`: the connector itself
takes a changed file. `Annotated[Path, REWRITTEN]`: the service writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class _FileMark:
    name: str


FOLLOWED = _FileMark("followed")
REWRITTEN = _FileMark("rewritten")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFile:
    """`key` begins with the section: `("sources", "crm", "ca_file")`."""

    key: tuple[str, ...]
    file: Path
    followed: bool = False


def named_files(
    options: BaseModel, folder: Path, key: tuple[str, ...] = ()
) -> Iterator[NamedFile]:
    """Those of the options and of what is inside of them; no folders."""
    for name, field in type(options).model_fields.items():
        value, here = getattr(options, name), (*key, name)
        if isinstance(value, BaseModel):
            yield from named_files(value, folder, here)
        elif isinstance(value, Path) and REWRITTEN not in field.metadata:
            followed = FOLLOWED in field.metadata
            file = folder / value
            if not file.is_dir():
                yield NamedFile(key=here, file=file, followed=followed)
