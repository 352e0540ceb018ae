"""How is a foreign error told without telling secrets?"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path

from screenpop.domain.caller import Scalar

MESSAGE_CHARS_MAX = 200
HIDDEN_CHARS_MIN = 3  # a shorter value tells nobody anything


def told(
    error: BaseException | str,
    *,
    params: Mapping[str, Scalar] | None = None,
    secrets: Iterable[str] = (),
) -> str:
    """The first line of a foreign error, short, without a full stop at its end.

    Values of parameters (numbers of callers!) are replaced by their `:name`,
    secrets by `***`.
    """
    text = str(error) or type(error).__name__
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    for name, value in _longest_first(params or {}):
        text = text.replace(value, f":{name}")
    line = text.strip().splitlines()[0] if text.strip() else "no reason given"
    cut = line if len(line) <= MESSAGE_CHARS_MAX else f"{line[:MESSAGE_CHARS_MAX]}…"
    return cut.rstrip(". ")


def defect(error: BaseException, *, params: Mapping[str, Scalar] | None = None) -> str:
    """An exception that a connector should not have raised, with its place.

    `a defect in its connector: KeyError: 'phone' (screenpop_vcard.py:42)`
    """
    reason = f"{type(error).__name__}: {told(error, params=params)}"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"a defect in its connector: {reason}{place}"


def _longest_first(params: Mapping[str, Scalar]) -> list[tuple[str, str]]:
    pairs = [(name, str(value)) for name, value in params.items() if value is not None]
    pairs = [(name, text) for name, text in pairs if len(text) >= HIDDEN_CHARS_MIN]
    return sorted(pairs, key=lambda pair: -len(pair[1]))
