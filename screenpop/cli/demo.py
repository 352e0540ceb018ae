"""`screenpop demo`: a whole company to look at, with calls coming in."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from screenpop.demo.centre import CALLS_PER_MINUTE, LARKSPOKE
from screenpop.demo.company import NAME, TIME_ZONE
from screenpop.demo.delivery import Tally
from screenpop.demo.folder import PASSWORD_CHARS_MAX, account_json
from screenpop.demo.run import (
    LINE,
    OFFERS_WITHIN_S,
    DemoOptions,
    Ready,
    run_demo,
    run_service,
)
from screenpop.support.tasks import quick_loop


def register(app: typer.Typer) -> None:
    app.command("demo", epilog="Example: screenpop demo --port 8080 --seed 7")(demo)


def demo(
    port: Annotated[
        int,
        typer.Option(
            min=0, max=65535, help="Port of the pages; the next free one if taken."
        ),
    ] = 8080,
    seed: Annotated[int, typer.Option(help="Another number, another company.")] = 7,
    pace: Annotated[
        float,
        typer.Option(min=0.1, max=50, help="How many times as many calls as usual."),
    ] = 1.0,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            help="Keep everything here; default: a folder removed at the end."
        ),
    ] = None,
    calls: Annotated[
        bool, typer.Option("--calls/--no-calls", help="Let the telephones ring.")
    ] = True,
    json_wanted: Annotated[
        bool, typer.Option("--json", help="Print addresses and log-ins as JSON.")
    ] = False,
) -> None:
    """Run the service with a made-up company and simulated calls.

    Prints addresses and log-ins; whoever logs in sees cards as the phone rings.
    Everything stays on this machine. Ctrl-C ends it.
    """
    err = Console(stderr=True)
    with _folder(data_dir) as folder:
        options = DemoOptions(
            folder=folder,
            today=datetime.now(ZoneInfo(TIME_ZONE)).date(),
            port=port,
            seed=seed,
            pace=pace,
            calls=calls,
        )
        err.print(f"Making {NAME} and starting the service …", style="dim")
        with quick_loop() as runner:
            tally = runner.run(_run(options, json_wanted=json_wanted))
    if calls:
        err.print(_farewell(tally), style="dim")


@contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    if wanted is not None:
        yield wanted.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="screenpop-demo-") as name:
        yield Path(name)


async def _run(options: DemoOptions, *, json_wanted: bool) -> Tally:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)

    def tell(ready: Ready) -> None:
        if json_wanted:
            print(json.dumps(ready_json(ready), ensure_ascii=False), flush=True)
        else:
            show(ready, Console())

    serve = partial(run_service, offers_within_s=OFFERS_WITHIN_S)
    return await run_demo(options, serve, tell=tell, stop=stop)


def ready_json(ready: Ready) -> dict[str, object]:
    return {
        "url": ready.url,
        "desk": f"{ready.url}/",
        "wallboard": f"{ready.url}/wallboard",
        "credit": ready.credit_url,
        "folder": str(ready.folder.path),
        "config": str(ready.folder.config),
        "first_caller": ready.first_caller,
        "logins": [account_json(account) for account in ready.accounts],
        "pid": os.getpid(),
    }


def show(ready: Ready, console: Console) -> None:
    """What to open, how to log in, what happens next, how to look behind it."""
    console.print(panel(ready))
    console.print(_behind(ready), style="dim", soft_wrap=True, highlight=False)


def panel(ready: Ready) -> Panel:
    parts: list[RenderableType] = [_addresses(ready), Text(), _logins(ready)]
    parts += [Text(), _what_comes(ready)]
    return Panel(
        Group(*parts),
        title=f"[bold]{NAME}[/bold] on Screenpop",
        subtitle="Ctrl-C ends the demo",
        box=box.ROUNDED,
        padding=(1, 2),
        expand=False,
    )


def _addresses(ready: Ready) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("Agent's desk", _link(f"{ready.url}/"))
    table.add_row("Wallboard", _link(f"{ready.url}/wallboard"))
    if ready.port != ready.options.port and ready.options.port:
        note = f"Port {ready.options.port} is taken, so it is {ready.port}."
        table.add_row("", Text(note, style="yellow"))
    return table


def _link(url: str) -> Text:
    return Text(url, style=f"bold cyan link {url}")


def _logins(ready: Ready) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("Log in as", no_wrap=True)
    table.add_column("Password", no_wrap=True, min_width=PASSWORD_CHARS_MAX)
    table.add_column("Who", ratio=1)
    table.add_column("Telephone rings for", ratio=1)
    queues = {agent.agent: ", ".join(agent.queues) for agent in LARKSPOKE.agents}
    for at, account in enumerate(ready.accounts):
        login = account.login
        rings = f"{login.agent}: {queues[login.agent]}" if login.agent else ""
        table.add_row(
            Text(login.username, style="bold"),
            Text(account.password, style="bold green" if at == 0 else ""),
            login.name if login.agent else f"{login.name}, {login.role}",
            rings,
        )
    return table


def _what_comes(ready: Ready) -> Text:
    if not ready.options.calls:
        webhook = f"{ready.url}/v1/telephony/{LINE}"
        return Text(f"No calls (--no-calls). Post events of your own to {webhook}")
    visitor = ready.accounts[0].login
    return Text.assemble(
        "Log in as ",
        (visitor.username, "bold"),
        f" now: {ready.first_caller_name} is calling {visitor.name}. About"
        f" {CALLS_PER_MINUTE * ready.options.pace:.2g} calls a minute follow: shared"
        " lines, withheld numbers, strangers, transfers.",
    )


def _behind(ready: Ready) -> str:
    """Not in the panel: whoever copies a command must get it whole."""
    company = f"{ready.customers:,} customers, {ready.orders:,} orders"
    same = ", the same as before" if ready.reused else ""
    program = sys.argv[0] if Path(sys.argv[0]).name == "screenpop" else "screenpop"
    explain = f"{program} explain {ready.first_caller} --config {ready.folder.config}"
    return (
        f"{company}{same}, in {ready.folder.path}\n"
        f"To look behind a card, in another terminal:\n  {explain}"
    )


def _farewell(tally: Tally) -> str:
    parts = [f"Stopped. {tally.taken:,} telephone events were taken"]
    if tally.retried:
        parts.append(f"{tally.retried:,} sent again while the service was busy")
    if tally.refused:
        parts.append(f"{tally.refused:,} refused (HTTP {tally.last_refusal})")
    if tally.given_up:
        parts.append(f"{tally.given_up:,} given up")
    return ", ".join(parts) + "."
