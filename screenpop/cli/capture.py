"""What arrives at this line just now, and what does its dialect make of it?"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from screenpop.cli.decode import event_line
from screenpop.cli.following import Following, address_of, proof_of
from screenpop.config.load import load_config
from screenpop.domain.errors import ConfigError, Unavailable
from screenpop.intake.encodings import unbase64url
from screenpop.intake.settings import COMMON_SETTINGS
from screenpop.intake.shown import LineSeen, RequestSeen
from screenpop.support.log import protect

ASK_EVERY_S = 0.5
CAPTURED_MAX = 5000  # requests held for saving; the oldest go
FROM_NOW = 10**15  # higher than any number: only those that come are wanted

WaitKey = Callable[[float], str]
"""Wait so many seconds for a key; "" when none was pressed."""


def register(app: typer.Typer) -> None:
    app.command(
        "capture",
        epilog="Example: screenpop capture telephones --config screenpop.yaml",
    )(capture)


def capture(
    line: Annotated[str, typer.Argument(help="A line of the configuration.")],
    config: Annotated[
        Path, typer.Option(help="The configuration that the service runs with.")
    ],
    url: Annotated[
        str | None, typer.Option(help="Where the service is; default: by the file.")
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(help="A file with an administrator's bearer token."),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(help="The case file to write; without a terminal: everything."),
    ] = None,
    earlier: Annotated[
        bool, typer.Option("--earlier", help="Begin with those that came before.")
    ] = False,
    json_wanted: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a request.")
    ] = False,
) -> None:
    """Show requests of a line as they arrive: masked, decoded, explained.

    Follows a running service. `s` saves what was shown as a case file for
    `screenpop decode`, `q` ends. Asks with the bearer token in $SCREENPOP_TOKEN or
    --token-file; on the service's own machine none is needed.
    """
    loaded = load_config(config)
    protect(loaded.secrets)
    service = Following(url or address_of(loaded), proof_of(loaded, token_file))
    with keyboard() as wait_key:
        shown = Capture(service, service.line(line), wait_key, json_wanted, save)
        shown.begin(earlier)
        try:
            shown.run()
        except KeyboardInterrupt:
            shown.end()


class Capture:
    """One capture from its first request to `q` or Ctrl-C."""

    def __init__(
        self,
        service: Following,
        line: LineSeen,
        wait_key: WaitKey | None,
        as_json: bool,
        save: Path | None,
    ):
        """`wait_key` is None without a terminal: then `save` gets everything."""
        self._service, self._line = service, line
        self._wait_key, self._as_json, self._save = wait_key, as_json, save
        self._run = ""
        self._after = 0
        self._away = False
        self._unsaved: list[RequestSeen] = []
        self._file: Path | None = None

    def begin(self, earlier: bool) -> None:
        """Raises `Unavailable` and `ConfigError`: then nothing can be followed."""
        page = self._service.requests(self._line.line, 0 if earlier else FROM_NOW)
        self._run, self._after = page.run, page.newest
        keys = "; s saves, q ends" if self._wait_key else ""
        said = f"{self._line.address} ({self._line.title}){keys}"
        self._tell(f"Waiting for requests at {said}")
        self._show(page.requests)

    def run(self) -> None:
        """Until `q`; a service that is away is waited for."""
        while True:
            match self._wait_key(ASK_EVERY_S) if self._wait_key else _sleep():
                case "q":
                    return
                case "s":
                    self._save_shown()
            self.ask()

    def ask(self) -> None:
        """Show what is new."""
        try:
            page = self._service.requests(self._line.line, self._after)
        except Unavailable as error:
            if not self._away:
                self._tell(f"{error} Waiting for it …")
            self._away = True
            return
        if self._away:
            self._tell("The service is back.")
        self._away = False
        if page.run != self._run:  # started anew: it counts from 1 again
            self._run, self._after = page.run, 0
            page = self._service.requests(self._line.line, 0)
        elif page.missed:
            self._tell(f"{page.missed} requests were pushed out before they were seen")
        self._after = page.newest
        self._show(page.requests)

    def end(self) -> None:
        self._tell("")

    def _show(self, requests: list[RequestSeen]) -> None:
        """What was printed is in the file already, if it is to have everything."""
        self._unsaved = [*self._unsaved, *requests][-CAPTURED_MAX:]
        if requests and self._save is not None and self._wait_key is None:
            self._write(self._file or free_name(self._save))
        for seen in requests:
            if self._as_json:
                typer.echo(msgspec.json.encode(seen).decode())
            else:
                typer.echo(told(seen))

    def _save_shown(self) -> None:
        """What was shown since the last time, in a file of its own."""
        if not self._unsaved:
            self._tell("Nothing to save yet.")
            return
        now = f"{datetime.now().astimezone():%Y%m%d-%H%M%S}"
        wanted = self._save or Path(f"{self._line.line}-{now}.json")
        self._write(free_name(wanted))
        self._unsaved = []

    def _write(self, path: Path) -> None:
        first, self._file = path != self._file, path
        write_case(path, case_of(self._line, self._unsaved))
        if first:
            count = len(self._unsaved)
            self._tell(
                f"Saved {count} request{'s' if count > 1 else ''}: screenpop decode"
                f" {self._line.dialect} {path}"
            )

    def _tell(self, text: str) -> None:
        """To whoever sits there; standard output has the requests alone."""
        typer.echo(text, err=True)


def _sleep() -> str:
    time.sleep(ASK_EVERY_S)
    return ""


@contextmanager
def keyboard() -> Iterator[WaitKey | None]:
    """Single keys of the terminal; None where there is none."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield None
        return
    try:
        import termios
        import tty
    except ImportError:  # no such terminals on this system: no keys
        yield None
        return
    handle = sys.stdin.fileno()
    before = termios.tcgetattr(handle)
    tty.setcbreak(handle)
    try:
        yield lambda within_s: _key(handle, within_s)
    finally:
        termios.tcsetattr(handle, termios.TCSADRAIN, before)


def _key(handle: int, within_s: float) -> str:
    ready, _, _ = select.select([handle], [], [], within_s)
    if not ready:
        return ""
    return os.read(handle, 1).decode("ascii", "replace").lower() or "q"


BODY_CHARS_MAX = 4000  # of one body on the terminal; the case file has it all
NOTES = (
    "Captured by `screenpop capture`. Secrets and proofs are masked, so `screenpop"
    " decode` skips authentication."
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
