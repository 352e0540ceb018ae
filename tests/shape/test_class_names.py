"""Does a class name mean one thing in the whole house?"""

from __future__ import annotations

import ast
from collections import defaultdict

from shape.bounds import ROOT

FOLDERS = ("screenpop", "connectors/screenpop_connectors")


def test_a_class_name_is_unique() -> None:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.ClassDef):
                    found[node.name.lstrip("_")].append(str(file.relative_to(ROOT)))
    assert {name: files for name, files in found.items() if len(files) > 1} == {}
