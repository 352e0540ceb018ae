"""How does a person read what pydantic found?

Every error of a model becomes a `Problem` with place, sentence and remedy in our
words. Values are shown unless the key or its origin says that they are secret.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from screenpop.config.document import SECRET_WORD
from screenpop.config.problems import KeyPath, Place, Problem, did_you_mean, listed
from screenpop.config.sources import CANARY_NUMBER, EXPECTED_VALUE, TIME_OF_DAY

SHOWN_MAX = 60

_PATTERNS = {
    "^[a-z][a-z0-9_]{0,62}$": (
        "must be lower-case letters, digits and `_`, beginning with a letter",
        "At most 63 characters, e.g. `credit_department`.",
    ),
    "^[A-Z]{2}$": (
        "must be a country as two capital letters",
        "Use ISO 3166-1, e.g. DE, GB, US.",
    ),
    TIME_OF_DAY: (
        "must be a time of the day, in quotes",
        'Use 24 hours, e.g. "06:30".',
    ),
    CANARY_NUMBER: (
        "must be a telephone number in E.164, in quotes",
        'Use +, country code and number, e.g. "+442079460100".',
    ),
    EXPECTED_VALUE: (
        "must be a facet, a dot and a column",
        "E.g. `balance.open` or `identity.name`.",
    ),
    r"^https?://[^/?#{}@\s]+(/[^?#{}\s]*)?$": (
        "must be http:// or https://, a host and maybe a path, and nothing behind",
        "Log-ins go under `auth`, parameters into a lookup's `path`.",
    ),
}
_UNITS = {
    "_ms": "milliseconds",
    "_s": "seconds",
    "_h": "hours",
    "_days": "days",
    "_bytes_max": "bytes",
}
_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "string": "text",
    "dict": "keys with values",
    "mapping": "keys with values",
    "model": "keys with values",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "frozen": "a list",
    "path": "a path",
    "url": "an address such as https://host/path",
    "decimal": "a number",
    "date": "a date such as 2026-11-21",
    "datetime": "a time such as 2026-11-21T09:00:00Z",
    "time": "a time such as 09:00",
    "timedelta": "a duration in seconds",
}
_BOUNDS = {
    "greater_than": ("greater than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


class ErrorSubject(typing.Protocol):
    """The file an error is about (`Loaded` is one)."""

    def place(self, *path: str | int) -> Place: ...
    def hidden(self, path: KeyPath) -> bool: ...


def translated(
    errors: Iterable[ErrorDetails],
    model: type[BaseModel],
    data: object,
    subject: ErrorSubject,
    *,
    prefix: KeyPath = (),
    known: Iterable[str] = (),
) -> dict[KeyPath, Problem]:
    """Problems by path, one for each path; `known` are further keys of the root.

    `data` is what was validated: it shows which parts of an error's location are
    keys and which name members of a union.
    """
    found: dict[KeyPath, list[ErrorDetails]] = {}
    for error in errors:
        found.setdefault(_path(error, data), []).append(error)
    problems = {}
    for path, same in found.items():
        field = field_at(model, path)
        names = [*keys_at(model, path[:-1]), *(known if len(path) == 1 else ())]
        hide = subject.hidden((*prefix, *path)) or _is_secret(field)
        sentence, remedy = _sentence(same, path, field, names, hide)
        place = subject.place(*prefix, *path)
        full = (*prefix, *path)
        problems[full] = Problem.at(place, full, sentence, remedy)
    return problems


def _path(error: ErrorDetails, data: object) -> KeyPath:
    """The error's location without the names of union members."""
    path: list[str | int] = []
    here = data
    parts = [part for part in error["loc"] if part != "[key]"]
    for index, part in enumerate(parts):
        if isinstance(here, Mapping) and part in here:
            here = here[part]
        elif isinstance(here, list | tuple) and _within(part, here):
            here = here[int(part)]
        elif not _is_last_name(error, index, parts):
            continue
        path.append(part)
    return tuple(path)


def _within(part: str | int, values: list[object] | tuple[object, ...]) -> bool:
    return isinstance(part, int) and 0 <= part < len(values)


