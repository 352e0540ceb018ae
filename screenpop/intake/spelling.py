"""This word means nothing: which one was meant?"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping

SYNONYMS: Mapping[str, str] = {
    "accepted": "answered", "active": "answered", "connected": "answered",
    "established": "answered", "pickup": "answered", "talking": "answered",
    "dialing": "alerting", "offered": "alerting", "ring": "alerting",
    "ringing": "alerting", "incoming": "arrived", "initiated": "arrived",
    "new": "arrived", "started": "arrived", "enqueued": "queued", "waiting": "queued",
    "hold": "held", "on_hold": "held", "retrieve": "retrieved", "unhold": "resumed",
    "unheld": "resumed", "unpark": "retrieved", "unparked": "retrieved",
    "park": "parked", "forwarded": "transferred", "transfer": "transferred",
    "completed": "ended", "disconnected": "ended", "finished": "ended",
    "hangup": "ended", "hungup": "ended", "over": "ended", "terminated": "ended",
    "missed": "unanswered", "no_answer": "unanswered", "mailbox": "voicemail",
    "busy": "break", "away": "break", "dnd": "break", "pause": "break",
    "paused": "break", "acw": "wrap_up", "idle": "available", "ready": "available",
    "caller": "from", "callee": "to", "called": "to", "agent": "agents",
    "time": "at", "timestamp": "at", "reason": "cause", "name": "caller_name",
}  # fmt: skip
"""What telephone systems call what we call otherwise."""


def translated(word: str, known: Collection[str]) -> str:
    """` Did you mean …?` for a word of other systems: cheap enough for each request."""
    other = SYNONYMS.get(word[:40].lower().replace("-", "_").replace(" ", "_"))
    return f" Did you mean `{other}`?" if other in known else ""


def meant(word: str, known: Collection[str]) -> str:
    """` Did you mean …?` where a known word is near or means the same; else nothing."""
    plain = word.lower().replace("-", "_").replace(" ", "_")
    other = SYNONYMS.get(plain)
    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.8)
    if not near and other in known:
        near = [str(other)]
    near = near or difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f" Did you mean `{near[0]}`?" if near else ""
