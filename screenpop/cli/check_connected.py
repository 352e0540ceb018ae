"""What do the sources say of a configuration? For `check-config --connect`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

import msgspec
import typer

from screenpop.config.check import Checked
from screenpop.config.load import Loaded
from screenpop.config.problems import KeyPath, Problem, as_json, counted, dotted, listed
from screenpop.connector import QueryColumns
from screenpop.node.connecting import QueryCheck, SourceCheck, connected
from screenpop.support import log as logs
from screenpop.support.tasks import quick_loop


def check_connected(
    loaded: Loaded, checked: Checked, number: str | None, *, json_wanted: bool
) -> None:
    """Print what was found; raises `Exit` with code 1 when there is a problem."""
    logs.set_up(level="error")
    with quick_loop() as runner:
        asked = connected(loaded, checked.secrets, number=number, tries_canaries=True)
        sources = runner.run(asked)
    problems = sorted({*checked.problems, *_problems(sources)})
    warnings = sorted({w for s in sources for q in s.queries for w in q.warnings})
    if json_wanted:
        answer = {
            "ok": not problems,
            "problems": as_json(problems),
            "warnings": as_json(warnings),
            "sources": {source.name: _source(source) for source in sources},
        }
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        for problem in checked.problems:
            typer.echo(str(problem))
        for line in _lines(loaded, sources):
            typer.echo(line)
        typer.echo(_summary(problems, warnings), err=bool(problems))
    raise typer.Exit(1 if problems else 0)


def _problems(sources: Iterable[SourceCheck]) -> Iterator[Problem]:
    for source in sources:
        if source.problem is not None:
            yield source.problem
        yield from source.canary_problems
        for query in source.queries:
            yield from query.problems


def _lines(loaded: Loaded, sources: Sequence[SourceCheck]) -> Iterator[str]:
    for source in sources:
        yield from _of_source(source)
        yield ""
    for name, settings in loaded.config.sources.items():
        if not settings.enabled:
            yield f"{name} ({settings.connector}): switched off, not connected to"
            yield ""


def _of_source(source: SourceCheck) -> Iterator[str]:
    head = f"{source.name} ({source.connector})"
    if source.problem is not None:
        yield f"{head}: not reached"
        yield f"  problem  {source.problem}"
        if source.unchecked:
            names = map(_name, source.unchecked)
            yield f"  not checked: {', '.join(names)}"
        return
    said = f", {source.said}" if source.said else ""
    yield f"{head}: reached in {source.ms:.0f} ms{said}"
    for query in source.queries:
        yield from _of_query(query)
    for canary in source.canaries:
        yield f"  {canary.in_words()}, {canary.ms:.0f} ms"
    for problem in source.canary_problems:
        yield f"    problem  {problem}"


def _of_query(query: QueryCheck) -> Iterator[str]:
    facet = f" -> {query.facet}" if query.facet else ""
    yield f"  {_name(query.path)}{facet}: {_state(query)}"
    if query.columns is not None:
        yield f"    returns {_named(query.columns)}"
        if query.comparison.missing:
            yield f"    not returned: {', '.join(query.comparison.missing)}"
        if query.comparison.extra:
            extra = ", ".join(query.comparison.extra)
            yield f"    shown under their own names: {extra}"
    for problem in query.problems:
        yield f"    problem  {problem}"
    for warning in query.warnings:
        yield f"    warning  {warning}"


def _name(path: KeyPath) -> str:
    """Below its source: `contacts`, `lookups.sales`."""
    return dotted(path[2:] if path[0] == "sources" else path)


def _state(query: QueryCheck) -> str:
    if query.columns is not None:
        return f"{query.columns.how}, {query.ms:.0f} ms"
    if query.problems:
        return "refused"
    if query.was_asked:
        return "asked once, found nothing; its columns are not known"
    return "columns not known without asking; --number NUMBER asks once"


def _named(columns: QueryColumns) -> str:
    given = [f"{x.name} {x.type}".strip() for x in columns.columns]
    return ", ".join(given) or "no columns"


def _summary(problems: Sequence[Problem], warnings: Sequence[Problem]) -> str:
    several = "" if len(warnings) == 1 else "s"
    words = [counted(problems) if problems else "No problem"]
    words += [f"{len(warnings)} warning{several}"] if warnings else []
    return f"{listed(words)}."


def _source(source: SourceCheck) -> dict[str, object]:
    return {
        "connector": source.connector,
        "reached": source.is_reached,
        "said": source.said,
        "ms": round(source.ms, 1),
        "not_checked": [dotted(path) for path in source.unchecked],
        "canaries": [msgspec.to_builtins(canary) for canary in source.canaries],
        "queries": {dotted(query.path): _query(query) for query in source.queries},
    }


def _query(query: QueryCheck) -> dict[str, object]:
    columns = query.columns
    return {
        "facet": query.facet,
        "how": columns.how if columns else None,
        "ms": round(query.ms, 1),
        "columns": None
        if columns is None
        else [
            {"name": x.name, "type": x.type or None, "kinds": sorted(x.kinds)}
            for x in columns.columns
        ],
        "missing": list(query.comparison.missing),
        "extra": list(query.comparison.extra),
        "problems": as_json(query.problems),
        "warnings": as_json(query.warnings),
    }