def _is_last_name(
    error: ErrorDetails, index: int, parts: typing.Sequence[str | int]
) -> bool:
    """A missing key is not in the data and still belongs to the path."""
    return index == len(parts) - 1 and error["type"] == "missing"


def _sentence(
    errors: list[ErrorDetails],
    path: KeyPath,
    field: FieldInfo | None,
    names: list[str],
    hide: bool,
) -> tuple[str, str]:
    error = errors[0]
    value = "" if hide else shown(error.get("input"))
    if len(errors) > 1:
        kinds = list(dict.fromkeys(filter(None, map(_kind, errors))))
        if len(kinds) > 1:
            return f"must be {listed(kinds, 'or')}{_is(value)}", _remedy(path, field)
    if error["type"] == "missing":
        return "is missing", _misspelt(error, path, names) or _description(field)
    if error["type"] == "extra_forbidden":
        return "is not a known key", did_you_mean(str(path[-1]), names)
    if "[key]" in error["loc"]:
        sentence, remedy = _pattern(error)
        return f"as a name {sentence}", remedy
    for translate in (_bound, _choice, _length):
        if (said := translate(error)) is not None:
            return f"{said}{_is(value)}", _remedy(path, field, error)
    if error["type"] == "string_pattern_mismatch":
        sentence, remedy = _pattern(error)
        return f"{sentence}{_is(value)}", remedy
    if error["type"] in ("value_error", "assertion_error"):
        return _own_words(error, hide)
    if (kind := _kind(error)) is not None:
        return f"must be {kind}{_is(value)}", _remedy(path, field, error)
    said = "cannot be used" if hide else _lower(error["msg"])
    return f"{said}{_is(value)}", _remedy(path, field)


def _misspelt(error: ErrorDetails, path: KeyPath, names: list[str]) -> str:
    """Where further keys are a plugin's, a typo is not an unknown key."""
    given = error.get("input")
    others = [key for key in given if key not in names] if _is_keys(given) else []
    near = get_close_matches(str(path[-1]), others, n=1)
    return f"Is `{near[0]}` meant to be it?" if near else ""


def _is_keys(value: object) -> typing.TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping) and all(isinstance(key, str) for key in value)


def _bound(error: ErrorDetails) -> str | None:
    if error["type"] not in _BOUNDS:
        return None
    words, key = _BOUNDS[error["type"]]
    limit = error.get("ctx", {}).get(key)
    return (
        f"must be {words} {limit:g}"
        if isinstance(limit, float)
        else (f"must be {words} {limit}")
    )


def _choice(error: ErrorDetails) -> str | None:
    if error["type"] not in ("literal_error", "enum"):
        return None
    return f"must be {error.get('ctx', {}).get('expected', '')}".replace("'", "`")


def _length(error: ErrorDetails) -> str | None:
    context = error.get("ctx", {})
    match error["type"]:
        case "string_too_short":
            return f"must have at least {context.get('min_length')} characters"
        case "string_too_long":
            return f"must have at most {context.get('max_length')} characters"
        case "too_short":
            return f"must have at least {context.get('min_length')} entries"
        case "too_long":
            return f"must have at most {context.get('max_length')} entries"
    return None


def _kind(error: ErrorDetails) -> str | None:
    head, _, tail = error["type"].partition("_")
    if tail in ("type", "parsing", "from_float", "parsing_size", "attributes_type"):
        return _KINDS.get(head)
    if error["type"] in ("datetime_from_date_parsing", "date_from_datetime_parsing"):
        return _KINDS[head]
    return None


def _pattern(error: ErrorDetails) -> tuple[str, str]:
    pattern = str(error.get("ctx", {}).get("pattern", ""))
    if pattern in _PATTERNS:
        return _PATTERNS[pattern]
    if error["type"] == "string_pattern_mismatch":
        return f"must match the pattern `{pattern}`", ""
    return _lower(error["msg"]), ""


def _own_words(error: ErrorDetails, hide: bool) -> tuple[str, str]:
    """A validator of this service raised `ValueError("sentence. Remedy.")`."""
    cause = error.get("ctx", {}).get("error")
    if hide and not isinstance(cause, Exception):
        return "cannot be used", ""
    text = str(cause) if cause is not None else _lower(error["msg"])
    sentence, dot, remedy = text.partition(". ")
    return sentence or "cannot be used", remedy if dot else ""


