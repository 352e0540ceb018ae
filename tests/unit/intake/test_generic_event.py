from __future__ import annotations

import codecs
import json

from hypothesis import given
from hypothesis import strategies as st

from screenpop.config.model import Limits, LineSettings
from screenpop.domain.errors import BadInput
from screenpop.intake.dialect import BoundDialect
from screenpop.intake.generic import KEYS
from screenpop.intake.request import Received, Request
from screenpop.intake.webhook import bind_line

LINE = bind_line(
    "main",
    LineSettings(country="GB", settings={"allow_unauthenticated": True}),
    None,
    Limits(events_per_request_max=3),
)
NOW_US = 1_795_251_600_000_000
TEXTS = [
    "", " ", "a", "c-1", "alerting", "ended", "agent_state", "ringing", "call", "leg",
    "inbound", "sideways", "voicemail", "completed", "+442079460958", "anonymous",
    "no number", "2026-11-21T09:00:00Z", "2026-11-21T09:00:00.1234567+01:00",
    "2026-11-21T09:00:00", "é" * 512, "x" * 513, "Z", "\ud800",
]  # fmt: skip
SCALARS = st.sampled_from(
    [*TEXTS, None, True, False, 0, 7, -1, 7.0, 7.5, 2**62 - 1, 2**62, 10**30]
)
VALUES = (
    SCALARS
    | st.lists(SCALARS, max_size=3)
    | st.dictionaries(st.sampled_from(TEXTS), SCALARS, max_size=3)
)
SOUND = {
    "type": st.sampled_from(["alerting", "ended", "queued"]),
    "call_id": st.sampled_from(["c-1", "c-2"]),
    "from": st.sampled_from(["+442079460958", "", None]),
    "direction": st.sampled_from(["inbound", "outbound", None]),
    "agents": st.lists(st.sampled_from(["1001", "1002"]), max_size=2),
    "at": st.sampled_from(["2026-11-21T09:00:00Z", "2026-11-21T10:00:00.5+01:00"]),
    "attributes": st.dictionaries(st.sampled_from(["a", "b"]), st.just("4711")),
}
ITEMS = st.builds(
    lambda sound, odd: sound | odd,
    st.fixed_dictionaries({}, optional=SOUND),
    st.dictionaries(st.sampled_from([*sorted(KEYS), "calld"]), VALUES, max_size=1),
)


def told(line: BoundDialect, body: bytes) -> Received | tuple[str, str]:
    request = Request(method="POST", path="/", body=body, received_us=NOW_US)
    try:
        return line.receive(request)
    except BadInput as error:
        return type(error).__name__, str(error)


@given(ITEMS | st.lists(ITEMS | VALUES, max_size=4) | VALUES)
def test_a_body_read_by_its_type_is_what_it_is_read_key_by_key(body: object) -> None:
    text = json.dumps(body).encode()
    key_by_key = codecs.BOM_UTF8 + text  # a mark that the typed decoding refuses
    assert told(LINE, text) == told(LINE, key_by_key)
