"""What did agents write in a call, and who asks whom about it? Parts of its frames."""

from __future__ import annotations

from typing import Literal

import msgspec

from screenpop.desk.client_frames import Mark

PopState = Literal["alerting", "answered", "held", "closed"]
ConsultRole = Literal["asked", "asks"]


class AgentNote(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What this agent has written for this call so far."""

    text: str = ""
    disposition: str | None = None
    saved_at: str | None = None
    # For the agent who gets the call next; absent while nothing is written.
    for_next: str | msgspec.UnsetType = msgspec.UNSET
    # For when this agent promised to call back; absent while nothing is promised.
    call_back_at: str | msgspec.UnsetType = msgspec.UNSET
    # What became of each offer, by "FACET/ITEM"; absent while none is marked.
    marks: dict[str, Mark] | msgspec.UnsetType = msgspec.UNSET


class Promised(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A call back that an agent promised this caller; `by` is null unless named."""

    at: str
    by: str | None = None


class EarlierNote(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a colleague wrote in this very call; `agent` is null unless named to you.

    `for_next` is what they wrote for you, while the call goes on.
    """

    agent: str | None = None
    for_next: str = ""
    text: str = ""
    disposition: str | None = None
    saved_at: str | None = None


class Consult(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`asked`: a colleague asks you about the caller; `asks`: you ask a colleague.

    `agents` are the colleagues, none where you may not see names; `state` is theirs.
    """

    role: ConsultRole
    agents: list[str] = []
    state: PopState = "answered"
