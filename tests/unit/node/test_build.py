"""Are the parts of a built service the same ones wherever they are used?"""

from __future__ import annotations

from pathlib import Path

from call_centre import write_config

from screenpop.node.asking import load_checked
from screenpop.node.build import build
from screenpop.support.clock import SystemClock


async def test_what_can_wait_waits_for_the_urgency_of_the_intake(
    tmp_path: Path,
) -> None:
    service = await build(load_checked(write_config(tmp_path)), SystemClock(), None)
    done: list[str] = []
    with service.spare:  # as the intake does
        service.lookups.tools.spare.run(lambda: done.append("an answer is shown"))
        assert service.spare.waiting == 1
        assert done == []
    await service.end()
