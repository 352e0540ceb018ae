"""How do people outside the wallboard hear of an alert?

By a signed POST and by e-mail, at most a few times for each change, one after another.
What fails is tried again, then given up, logged and shown on `/readyz`.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

import aiohttp

from screenpop.config.alerts import AlertEmail, AlertSettings, AlertWebhook
from screenpop.config.mail import MailServer
from screenpop.node.mail import WITHIN_S, Mailer, why_not_sent
from screenpop.support.clock import Clock
from screenpop.support.metrics import EventCounters

log = logging.getLogger(__name__)

WAITING_MAX = 100  # changes; the oldest are given up
PAUSES_S = (2.0, 15.0, 60.0)  # before each further try
SHOWN_US = 900_000_000
Notice = Mapping[str, object]
"""What changed: `do`, `id`, `label`, `subject`, `number`, `level`, `value`, `at`."""


class Notices:
    def __init__(
        self,
        settings: AlertSettings,
        clock: Clock,
        counts: EventCounters,
        *,
        mail: MailServer | None,
        pauses_s: tuple[float, ...] = PAUSES_S,
    ):
        self._clock = clock
        self._counts = counts
        self._pauses_s = pauses_s
        self._ways: dict[str, Callable[[Notice], Awaitable[None]]] = {}
        self._waiting: deque[tuple[str, Notice]] = deque()
        self._more = asyncio.Event()
        self._failed: tuple[str, str, int] | None = None
        self.switch(settings, mail)

    def switch(self, settings: AlertSettings, mail: MailServer | None) -> None:
        """Send in these ways from now on; what waits for another way is dropped."""
        self._ways = {}
        if settings.webhook is not None:
            self._ways["webhook"] = _Webhook(settings.webhook, self._clock).send
        if settings.email is not None and mail is not None:
            self._ways["email"] = _Email(settings.email, mail).send
        waiting = [each for each in self._waiting if each[0] in self._ways]
        self._waiting = deque(waiting)

    def add(self, notice: Notice) -> None:
        for way in self._ways:
            if len(self._waiting) >= WAITING_MAX:
                lost, _ = self._waiting.popleft()
                self._given_up(lost, f"more than {WAITING_MAX} notices wait")
            self._waiting.append((way, notice))
        self._more.set()

    async def run(self) -> None:
        """Send what waits, for ever."""
        while True:
            while self._waiting:
                await self._send(*self._waiting.popleft())
            self._more.clear()
            await self._more.wait()

    async def _send(self, way: str, notice: Notice) -> None:
        for pause_s in (*self._pauses_s, None):
            if (send := self._ways.get(way)) is None:
                return  # it is not configured any more
            try:
                await asyncio.wait_for(send(notice), WITHIN_S)
            except Exception as error:  # noqa: BLE001  whatever a server does
                why = _words(error)
            else:
                self._counts.labels(way, "sent").inc()
                if self._failed is not None and self._failed[0] == way:
                    self._failed = None
                return
            if pause_s is not None:
                await asyncio.sleep(pause_s)
        self._given_up(way, why)

    def _given_up(self, way: str, why: str) -> None:
        self._counts.labels(way, "failed").inc()
        self._failed = (way, why, self._clock.steady_us())
        log.error("an alert could not be sent by %s: %s", way, why)

    def trouble(self) -> str | None:
        """What could not be sent lately, in words."""
        if self._failed is None:
            return None
        way, why, at_us = self._failed
        if self._clock.steady_us() - at_us > SHOWN_US:
            return None
        return (
            f"an alert could not be sent by {way}: {why}. Check alerts.{way}; the"
            " wallboard shows it."
        )


def _words(error: Exception) -> str:
    """Neither an address nor a secret: those may stand in the error's own text."""
    if isinstance(error, aiohttp.ClientResponseError):
        return f"the answer was {error.status}"
    return why_not_sent(error)


class _Webhook:
    def __init__(self, settings: AlertWebhook, clock: Clock):
        self._url = settings.url.get_secret_value()
        secret = settings.signing_secret
        self._secret = None if secret is None else secret.get_secret_value().encode()
        self._clock = clock

    async def send(self, notice: Notice) -> None:
        body = json.dumps(notice, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"}
        if self._secret is not None:
            at = str(self._clock.now_us() // 1_000_000)
            signed = hmac.digest(
                self._secret, at.encode() + b"." + body, hashlib.sha256
            )
            headers["X-Screenpop-Signature"] = f"t={at},v1={signed.hex()}"
        async with (
            aiohttp.ClientSession(raise_for_status=True) as session,
            session.post(
                self._url, data=body, headers=headers, allow_redirects=False
            ) as answer,
        ):
            if answer.status >= 300:
                raise aiohttp.ClientResponseError(
                    answer.request_info, (), status=answer.status
                )


class _Email:
    def __init__(self, settings: AlertEmail, server: MailServer):
        self._to = settings.to
        self._mailer = Mailer(server)

    async def send(self, notice: Notice) -> None:
        done = {"open": "", "raise": "", "close": "over: ", "acknowledge": "seen: "}
        words = done.get(str(notice["do"]), "")
        where = f" ({notice['subject_label']})" if notice["subject"] else ""
        message = self._mailer.message(
            self._to, f"[{notice['level']}] {words}{notice['label']}{where}"
        )
        message.set_content(
            "\n".join(f"{name}: {value}" for name, value in notice.items()) + "\n"
        )
        await self._mailer.send(message)