def _remedy(
    path: KeyPath, field: FieldInfo | None, error: ErrorDetails | None = None
) -> str:
    name = str(path[-1]) if path else ""
    if error is not None and isinstance(error["input"], list):
        if error["type"] == "dict_type":
            return f"Give each entry a name, without `-`: `{name}: {{NAME: …}}`."
        if error["type"].startswith("model_"):
            return f"Write its keys without `-`: `{name}: {{KEY: VALUE}}`."
    default = field.get_default(call_default_factory=False) if field else None
    number = isinstance(default, int | float) and not isinstance(default, bool)
    if number:
        unit = next((u for tail, u in _UNITS.items() if name.endswith(tail)), "")
        return f"Use {unit}, e.g. {default}." if unit else f"E.g. {default}."
    scalar = error is not None and isinstance(error["input"], int | float)
    if scalar and error is not None and error["type"] == "string_type":
        return f'Put it in quotes: `{name}: "…"`.'
    return _description(field)


def _description(field: FieldInfo | None) -> str:
    text = (field.description or "") if field else ""
    return f"{text.rstrip('.')}." if text else ""


def shown(value: object) -> str:
    """A value as people write it, cut to `SHOWN_MAX` characters."""
    if value is None:
        return "empty"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, BaseModel):
        return "a mapping"
    text = (
        str(value)
        if isinstance(value, Path)
        else json.dumps(value, ensure_ascii=False, default=str)
    )
    return text if len(text) <= SHOWN_MAX else f"{text[: SHOWN_MAX - 1]}…"


def _is(value: str) -> str:
    return f", is {value}" if value else ""


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _is_secret(field: FieldInfo | None) -> bool:
    return field is not None and SecretStr in _classes(field.annotation)


def secret_name(path: KeyPath) -> bool:
    """Does the key's own name say that its value is secret?"""
    return any(isinstance(part, str) and SECRET_WORD.search(part) for part in path[-2:])


def keys_at(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that the model knows at a path, as people write them."""
    here = _model_at(model, path)
    if here is None:
        return []
    return [info.alias or name for name, info in here.model_fields.items()]


def field_at(model: type[BaseModel], path: KeyPath) -> FieldInfo | None:
    """The declaration of the key that a path ends in."""
    if not path:
        return None
    here = _model_at(model, path[:-1])
    return _field(here, path[-1]) if here is not None else None


def _field(model: type[BaseModel], key: str | int) -> FieldInfo | None:
    for name, info in model.model_fields.items():
        if key in (name, info.alias):
            return info
    return None


def _model_at(model: type[BaseModel], path: KeyPath) -> type[BaseModel] | None:
    here: object = model
    for part in path:
        models = _models(here)
        if models:
            info = _field(models[0], part)
            here = info.annotation if info is not None else None
        else:
            here = _inside(here)
    models = _models(here)
    return models[0] if models else None


def model_in(annotation: object) -> type[BaseModel] | None:
    """The model that a declaration holds: itself, or in a list or mapping."""
    models = _models(annotation) or _models(_inside(annotation))
    return models[0] if models else None


def _inside(annotation: object) -> object:
    """What a list, tuple or dict holds; unions with None are looked through."""
    for member in _members(annotation):
        args = [arg for arg in typing.get_args(member) if arg is not ...]
        if args and typing.get_origin(member) is not typing.Literal:
            return args[-1]
    return None


def _members(annotation: object) -> list[object]:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _members(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        return [m for arg in typing.get_args(annotation) for m in _members(arg)]
    return [annotation]


def _classes(annotation: object) -> list[type]:
    return [member for member in _members(annotation) if isinstance(member, type)]


def _models(annotation: object) -> list[type[BaseModel]]:
    plain = [c for c in _classes(annotation) if typing.get_origin(c) is None]
    is_model: Callable[[type], bool] = lambda c: issubclass(c, BaseModel)  # noqa: E731
    return [c for c in plain if is_model(c)]
