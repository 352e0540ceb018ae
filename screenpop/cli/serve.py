"""How is the service run?"""

from __future__ import annotations

import asyncio
import logging
import signal
from pathlib import Path
from typing import Annotated

import typer

from screenpop.config.load import Loaded
from screenpop.node.asking import load_checked
from screenpop.support import log as logs
from screenpop.support.tasks import first_of, quick_loop

log = logging.getLogger(__name__)

BEGIN_AGAIN_S = 0.5


def register(app: typer.Typer) -> None:
    app.command(
        "serve",
        epilog="Example: screenpop serve --config config/screenpop.minimal.yaml",
    )(serve)


def serve(
    config: Annotated[Path, typer.Option("--config", help="The configuration.")],
    json_logs: Annotated[
        bool, typer.Option("--log-json", help="One JSON object a line.")
    ] = False,
    level: Annotated[
        str, typer.Option("--log-level", help="debug, info, warning or error.")
    ] = "info",
) -> None:
    """Run the service until it is told to stop (Ctrl-C, SIGTERM).

    Everything that is wrong with the configuration is told before anything runs.
    """
    logs.set_up(as_json=json_logs, level=level)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # it must not end a start, either
    loaded = load_checked(config)
    with quick_loop() as runner:
        runner.run(_serve(loaded))


async def _serve(loaded: Loaded) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, _hang_up)
    while not stop.is_set():
        await _serve_once(loaded, stop)


async def _serve_once(loaded: Loaded, stop: asyncio.Event) -> None:
    """Until a signal stops it, or everything must be read again from the journal."""
    from screenpop.journal.base import JournalReplaced
    from screenpop.node.build import running  # the whole service: a second
    from screenpop.node.gauges import spare_the_loop

    try:
        async with running(loaded) as service:
            spare_the_loop()
            log.info("serving at %s", service.url)
            await first_of(stop, service.replaced)
            log.info("stopping")
    except JournalReplaced as error:  # while it read what is stored
        log.warning("%s", error)
        await asyncio.sleep(BEGIN_AGAIN_S)


def _hang_up() -> None:
    """Programs are used to reload at SIGHUP; one that ended would drop calls."""
    log.warning(
        "SIGHUP is ignored: a changed configuration is read at a start. Check it with"
        " `screenpop check-config`, then restart the service (SIGTERM ends it in order)"
    )
