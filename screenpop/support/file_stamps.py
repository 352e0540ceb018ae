"""Have files (configurations, certificates) changed since they were read?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

Stamp = tuple[int, int, int]
"""When it was changed (ns), its size and its inode; zeros: it cannot be looked at."""
FileStamps = Mapping[Path, Stamp]
GONE: Stamp = (0, 0, 0)


def stamp(path: Path) -> Stamp:
    """Of a folder: it changes when a file comes or goes."""
    try:
        found = path.stat()
    except OSError:
        return GONE
    return found.st_mtime_ns, found.st_size, found.st_ino


def stamps(paths: Iterable[Path]) -> FileStamps:
    return {path: stamp(path) for path in paths}
