from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_wire_types_are_those_of_the_frames() -> None:
    made = runpy.run_path(str(ROOT / "agent_ui" / "dev" / "wire_types.py"))
    written = made["TARGET"].read_text(encoding="utf-8")
    assert written == made["render"](), "older than the frames: run scripts/gen-wire"
