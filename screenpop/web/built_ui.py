"""Which files did `scripts/build-ui` leave, and with which headers are they sent?

They are read into memory at the start, so a path from outside is only ever looked
up among known names: there is no file system to climb about in. Files under
`assets/` have their content's hash in their name and are kept for ever; pages never.
"""

from __future__ import annotations

import gzip
import logging
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

log = logging.getLogger(__name__)

FILES_MAX = 500
BYTES_MAX = 32 * 1024 * 1024
PAGES = ("/", "/wallboard", "/recalls", "/me", "/insight", "/reports", "/admin")
FOREVER = "public, max-age=31536000, immutable"
HOUR = "public, max-age=3600"
NEVER = "no-store"
_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml")
_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".map": "application/json",
}


@dataclass(frozen=True, slots=True)
class File:
    body: bytes
    zipped: bytes | None  # None: not worth it
    content_type: str
    cache_control: str


class BuiltUi:
    """The files by their path in the URL."""

    def __init__(self, folder: Path, language: str | None = None):
        """`language`: what the pages speak with users who chose none."""
        self.folder = folder
        self._files = dict(_read(folder))
        index = self._files.get("/index.html")
        if index is not None and language is not None:
            self._files["/index.html"] = _file("index.html", _in(language, index.body))

    @property
    def built(self) -> bool:
        return "/index.html" in self._files

    def page(self, path: str) -> File | None:
        """The page of that path: all are index.html, the script looks at the path."""
        return self._files.get("/index.html") if path in PAGES else None

    def file(self, path: str) -> File | None:
        return self._files.get(path)


def _read(folder: Path) -> Iterator[tuple[str, File]]:
    total = 0
    for count, path in enumerate(sorted(_regular_files(folder)), start=1):
        total += path.stat().st_size
        if count > FILES_MAX or total > BYTES_MAX:
            log.error("%s holds too much to be the built UI: rest left out", folder)
            return
        name = path.relative_to(folder).as_posix()
        yield f"/{name}", _file(name, path.read_bytes())


def _in(language: str, page: bytes) -> bytes:
    """The page with a note which language it is shown in."""
    note = f'<meta name="screenpop-language" content="{language}" />'
    return page.replace(b"<head>", b"<head>" + note.encode(), 1)


def _regular_files(folder: Path) -> Iterator[Path]:
    """No link, hidden file or directory."""
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not path.is_symlink() and not hidden:
            yield path


def _file(name: str, body: bytes) -> File:
    suffix = Path(name).suffix
    content_type = _TYPES.get(suffix) or mimetypes.guess_type(name)[0]
    content_type = content_type or "application/octet-stream"
    text = content_type.startswith(_TEXT)
    return File(
        body=body,
        zipped=_zipped(body) if text else None,
        content_type=f"{content_type}; charset=utf-8" if text else content_type,
        cache_control=_cache_control(name),
    )


def _zipped(body: bytes) -> bytes | None:
    zipped = gzip.compress(body, mtime=0)
    return zipped if len(zipped) < len(body) else None


def _cache_control(name: str) -> str:
    if name.endswith(".html"):
        return NEVER
    return FOREVER if name.startswith("assets/") else HOUR


# -- Which headers keep a browser on our side?

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""Everything from this host, nothing inline, in nobody's frame."""

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in ("camera", "geolocation", "microphone", "payment", "usb")
)

HSTS = "max-age=31536000"

Headers = dict[str, str]


def security_headers(*, https: bool, kind: Literal["page", "data"]) -> Headers:
    """Sent with every answer but the webhook's, which no browser reads."""
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS_POLICY,
        "Server": "Screenpop",
    }
    if kind == "data":
        headers["Cache-Control"] = "no-store"
        headers["Content-Security-Policy"] = (
            "default-src 'none'; frame-ancestors 'none'"
        )
    if https:
        headers["Strict-Transport-Security"] = HSTS
    return headers
