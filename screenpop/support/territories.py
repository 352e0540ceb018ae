"""What is the territory with this region code called in English?"""

from __future__ import annotations

from importlib import resources


def _read() -> dict[str, str]:
    file = resources.files("screenpop.support") / "territories.tsv"
    lines = file.read_text("utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if not line.startswith("#"))


TERRITORIES = _read()
