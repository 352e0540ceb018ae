"""What does a service give to the process that compares its calls with another tool?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from screenpop.config.load import Loaded
from screenpop.config.teams import members
from screenpop.history.engine import Database
from screenpop.node.comparison import ComparisonOrder, compared_apart
from screenpop.node.parts import counting_rules
from screenpop.wallboard.comparison_asked import ComparisonAsked
from screenpop.wallboard.comparisons import Comparisons


def comparisons_of(loaded: Callable[[], Loaded], database: Database) -> Comparisons:
    """With the history of this service, counted by the rules of now."""

    async def compare(asked: ComparisonAsked) -> dict[str, Any]:
        config = loaded().config
        team_of = members(config.teams)
        return await compared_apart(
            ComparisonOrder(
                asked=asked,
                store_url=database.url.render_as_string(hide_password=False),
                time_zone=config.server.time_zone,
                rules=counting_rules(config),
                team_of={str(user): team for user, team in team_of.items()},
            )
        )

    return Comparisons(compare)
