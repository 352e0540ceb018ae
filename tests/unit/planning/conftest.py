"""Small matrices are slow on many threads; numpy reads this when it is loaded."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
