"""How large is the service? `python tests/shape/measure.py` prints its figures.

Modules without the faces of packages (`__init__.py`); lines with blank ones;
lines of functions as `test_code_shape` counts them.
"""

from __future__ import annotations

import statistics
import sys
from collections import Counter
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from shape.test_code_shape import ROOT, functions, named

BUILT_APART = ("screenpop/insight/",)


def main() -> None:
    files = [
        file
        for file in sorted((ROOT / "screenpop").rglob("*.py"))
        if not named(file).startswith(BUILT_APART)
    ]
    modules = [file for file in files if file.name != "__init__.py"]
    lines = {file: len(file.read_text("utf-8").splitlines()) for file in files}
    lengths = sorted(lines for file in files for _, lines in functions(file))
    by_room: Counter[str] = Counter(file.relative_to(ROOT).parts[1] for file in modules)
    sys.stdout.write(
        f"modules {len(modules)} (with faces {len(files)}),"
        f" lines {sum(lines.values())},"
        f" median {statistics.median(lines[file] for file in modules):g} a module\n"
        f"functions {len(lengths)}, lines median {statistics.median(lengths):g},"
        f" p90 {lengths[int(len(lengths) * 0.9)]}, longest {lengths[-1]}\n"
        + "".join(f"{room:12}{count:5}\n" for room, count in sorted(by_room.items()))
    )


if __name__ == "__main__":
    main()
