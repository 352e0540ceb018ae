"""Which headers keep a browser on our side?"""

from __future__ import annotations

from typing import Literal

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
