"""How is a model trained without disturbing the calls?

In a process of its own with a low priority: `python -m screenpop.insight.training`
reads a `TrainingOrder` (JSON) from its input, writes lines of JSON to its output (one
for each step, then a report or an error) and puts the model into `data_dir/insight`.
A training that fails changes nothing: the model before stays in use.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from screenpop.domain.errors import ScreenpopError, Unavailable
from screenpop.support.background import ended, let_calls_go_first
from screenpop.support.private import private_file, private_folder

FOLDER = "insight"  # in `data_dir`
LOCK = "training.lock"  # in the folder: one training at a time
TRAINING_S_MAX = 4 * 3600.0
OUTPUT_BYTES_MAX = 65_536  # of one line


class TrainingOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What to train on."""

    data_dir: str
    withheld: tuple[str, ...] = ()  # customers for whom nothing is computed
    excluded_items: tuple[str, ...] = ()


class TrainingReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a training took and made."""

    number: int  # of the model file
    lines: int
    orders: int
    customers: int
    items: int
    seconds: float
    peak_mb: float  # resident memory of the process
    model_mb: float
    variants: dict[str, str]  # the ranking in use for each task
    recall: dict[str, float]  # recall@10 it reached when it was chosen


class TrainsElsewhere(Unavailable):
    """Another process trains for this folder; its model will do."""


class _TrainingLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the process's output: one of the four."""

    step: str | None = None
    elsewhere: str | None = None
    report: TrainingReport | None = None
    error: str | None = None


def train_from_store(
    order: TrainingOrder, progress: Callable[[str], None] = lambda step: None
) -> TrainingReport:
    """Train on the order store of `data_dir` and put the model in use; it blocks.

    Raises `OrdersError`, `ModelFileError`, `Unavailable` (no order store) and
    `TrainsElsewhere`.
    """
    with _alone(Path(order.data_dir) / FOLDER):
        return _train_alone(order, progress)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the system gives it back when the process ends."""
    try:
        private_folder(folder)
        file = (folder / LOCK).open("ab")
        private_file(folder / LOCK)
    except OSError as error:
        raise _not_lockable(folder, error) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TrainsElsewhere(
                f"another process trains for {folder}. Its model is used when it is"
                " ready."
            ) from error
        except OSError as error:
            raise _not_lockable(folder, error) from error
        yield


def _not_lockable(folder: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"the folder {folder} cannot be locked for a training: {error.strerror}. Check"
        " its rights, and that its file system has locks (flock)."
    )


def _train_alone(
    order: TrainingOrder, progress: Callable[[str], None]
) -> TrainingReport:
    from screenpop.insight.model_file import ModelFiles
    from screenpop.insight.order_reader import OrderReader
    from screenpop.insight.recommender import train

    started = time.monotonic()
    folder = Path(order.data_dir)
    progress("reading orders")
    with OrderReader(folder) as reader:
        orders = reader.orders()
        withheld = frozenset(order.withheld) | reader.opted_out()
    model = train(
        orders,
        withheld=withheld,
        excluded_items=order.excluded_items,
        progress=progress,
    )
    progress("writing the model")
    files = ModelFiles(folder / FOLDER)
    path = files.write(model)
    known, choices = model.book.orders, model.ranking.choices
    return TrainingReport(
        number=int(path.stem.rpartition("-")[2]),
        lines=len(known.line_item),
        orders=len(known.basket_time),
        customers=len(known.customer_keys),
        items=len(known.item_keys),
        seconds=round(time.monotonic() - started, 3),
        peak_mb=peak_mb(),
        model_mb=round(path.stat().st_size / 1e6, 1),
        variants={task: choice.variant for task, choice in choices.items()},
        recall={
            task: choice.measured[choice.variant].recall
            for task, choice in choices.items()
            if choice.measured
        },
    )


def peak_mb() -> float:
    """The most memory that this process had; 0 where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(used / (1e6 if sys.platform == "darwin" else 1e3), 1)


async def train_apart(
    order: TrainingOrder, progress: Callable[[str], None] = lambda step: None
) -> TrainingReport:
    """Train in a process of its own, which ends with this task.

    Raises `Unavailable` with the reason when the training failed, `TrainsElsewhere`
    when there was none.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "screenpop.insight.training",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=OUTPUT_BYTES_MAX,
    )
    try:
        async with asyncio.timeout(TRAINING_S_MAX):
            found = await _followed(process, order, progress)
            code = await process.wait()
    except TimeoutError:
        found, code = _TrainingLine(error=f"no end after {TRAINING_S_MAX:.0f} s"), 1
    finally:
        await ended(process)
    if found.elsewhere is not None:
        raise TrainsElsewhere(found.elsewhere)
    if found.report is None:
        why = found.error or f"its process ended with code {code}"
        raise Unavailable(f"the training failed: {why}. The model before stays in use.")
    return found.report


async def _followed(
    process: asyncio.subprocess.Process,
    order: TrainingOrder,
    progress: Callable[[str], None],
) -> _TrainingLine:
    """The last line that is not a step."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(ConnectionError):  # it ended: its exit code says why
        process.stdin.write(msgspec.json.encode(order))
        await process.stdin.drain()
        process.stdin.close()
    last = _TrainingLine()
    async for text in process.stdout:
        line = msgspec.json.decode(text, type=_TrainingLine)
        if line.step is not None:
            progress(line.step)
        else:
            last = line
    return last


def main() -> int:
    """The process: exit code 1 when there is no new model."""
    let_calls_go_first()
    try:
        order = msgspec.json.decode(sys.stdin.buffer.read(), type=TrainingOrder)
        report = train_from_store(order, lambda step: _say(_TrainingLine(step=step)))
    except TrainsElsewhere as busy:
        _say(_TrainingLine(elsewhere=str(busy)))
        return 1
    except (ScreenpopError, msgspec.MsgspecError, MemoryError) as error:
        _say(_TrainingLine(error=str(error).rstrip(".") or type(error).__name__))
        return 1
    _say(_TrainingLine(report=report))
    return 0


def _say(line: _TrainingLine) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
