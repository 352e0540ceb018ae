"""`screenpop serve`, counting each Python function that its main thread calls.

SIGUSR1 begins anew, SIGUSR2 writes `{"FILE:NAME": calls}` to the file that the first
argument names. Exact, and the same on every machine.
"""

from __future__ import annotations

import json
import signal
import sys
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType

from screenpop.cli import main

called: Counter[CodeType] = Counter()


def count(frame: FrameType, event: str, arg: object) -> None:
    if event == "call":
        called[frame.f_code] += 1


def begin(number: int, frame: FrameType | None) -> None:
    called.clear()
    sys.setprofile(count)


def write(number: int, frame: FrameType | None) -> None:
    sys.setprofile(None)
    told: Counter[str] = Counter()
    for code, times in called.items():
        told[f"{code.co_filename}:{code.co_qualname}"] += times
    file = Path(sys.argv[1])
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(told))
    draft.replace(file)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, begin)
    signal.signal(signal.SIGUSR2, write)
    file, *arguments = sys.argv[1:]
    sys.argv = [sys.argv[0], file]
    main(arguments)
