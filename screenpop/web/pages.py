"""What does a browser get for the paths of the pages and of their files?"""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from screenpop.domain.errors import NotFound
from screenpop.web.built_ui import File
from screenpop.web.errors import Fault, page
from screenpop.web.site import Site, Visit

DEFAULT_FOLDER = Path(__file__).with_name("assets")


async def show_page(site: Site, visit: Visit) -> web.StreamResponse:
    """The single page of all of them; or, before it is built, how to build it."""
    file = site.ui.page(visit.request.path)
    if file is None:
        return _not_built(visit)
    return _sent(visit, file)


async def show_file(site: Site, visit: Visit) -> web.StreamResponse:
    """A script, style, icon or font of the pages."""
    path = visit.request.path
    file = site.ui.file(path)
    if file is None or path == "/index.html":
        raise NotFound("there is no such page.", remedy="Go to /.")
    return _sent(visit, file)


def _sent(visit: Visit, file: File) -> web.Response:
    headers = {"Content-Type": file.content_type, "Cache-Control": file.cache_control}
    body = file.body
    if file.zipped is not None:
        headers["Vary"] = "Accept-Encoding"
        if _takes_gzip(visit.request.headers.get("Accept-Encoding", "")):
            headers["Content-Encoding"] = "gzip"
            body = file.zipped
    return web.Response(body=body, headers=headers)


def _takes_gzip(accepted: str) -> bool:
    for part in accepted.lower().split(","):
        coding, _, quality = part.strip().partition(";")
        if coding.strip() == "gzip":
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00")
    return False


def _not_built(visit: Visit) -> web.Response:
    fault = Fault(
        code="ui_not_built",
        message="The service runs, but its pages are not built.",
        remedy="Run scripts/build-ui and start the service again.",
        request_id=visit.request_id,
    )
    return web.Response(
        status=503, body=page(503, fault), content_type="text/html", charset="utf-8"
    )
