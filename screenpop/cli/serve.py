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
from screenpop.support.tasks import quick_loop

log = logging.getLogger(__name__)


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
    from screenpop.node.build import running  # the whole service: a second
    from screenpop.node.gauges import spare_the_loop

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, _hang_up)
    async with running(loaded) as service:
        spare_the_loop()
        log.info("serving at %s", service.url)
        await stop.wait()
        log.info("stopping")


def _hang_up() -> None:
    """Programs are used to reload at SIGHUP; one that ended would drop calls."""
    log.warning(
        "SIGHUP is ignored: a changed configuration is read at a start. Check it with"
        " `screenpop check-config`, then restart the service (SIGTERM ends it in order)"
    )
