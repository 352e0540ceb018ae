"""How is the service run?"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from screenpop.config.load import Loaded
from screenpop.node.asking import load_checked
from screenpop.node.worker import (
    WORKERS_MAX,
    as_worker,
    check_workers,
    prepare_workers,
)
from screenpop.node.workers import Parent, Workers, reserved, time_to_end_s
from screenpop.support import log as logs
from screenpop.support.tasks import TaskOwner, first_of, quick_loop

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
    workers: Annotated[
        int,
        typer.Option(
            "--workers",
            min=1,
            max=WORKERS_MAX,
            help="Processes that share the port; they need Redis and PostgreSQL.",
        ),
    ] = 1,
    worker: Annotated[int, typer.Option("--worker", hidden=True)] = 0,
) -> None:
    """Run the service until it is told to stop (Ctrl-C, SIGTERM).

    Everything that is wrong with the configuration is told before anything runs.
    """
    logs.set_up(as_json=json_logs, level=level, worker=worker)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # it must not end a start, either
    loaded = load_checked(config)
    if workers > 1 and not worker:
        check_workers(loaded, workers)
        prepare_workers(loaded, workers)
    with quick_loop() as runner:
        if worker:
            runner.run(_serve(as_worker(loaded, worker), worker))
        elif workers == 1:
            runner.run(_serve(loaded))
        else:
            more = ["--log-level", level, *(["--log-json"] if json_logs else [])]
            sys.exit(runner.run(_serve_by_workers(loaded, workers, more)))


def _on_signals(stop: Callable[[], None], reload: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGHUP, reload)


async def _serve_by_workers(loaded: Loaded, count: int, more: Sequence[str]) -> int:
    """Keep that many workers running; the exit code."""
    serve = (sys.executable, "-m", "screenpop", "serve", "--config", str(loaded.file))
    workers = Workers(
        count,
        lambda number: (*serve, "--worker", str(number), *more),
        end_within_s=time_to_end_s(loaded),
    )
    kept = reserved(loaded)
    _on_signals(workers.stop, workers.reload)
    try:
        return await workers.run()
    finally:
        for one in kept:
            one.close()


async def _serve(loaded: Loaded, worker: int = 0) -> None:
    stop, hung_up = asyncio.Event(), HungUp()
    _on_signals(stop.set, hung_up)
    parent = Parent(worker, stop) if worker else None
    tasks = TaskOwner("worker")
    if parent is not None:
        tasks.keep_running(parent.listen, name="listen to the parent", until_done=True)
    try:
        while not stop.is_set():
            loaded = await _serve_once(loaded, stop, parent, tasks, hung_up)
    finally:
        await tasks.close()


async def _serve_once(
    loaded: Loaded,
    stop: asyncio.Event,
    parent: Parent | None,
    tasks: TaskOwner,
    hung_up: HungUp,
) -> Loaded:
    """Until a signal stops it, or everything must be read again from the journal.

    Returns the configuration that ran in the end.
    """
    from screenpop.journal.base import JournalReplaced
    from screenpop.node.build import running  # the whole service: a second
    from screenpop.node.gauges import spare_the_loop
    from screenpop.node.reload import SIGNAL

    try:
        async with running(loaded) as service:
            spare_the_loop()
            log.info("serving at %s", service.url)
            if parent is not None:
                service.other_workers = parent.others_down
                parent.serves(tasks)
            hung_up.reload = partial(service.reloader.reload_soon, SIGNAL)
            await first_of(stop, service.replaced)
            log.info("stopping")
            loaded = service.loaded
    except JournalReplaced as error:  # while it read what is stored
        log.warning("%s", error)
        await asyncio.sleep(BEGIN_AGAIN_S)
    finally:
        hung_up.reload = None
    return loaded


class HungUp:
    """What is done at SIGHUP: the configuration is read again, once one runs."""

    def __init__(self) -> None:
        self.reload: Callable[[], None] | None = None

    def __call__(self) -> None:
        if self.reload is not None:
            self.reload()
        else:
            log.warning("SIGHUP while the service starts or stops: it is ignored")
