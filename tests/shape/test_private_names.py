"""Does the code use what libraries do not promise?

A private name of a library changes without notice: `aiohttp>=3.12` was declared, and
every WebSocket failed with all versions but the locked one.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import pkgutil
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import screenpop
import screenpop_connectors

OURS = ("screenpop", "screenpop_connectors")
PRIVATE = re.compile(r"_[a-z][a-z0-9_]*\Z")
DOCUMENTED = frozenset({"_replace", "_asdict", "_fields"})  # of named tuples


def modules() -> Iterator[ModuleType]:
    for package in (screenpop, screenpop_connectors):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in found.name and not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def accesses(tree: ast.AST) -> Iterator[tuple[str, str, int]]:
    """(object, private name, line) of every access to a private attribute."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and PRIVATE.match(node.attr):
            of = node.value.id if isinstance(node.value, ast.Name) else "?"
            yield of, node.attr, node.lineno


def is_library(module: str) -> bool:
    first = module.partition(".")[0]
    return first not in OURS and first not in sys.stdlib_module_names


@functools.cache
def private_names_of(library_class: type) -> set[str]:
    """What a library's class keeps for itself: methods, slots, attributes."""
    names = set(vars(library_class)) | set(inspect.get_annotations(library_class))
    try:
        source = inspect.getsource(library_class)
    except (OSError, TypeError):  # compiled
        source = ""
    return {
        name
        for name in names | set(re.findall(r"\bself\.(_\w+)", source))
        if PRIVATE.match(name)
    }


def foreign_names(cls: type) -> set[str]:
    return {
        name
        for base in cls.__mro__
        if is_library(base.__module__)
        for name in private_names_of(base)
    }


def misuses(module: ModuleType) -> Iterator[str]:
    """Private names of libraries, reached through a subclass."""
    for name, cls in inspect.getmembers(module, inspect.isclass):
        if cls.__module__ != module.__name__:
            continue
        theirs = foreign_names(cls)
        if theirs:
            tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
            for of, attribute, _ in accesses(tree):
                if of in ("self", "cls") and attribute in theirs:
                    yield f"{module.__name__}.{name}: self.{attribute}"


def test_no_subclass_touches_what_its_library_keeps_private() -> None:
    assert [found for module in modules() for found in misuses(module)] == []


def test_no_private_attribute_of_a_foreign_object_is_touched() -> None:
    trees = {
        Path(module.__file__ or ""): ast.parse(inspect.getsource(module))
        for module in modules()
    }
    of_ours = {
        name
        for tree in trees.values()
        for of, name, _ in accesses(tree)
        if of == "self"
    }
    assert [
        f"{path.name}:{line}: {of}.{name}"
        for path, tree in trees.items()
        for of, name, line in accesses(tree)
        if of not in ("self", "cls") and name not in of_ours | DOCUMENTED
    ] == []


def test_the_search_finds_what_it_is_for() -> None:
    from aiohttp import web

    assert "_eof_sent" in private_names_of(web.StreamResponse)
    assert "_manager" in private_names_of(web.RequestHandler)
    assert list(accesses(ast.parse("request._protocol")))
