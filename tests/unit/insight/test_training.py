"""Does a training end with a new model, or leave the one before in use?"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from unit.insight.test_recommender import habits

from screenpop.connector.orders import OrderRecord
from screenpop.domain.errors import Unavailable
from screenpop.insight import Recommender
from screenpop.insight.model_file import ModelFiles
from screenpop.insight.order_store import OrderStore
from screenpop.insight.training import (
    FOLDER,
    LOCK,
    TrainingOrder,
    TrainsElsewhere,
    train_apart,
    train_from_store,
)


async def fill(folder: Path, *, opted_out: str = "") -> None:
    """An order store of `habits()`."""
    store = OrderStore(folder)
    await store.open()
    try:
        filing = await store.begin("erp", since=None, made_by="test", now_us=1)
        await filing.add(
            OrderRecord(
                customer, f"{customer}/{basket}", None, time, item, 1.0, 2.5, "EUR",
                customer == opted_out,
            )
            for customer, basket, time, item, _ in zip(*habits(), strict=True)
        )  # fmt: skip
        await filing.finish(None, 2)
    finally:
        await store.close()


async def test_a_training_puts_a_model_in_use(tmp_path: Path) -> None:
    await fill(tmp_path, opted_out="c005")
    steps: list[str] = []
    order = TrainingOrder(
        data_dir=str(tmp_path), withheld=("c006",), excluded_items=("i03",)
    )
    report = await asyncio.to_thread(train_from_store, order, steps.append)
    assert (report.number, report.customers, report.items) == (1, 58, 60)
    assert report.lines == 58 * 36
    assert report.peak_mb > 10
    assert report.variants.keys() == {
        "likely_next", "new", "goes_with", "goes_with_anyone",
    }  # fmt: skip
    assert steps[0] == "reading orders"
    assert steps[-1] == "writing the model"
    found = ModelFiles(tmp_path / FOLDER).read()
    assert found is not None
    recommender = Recommender(found[1])
    assert recommender.recommend("c005", 3) == []
    assert recommender.recommend("c006", 3) == []
    assert "i03" not in recommender.recommend("c003", 100)
    outlook = recommender.outlook("c003")
    assert outlook is not None
    assert outlook.spend is not None


async def test_a_process_of_its_own_trains_the_same(tmp_path: Path) -> None:
    await fill(tmp_path)
    order = TrainingOrder(data_dir=str(tmp_path))
    here = await asyncio.to_thread(train_from_store, order)
    steps: list[str] = []
    apart = await train_apart(order, steps.append)
    assert apart.number == here.number + 1
    assert apart.variants == here.variants
    assert apart.recall == pytest.approx(here.recall)
    assert "fitting the outlook" in steps


async def test_a_failed_training_keeps_the_model_and_says_why(tmp_path: Path) -> None:
    await fill(tmp_path)
    await train_apart(TrainingOrder(data_dir=str(tmp_path)))
    everyone = tuple(sorted(set(habits()[0])))
    order = TrainingOrder(data_dir=str(tmp_path), withheld=everyone)
    with pytest.raises(Unavailable, match=r"There is nothing to train on\. The model"):
        await train_apart(order)
    assert ModelFiles(tmp_path / FOLDER).newest() == 1


async def test_without_an_order_store_a_training_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"the training failed: .*order"):
        await train_apart(TrainingOrder(data_dir=str(tmp_path)))


async def test_a_cancelled_training_leaves_no_process(tmp_path: Path) -> None:
    await fill(tmp_path)
    started = asyncio.Event()
    seen: list[str] = []

    def progress(step: str) -> None:
        seen.append(step)
        started.set()

    async with asyncio.TaskGroup() as group:
        order = TrainingOrder(data_dir=str(tmp_path))
        task = group.create_task(train_apart(order, progress))
        await started.wait()
        task.cancel()
    assert task.cancelled()
    assert ModelFiles(tmp_path / FOLDER).newest() == 0
    assert "screenpop.insight.training" not in await asyncio.to_thread(children)


def children() -> str:
    """The commands of this process's children."""
    command = ["ps", "--ppid", str(os.getpid()), "-o", "args="]
    return subprocess.run(command, capture_output=True, text=True).stdout


def test_an_order_that_is_not_json_is_an_error() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "screenpop.insight.training"],
        input=b"nothing",
        capture_output=True,
    )
    assert done.returncode == 1
    assert "error" in json.loads(done.stdout)


async def test_one_process_trains_at_a_time_for_a_folder(tmp_path: Path) -> None:
    await fill(tmp_path)
    order = TrainingOrder(data_dir=str(tmp_path))
    (tmp_path / FOLDER).mkdir()
    with (tmp_path / FOLDER / LOCK).open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(TrainsElsewhere, match="another process trains"):
            await train_apart(order)
    assert (await train_apart(order)).number == 1


async def test_two_nodes_that_share_a_folder_of_models_do_not_disturb_each_other(
    tmp_path: Path,
) -> None:
    shared = tmp_path / "models"
    shared.mkdir()
    nodes = [tmp_path / "one", tmp_path / "two"]
    for node in nodes:
        node.mkdir()
        (node / FOLDER).symlink_to(shared)
        await fill(node)
    orders = [TrainingOrder(data_dir=str(node)) for node in nodes]
    trained = await asyncio.gather(*map(train_apart, orders), return_exceptions=True)
    numbers = [x.number for x in trained if not isinstance(x, BaseException)]
    busy = [x for x in trained if isinstance(x, BaseException)]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert numbers
    assert all(isinstance(x, TrainsElsewhere) for x in busy)
    read = [ModelFiles(node / FOLDER).read() for node in nodes]
    assert {found[0] for found in read if found is not None} == {len(numbers)}
    assert sorted(path.suffix for path in shared.iterdir()) == (
        [".insight"] * len(numbers) + [".lock"]
    )


def test_models_that_two_processes_write_at_once_are_all_whole(tmp_path: Path) -> None:
    recommender = Recommender().fit(*habits())
    files = ModelFiles(tmp_path)
    files.write(recommender.model)
    code = (
        "import sys; from pathlib import Path;"
        " from screenpop.insight.model_file import ModelFiles;"
        " files = ModelFiles(Path(sys.argv[1])); model = files.read()[1];"
        " numbers = [files.write(model).stem for _ in range(20)];"
        " print(' '.join(numbers))"
    )
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    reads = 0
    while any(writer.poll() is None for writer in writers):
        assert files.read() is not None
        reads += 1
    written = [writer.communicate()[0].decode().split() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert len({name for names in written for name in names}) == 40
    assert reads > 0
    assert files.newest() == 41
