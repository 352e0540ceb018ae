"""Which versions does pyproject.toml declare as the lowest, and which are locked?

As a program it prints the lowest as `name==version`, for scripts/test-lowest.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOOLS = frozenset(
    {"pytest", "pytest-asyncio", "pytest-timeout", "hypothesis", "jsonschema"}
)
_BOUND = re.compile(r"([A-Za-z0-9_.\-]+)(\[[a-z,]+\])?>=([0-9][0-9.]*)")


def declared(requirements: list[str]) -> dict[str, tuple[str, str]]:
    """Name to (extras, lowest version)."""
    found = (_BOUND.match(text) for text in requirements)
    return {match[1].lower(): (match[2] or "", match[3]) for match in found if match}


def project() -> dict[str, tuple[str, str]]:
    """The service's own requirements."""
    written = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return declared(written["dependencies"])


def extras() -> dict[str, tuple[str, str]]:
    """What users may install besides; scripts/lock locks it for the tests."""
    written = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = written["optional-dependencies"]
    return declared([text for name in named if name != "dev" for text in named[name]])


def tools() -> dict[str, tuple[str, str]]:
    written = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = declared(written["optional-dependencies"]["dev"])
    return {name: bound for name, bound in named.items() if name in TOOLS}


if __name__ == "__main__":
    for name, (parts, version) in (project() | extras() | tools()).items():
        print(f"{name}{parts}=={version}")
