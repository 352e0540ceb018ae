"""How does one event travel over HTTP?"""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp

TIMEOUT_S = 10.0


class HttpPost:
    """Posts to one line's webhook address."""

    def __init__(self, session: aiohttp.ClientSession, url: str):
        self._session = session
        self._url = url
        self._timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)

    async def __call__(self, body: bytes, headers: Mapping[str, str]) -> int:
        """The status; raises `OSError` when there was no answer in time."""
        try:
            async with self._session.post(
                self._url, data=body, headers=dict(headers), timeout=self._timeout
            ) as response:
                await response.read()
                return response.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ConnectionError(f"no answer from {self._url}: {error}") from error
