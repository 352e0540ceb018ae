"""How does a process of its own answer one question while the calls go on?

`python -m MODULE` reads an order (JSON) from its input and writes the answer, or why
there is none, to its output. As a person waits for it, it takes a little of busy cores.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec

from screenpop.domain.errors import BadInput, ScreenpopError, Unavailable
from screenpop.support.background import ended, let_calls_go_first

T = TypeVar("T", bound=msgspec.Struct)


class _AnswerLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the process writes: an answer or an error.

    `code` is that of a `BadInput`: what was asked for cannot be used.
    """

    answer: msgspec.Raw = msgspec.Raw()
    error: str | None = None
    code: str | None = None
    remedy: str = ""


async def answered_apart(
    module: str, order: msgspec.Struct, *, what: str, within_s: float
) -> dict[str, Any]:
    """The answer; the process ends with this task.

    `what` fails, says `Unavailable`. Raises `BadInput` as the process does.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(within_s):
            output, _ = await process.communicate(msgspec.json.encode(order))
    except TimeoutError:
        raise _failed(what, f"no answer after {within_s:.0f} s") from None
    finally:
        await ended(process)
    try:
        found = msgspec.json.decode(output, type=_AnswerLine)
        if found.error is None:
            answer: dict[str, Any] = msgspec.json.decode(found.answer)
            return answer
    except msgspec.MsgspecError:
        cause = f"its process ended with code {process.returncode}"
        raise _failed(what, cause) from None
    if found.code is not None:
        raise BadInput(found.error, code=found.code, remedy=found.remedy)
    raise _failed(what, found.error)


def _failed(what: str, why: str) -> Unavailable:
    return Unavailable(f"{what} failed: {why.rstrip('.')}. Try again later.")


def answer_one(
    kind: type[T], answer: Callable[[T], Awaitable[Mapping[str, object]]]
) -> int:
    """The process: exit code 1 without an answer."""
    let_calls_go_first(is_waited_for=True)

    async def found() -> Mapping[str, object]:
        order = msgspec.json.decode(sys.stdin.buffer.read(), type=kind)
        return await answer(order)

    try:
        _write({"answer": asyncio.run(found())})
    except BadInput as error:
        _write({"error": str(error), "code": error.code, "remedy": error.remedy})
        return 1
    except (ScreenpopError, msgspec.MsgspecError, MemoryError) as error:
        _write({"error": str(error) or type(error).__name__})
        return 1
    return 0


def _write(outcome: Mapping[str, object]) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(outcome))
    sys.stdout.buffer.flush()
