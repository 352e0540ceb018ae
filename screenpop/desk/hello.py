"""What is a browser told first?"""

from __future__ import annotations

from collections.abc import Callable

import screenpop
from screenpop.config.facets import ColumnShape, FacetLayout, shapes
from screenpop.config.model import Configuration
from screenpop.desk import frames
from screenpop.desk.audience import principal
from screenpop.domain.agent import User
from screenpop.support.clock import Clock, iso_from_us


def greeter(
    config: Configuration, clock: Clock, build: str
) -> Callable[[User, int], frames.Hello]:
    """A function that makes `hello` frames; what is the same for all is made once."""
    facets = [_facet(shape) for shape in shapes(config)]
    dispositions = [
        frames.DispositionChoice(
            code=x.code, label=x.label, note_required=x.note_required
        )
        for x in config.dispositions
    ]

    def hello(user: User, offset: int) -> frames.Hello:
        return frames.Hello(
            offset=offset,
            user=user.username,
            name=user.name,
            role=user.role.value,
            agent=principal(user),
            version=screenpop.__version__,
            server_time=iso_from_us(clock.now_us()),
            heartbeat_s=config.server.heartbeat_s,
            company=config.server.company,
            locale=user.locale,
            default_country=config.server.country,
            dispositions=dispositions,
            facets=facets,
            note_chars_max=config.limits.note_chars_max,
            build=build,
            wrap_up_s=config.calls.wrap_up_s,
            has_policy=bool(config.policy),
        )

    return hello


def _facet(shape: FacetLayout) -> frames.FacetShape:
    return frames.FacetShape(
        name=shape.name,
        label=shape.label,
        fields=[_column(x) for x in shape.fields],
        columns=[_column(x) for x in shape.columns],
    )


def _column(shape: ColumnShape) -> frames.Column:
    return frames.Column(
        name=shape.name, label=shape.label, type=shape.type, currency=shape.currency
    )
