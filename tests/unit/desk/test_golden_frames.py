from __future__ import annotations

from collections.abc import Callable

import pytest
from golden import make_frames


@pytest.mark.parametrize("tell", make_frames.STORIES, ids=lambda tell: tell.__name__)
def test_golden_frames_are_what_the_frames_encode(
    tell: Callable[[], make_frames.Story],
) -> None:
    written = (make_frames.FOLDER / f"{tell.__name__}.json").read_text("utf-8")
    remedy = "older than the frames: run python tests/golden/make_frames.py"
    assert written == make_frames.text_of(tell()), remedy


@pytest.mark.parametrize("tell", make_frames.STORIES, ids=lambda tell: tell.__name__)
def test_golden_frames_can_be_read_back(
    tell: Callable[[], make_frames.Story],
) -> None:
    assert make_frames.read(tell.__name__) == tell()
