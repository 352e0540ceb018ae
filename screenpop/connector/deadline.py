"""How much time has a connector left for the question that it answers now?

The service cancels a fetch at its deadline. A connector that would wait or try again
asks here first, and does not begin what cannot end in time.
"""

from __future__ import annotations

import asyncio
import math
from contextvars import ContextVar

DUE_S: ContextVar[float] = ContextVar("due_s", default=math.inf)
"""When the fetch of this task is cancelled, by the clock of the event loop."""


def time_left_s() -> float:
    """Seconds until the fetch is cancelled; infinite outside of one."""
    due_s = DUE_S.get()
    return due_s if due_s == math.inf else due_s - asyncio.get_running_loop().time()
