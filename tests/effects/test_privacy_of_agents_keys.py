"""Keys under `privacy` about agents: who sees names, and how large is a group?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from call_centre import open_call_centre
from key_effects import built, shows_effect_of

from screenpop.domain.agent import Role


@shows_effect_of("privacy.live_state_for", "privacy.agent_figures_for")
@pytest.mark.parametrize(
    ("least", "supervisors", "agents"),
    [("none", False, False), ("supervisor", True, False), ("agent", True, True)],
)
async def test_a_role_sees_names(
    tmp_path: Path, least: str, supervisors: bool, agents: bool
) -> None:
    for key in ("live_state_for", "agent_figures_for"):
        config: dict[str, Any] = {"privacy": {key: least}}
        async with built(tmp_path, **config) as service:
            privacy = service.follower.directory.privacy
        sees = privacy.names_live if key == "live_state_for" else privacy.names_past
        other = privacy.names_past if key == "live_state_for" else privacy.names_live
        assert (sees(Role.ADMIN), sees(Role.SUPERVISOR)) == (supervisors, supervisors)
        assert (sees(Role.AGENT), other(Role.SUPERVISOR)) == (agents, False)


@shows_effect_of("privacy.group_min")
@pytest.mark.parametrize(("group_min", "shown"), [(3, True), (4, False)])
async def test_agents_are_counted_from_so_many_on(
    tmp_path: Path, group_min: int, shown: bool
) -> None:
    """The call centre has three."""
    async with open_call_centre(tmp_path, privacy={"group_min": group_min}) as centre:
        await centre.sign_in("ana")
        board = await centre.sign_in("sue", kind="wallboard")
        snapshot = await board.next("wallboard.snapshot")
        assert ("agents_available" in snapshot["queues"][0]["values"]) is shown
        (total, *_) = (await centre.get("sue", "/v1/stats"))["queues"]
        assert (total["values"]["agents_available"] is not None) is shown
