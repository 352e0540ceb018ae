"""Where does the demo's chance come from, so that it repeats?"""

from __future__ import annotations

import random


def chance(seed: int, part: str) -> random.Random:
    """A generator of its own for each part: a change in one leaves the others."""
    return random.Random(f"{seed}/{part}")  # noqa: S311 - a story, no secret
