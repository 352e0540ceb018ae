"""Is the connector that docs/connectors/writing.md prints short and complete?"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "connectors" / "writing.md"
LINES_MAX = 60
FILES = dict(
    re.findall(r"`(\w+\.py)`:\n\n```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)
)


def test_a_connector_and_its_test_take_fewer_than_sixty_lines() -> None:
    lines = [line for text in FILES.values() for line in text.splitlines()]
    written = sum(bool(line.strip()) for line in lines)
    assert 20 < written < LINES_MAX
    assert f"These are {written} lines of Python" in PAGE.read_text("utf-8")


def test_it_passes_the_contract_as_it_is_printed(tmp_path: Path) -> None:
    assert sorted(FILES) == ["screenpop_json_lines.py", "test_json_lines.py"]
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    options = ["asyncio_mode=auto", "asyncio_default_fixture_loop_scope=function"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
         *(f"-o{option}" for option in options), "test_json_lines.py"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    assert re.search(r"2\d passed", done.stdout)
