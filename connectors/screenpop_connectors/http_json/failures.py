"""What is said of a service that does not answer as it should?

Texts are for administrators: what was asked, what came, what to do. A caller's number
and a secret never get into one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import aiohttp

from screenpop.connector import TimedOut, Unavailable, told
from screenpop.support.clock import Clock
from screenpop_connectors.http_json.exchange import HttpRequest
from screenpop_connectors.http_json.options import HttpSource
from screenpop_connectors.http_json.remedy import (
    Format,
    excerpt_of,
    is_of_tls,
    remedy_of,
    remedy_of_status,
    retry_after_s,
    what_it_is,
)

EXCERPT_CHARS = 80
PASSING = frozenset({429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed."""
AGAIN_AT_ONCE = frozenset({502, 503, 504})
"""Of these, what a gateway answers while one of its servers is replaced."""


class Passing(Unavailable):
    """A failure that may pass soon: the same request may be sent again.

    `unsent`: the service never saw it. `at_once`: a lookup may try again at once.
    """

    unsent = False
    at_once = False


class HttpFailures:
    """Of one source. `secrets` are taken out of what it answers."""

    def __init__(
        self,
        options: HttpSource,
        clock: Clock,
        answers: Format,
        secrets: Callable[[], tuple[str, ...]],
    ):
        self._options = options
        self._clock = clock
        self._answers = answers
        self._secrets = secrets

    @contextmanager
    def explained(self, request: HttpRequest) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise TimedOut(
                f"{self.where(request)} did not answer in time"
                f" (connect {self._options.connect_timeout_ms} ms, total"
                f" {self._options.total_timeout_ms} ms). Is the service slow or down?",
                brief="did not answer in time",
            ) from error
        except (aiohttp.ClientError, ValueError) as error:
            passing = Passing(
                f"{self.where(request)} failed: {self._cause(error, request)}."
                f" {remedy_of(error, request.url)}",
                brief="cannot be reached",
            )
            passing.unsent = isinstance(error, aiohttp.ClientConnectorError)
            lost = isinstance(error, aiohttp.ClientConnectionError)
            passing.at_once = lost and not is_of_tls(error, request.url)
            raise passing from error

    def refused(
        self, request: HttpRequest, response: aiohttp.ClientResponse, body: bytes
    ) -> Unavailable:
        text = self.strange(request, response, body)
        brief = f"failed: it answered {response.status}"
        if response.status not in PASSING:
            return Unavailable(text, brief=brief)
        after_s = self.retry_after_s(response)
        if after_s is not None:
            brief = "asked to be asked less"
        passing = Passing(text, brief=brief, retry_after_s=after_s)
        passing.at_once = after_s is None and response.status in AGAIN_AT_ONCE
        return passing

    def retry_after_s(self, response: aiohttp.ClientResponse) -> float | None:
        return retry_after_s(response.headers, self._clock.now_us() / 1e6)

    def strange(
        self, request: HttpRequest, response: aiohttp.ClientResponse, body: bytes
    ) -> str:
        excerpt = excerpt_of(body, self._answers)
        shown = self._told(excerpt[:EXCERPT_CHARS], request) if excerpt else "nothing"
        kind = (
            response.content_type if "Content-Type" in response.headers else "no type"
        )
        what = what_it_is(response.status, body, self._answers)
        return (
            f"{self.where(request)} answered {response.status} ({kind}){what}:"
            f" {shown}. {remedy_of_status(response.status, what)}"
        )

    def busy(self, request: HttpRequest, after_s: float) -> Passing:
        """The service answered 200, and says inside that it is asked too often."""
        return Passing(
            f"{self.where(request)} answered that it is asked too often. Set pace,"
            " raise cache_s.",
            brief="asked to be asked less",
            retry_after_s=max(0.0, after_s),
        )

    def failed(
        self,
        request: HttpRequest,
        reason: object,
        brief: str = "failed: its answer cannot be used",
    ) -> Unavailable:
        """The service answered, but says or holds something that cannot be used."""
        return Unavailable(
            f"{self.where(request)} answered: {self._told(str(reason), request)}.",
            brief=brief,
        )

    def _cause(self, error: Exception, request: HttpRequest) -> str:
        reason = self._told(error, request)
        if not is_of_tls(error, request.url):
            return reason
        return f"no TLS connection can be made ({reason})"

    def _told(self, error: Exception | str, request: HttpRequest) -> str:
        return told(error, params=request.params, secrets=self._secrets())

    def where(self, request: HttpRequest) -> str:
        return f"{request.method} {request.label}"
