"""A caller whose number and name are found wherever they rest."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

NUMBER = "+441632960147"
NAME = "Zoë Quillfeather"
OTHER_NUMBER = "+441632960200"
OTHER_NAME = "Ann Otherby"


def forms(number: str = NUMBER, name: str = NAME) -> list[bytes]:
    """As people and programs write them."""
    national = "0" + number.removeprefix("+44")
    spaced = f"{national[:5]} {national[5:]}"
    texts = (
        number,
        number.removeprefix("+"),
        number.removeprefix("+44"),
        national,
        spaced,
        name,
        json.dumps(name)[1:-1],
        name.split()[-1],
        name.upper(),
    )
    return [text.encode() for text in texts]


def found_in(data: bytes, wanted: list[bytes]) -> list[bytes]:
    return [each for each in wanted if each in data]


def places(
    folder: Path, wanted: list[bytes], leave_out: tuple[str, ...] = ()
) -> list[str]:
    """Every file below a folder, also in archives and packed states, that has it."""
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name in leave_out:
            continue
        for name, data in _parts(path):
            found += [f"{name}: {each!r}" for each in found_in(data, wanted)]
    return found


def _parts(path: Path) -> Iterator[tuple[str, bytes]]:
    data = path.read_bytes()
    yield str(path), data
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield f"{path}/{name}", archive.read(name)
    yield f"{path} (packed)", unpacked(data)


def unpacked(data: bytes) -> bytes:
    """What zlib packed in it, e.g. in a saved state of the folds."""
    told, at = b"", data.find(b"\x78\x01")
    while at >= 0:
        with suppress(zlib.error):
            told += zlib.decompressobj().decompress(data[at:])
        at = data.find(b"\x78\x01", at + 1)
    return told
