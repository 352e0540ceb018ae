"""What the customer is likely to buy next, and what goes well with it.

>>> from screenpop.insight import Recommender

numpy and scipy are loaded with the first use of a name, not with this package: most
processes never recommend anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from screenpop.insight.recommender import Recommender

__all__ = ["Recommender"]


def __getattr__(name: str) -> Any:
    if name == "Recommender":
        from screenpop.insight.recommender import Recommender

        return Recommender
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
