"""How does a captured request read on a terminal, and in a case file?"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from screenpop.cli.decode import event_line
from screenpop.domain.errors import ConfigError
from screenpop.intake.encodings import unbase64url
from screenpop.intake.settings import COMMON_SETTINGS
from screenpop.intake.shown import LineSeen, RequestSeen

BODY_CHARS_MAX = 4000  # of one body on the terminal; the case file has it all
NOTES = (
    "Captured by `screenpop capture`. Secrets and proofs are masked, so `screenpop"
    " decode` takes the requests as genuine."
)
_COMMON = frozenset(setting.name for setting in COMMON_SETTINGS)


def told(seen: RequestSeen) -> str:
    """All there is to say about one request, fit for a terminal."""
    return "\n".join(terminal_safe(line) for line in _lines(seen))


def _lines(seen: RequestSeen) -> Iterator[str]:
    at = datetime.fromisoformat(seen.at).astimezone()
    time = f"{at:%H:%M:%S}.{at.microsecond // 1000:03d}"
    sender = f" from {seen.remote}" if seen.remote else ""
    yield f"#{seen.number} {time} {seen.method} {seen.path}{sender}"
    for name, value in seen.headers:
        yield f"  {name}: {value}"
    if seen.body:
        yield from (f"  {line}" for line in _body(seen).splitlines())
    yield from (f"  → {line}" for line in verdict_lines(seen))
    yield f"  ← {seen.status}"


def _body(seen: RequestSeen) -> str:
    text = seen.body[:BODY_CHARS_MAX]
    left = seen.body_bytes - len(text.encode())
    return f"{text} … {left} bytes more" if len(seen.body) > len(text) else text


def verdict_lines(seen: RequestSeen) -> list[str]:
    """What was made of it, and why of the rest nothing."""
    lines = [event_line(event) for event in seen.events]
    remedy = f" {seen.remedy}" if seen.remedy else ""
    match seen.verdict:
        case "refused":
            lines.append(f"refused: {seen.why}.{remedy}")
        case "failed":
            lines.append(f"could not be taken: {seen.why}.{remedy}")
        case "handshake":
            lines.append("a handshake, answered")
        case "lookup":
            lines.append("asks who is calling, answered")
        case "ignored" if not lines:
            lines.append(f"ignored: {seen.why}")
    lines += [f"left out: {note}" for note in seen.notes]
    if seen.repeated:
        lines.append(f"{seen.repeated} of its events delivered before, dropped")
    return lines


def terminal_safe(text: str) -> str:
    """What a stranger sent must not steer the terminal."""
    return "".join(
        each if each.isprintable() or each == "\n" else repr(each)[1:-1]
        for each in text
    )


def case_of(line: LineSeen, requests: Sequence[RequestSeen]) -> dict[str, object]:
    """A case file that `screenpop decode` takes; secrets are placeholders."""
    settings = {
        name: value
        for name, value in line.settings.items()
        if isinstance(value, str) and name not in _COMMON
    }
    place = {"country": line.country, "time_zone": line.time_zone}
    return {
        "provider": line.dialect,
        "about": f"Captured at the line {line.line}",
        "notes": NOTES,
        "masked": True,
        "public_base_url": line.address.partition("/v1/telephony/")[0],
        "settings": {**{k: v for k, v in place.items() if v}, **settings},
        "requests": [_request(seen) for seen in requests],
    }


def _request(seen: RequestSeen) -> dict[str, object]:
    names = [name for name, _ in seen.headers]
    once = len({name.lower() for name in names}) == len(names)
    more = {"cut": True} if seen.cut else {}
    return {
        "method": seen.method,
        "path": seen.path,
        "headers": dict(seen.headers) if once else [list(x) for x in seen.headers],
        "body": _unsigned(seen.body),
        "sent_at": seen.at,
        **({"remote": seen.remote} if seen.remote else {}),
        **more,
    }


def _unsigned(body: str) -> str:
    """What a body that is a token says: without its proof it is read as it is."""
    parts = body.strip().split(".")
    if len(parts) != 3 or not body.startswith("eyJ"):
        return body
    claims = unbase64url(parts[1])
    return body if claims is None else claims.decode("utf-8", "replace")


def write_case(path: Path, case: dict[str, object]) -> None:
    """Whole or not at all, for its owner's eyes. Raises `ConfigError`."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    text = json.dumps(case, ensure_ascii=False, indent=1)
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{text}\n")
        fresh.replace(path)
    except OSError as error:
        raise ConfigError(f"--save: cannot write {path}: {error.strerror}.") from error


def free_name(wanted: Path) -> Path:
    """The name, or with the first number that no file has: `x.json`, `x-2.json`."""
    name, number = wanted, 1
    while name.exists():
        number += 1
        name = wanted.with_stem(f"{wanted.stem}-{number}")
    return name
