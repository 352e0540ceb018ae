"""A day through the webhook, killed twice, then replayed in random order.

Wallboard, past, lists and an independent model agree; `load.day` says how.
"""

from __future__ import annotations

from pathlib import Path

from load.day import run

CALLERS, KILLS, SEED = 150, 2, 5


async def test_a_day_has_the_same_numbers_wherever_one_looks(tmp_path: Path) -> None:
    assert await run(CALLERS, KILLS, SEED, tmp_path)
