"""This word means nothing: which one was meant?"""

from __future__ import annotations

import difflib
from collections.abc import Collection


def meant(word: str, known: Collection[str]) -> str:
    """` Did you mean …?` where a known word is near; else nothing."""
    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f" Did you mean `{near[0]}`?" if near else ""
