"""What does the configuration say of who sees single agents?"""

from __future__ import annotations

import pytest

from screenpop.config.privacy import Privacy
from screenpop.domain.agent import GROUPS_ONLY, AgentPrivacy, Role


def test_groups_only_is_the_default() -> None:
    assert Privacy().of_agents == GROUPS_ONLY
    assert not any(GROUPS_ONLY.names_live(role) for role in Role)
    assert not any(GROUPS_ONLY.names_past(role) for role in Role)


@pytest.mark.parametrize(
    ("least", "role"), [("supervisor", Role.SUPERVISOR), ("agent", Role.AGENT)]
)
def test_live_state_and_the_past_are_two_permissions(least: str, role: Role) -> None:
    live = Privacy.model_validate({"live_state_for": least, "group_min": 7})
    past = Privacy.model_validate({"agent_figures_for": least})
    assert live.of_agents == AgentPrivacy(live=role, group_min=7)
    assert past.of_agents == AgentPrivacy(past=role)
    assert "supervisors" in live.in_words()[0]
    assert "supervisors" not in live.in_words()[1]
