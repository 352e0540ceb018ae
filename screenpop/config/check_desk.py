"""Do buttons, snippets, layouts and required results name what exists?"""

from __future__ import annotations

from collections.abc import Iterator

from screenpop.config.desk import (
    CARET,
    OF_THE_CALL,
    WEB,
    ButtonSettings,
    LayoutSettings,
    names_in,
    scheme_of,
)
from screenpop.config.facets import all_shapes
from screenpop.config.load import Loaded
from screenpop.config.problems import Problem, did_you_mean


def desk_problems(loaded: Loaded) -> Iterator[Problem]:
    desk = loaded.config.desk
    facets = {
        shape.name: {column.name for column in shape.fields}
        for shape in all_shapes(loaded.config)
    }
    for index, button in enumerate(desk.buttons):
        path = ("desk", "buttons", index)
        scheme = scheme_of(button.url)
        if scheme not in (*WEB, *desk.schemes):
            sentence = f"has the scheme `{scheme}`, which is not allowed"
            remedy = f"Add `{scheme}` to `desk.schemes`, or use https."
            yield loaded.problem((*path, "url"), sentence, remedy)
        yield from _names(loaded, button.url, (*path, "url"), facets)
        yield from _places(loaded, button, path, facets)
    yield from _snippets(loaded, facets)
    for index, layout in enumerate(desk.layouts):
        yield from _layout(loaded, layout, index, facets)
    yield from _results(loaded)


def _results(loaded: Loaded) -> Iterator[Problem]:
    """A result that is required and cannot be given would block its call."""
    if loaded.config.dispositions:
        return
    for name, queue in loaded.config.queues.items():
        if queue.result == "required":
            sentence = "a result is required, but `dispositions` has none"
            remedy = "Add results to `dispositions`, or write `result: optional`."
            yield loaded.problem(("queues", name, "result"), sentence, remedy)


def _names(
    loaded: Loaded,
    text: str,
    path: tuple[str | int, ...],
    facets: dict[str, set[str]],
) -> Iterator[Problem]:
    """Attributes come with the call: any name may be one."""
    known = {f"{facet}.{name}" for facet, names in facets.items() for name in names}
    for name in names_in(text):
        if (
            name in (*OF_THE_CALL, CARET)
            or name.startswith("attributes.")
            or name in known
        ):
            continue
        remedy = did_you_mean(name, {*known, *OF_THE_CALL}, noun="values")
        yield loaded.problem(path, f"there is no value `{name}`", remedy)


def _snippets(loaded: Loaded, facets: dict[str, set[str]]) -> Iterator[Problem]:
    """Names are typed: upper and lower case are the same."""
    chars_max = loaded.config.limits.note_chars_max
    seen: set[str] = set()
    for index, snippet in enumerate(loaded.config.desk.snippets):
        path = ("desk", "snippets", index)
        name = snippet.name.casefold()
        if name in seen:
            sentence = f"`{snippet.name}` is a duplicate"
            remedy = "Give each snippet its own name; case does not count."
            yield loaded.problem((*path, "name"), sentence, remedy)
        seen.add(name)
        if len(snippet.text) > chars_max:
            sentence = f"has {len(snippet.text)} characters, more than a note may have"
            remedy = f"Shorten it to {chars_max}, or raise `limits.note_chars_max`."
            yield loaded.problem((*path, "text"), sentence, remedy)
        yield from _names(loaded, snippet.text, (*path, "text"), facets)


def _places(
    loaded: Loaded,
    button: ButtonSettings,
    path: tuple[str | int, ...],
    facets: dict[str, set[str]],
) -> Iterator[Problem]:
    """Queues are known to the telephone system alone."""
    lines = loaded.config.lines
    for index, line in enumerate(button.lines):
        if line not in lines:
            remedy = did_you_mean(line, lines, noun="lines")
            sentence = f"there is no line `{line}`"
            yield loaded.problem((*path, "lines", index), sentence, remedy)
    if button.facet is not None and button.facet not in facets:
        remedy = did_you_mean(button.facet, facets, noun="facets")
        sentence = f"there is no facet `{button.facet}`"
        yield loaded.problem((*path, "facet"), sentence, remedy)


def _layout(
    loaded: Loaded, layout: LayoutSettings, at: int, facets: dict[str, set[str]]
) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, placed in enumerate(layout.facets):
        path = ("desk", "layouts", at, "facets", index, "facet")
        name = placed.facet
        if name == "identity":
            sentence = "`identity` is always at the top of a card"
            yield loaded.problem(path, sentence, "Leave it out of the layout.")
        elif name not in facets:
            remedy = did_you_mean(name, facets, noun="facets")
            yield loaded.problem(path, f"there is no facet `{name}`", remedy)
        elif name in seen:
            sentence = f"`{name}` is a duplicate in this layout"
            yield loaded.problem(path, sentence, "Name each facet once.")
        seen.add(name)
