"""Which fields does a `multipart/form-data` body hold (RFC 7578)?

Only what a web hook sends: fields of text, each in its part. Files are passed over.
The size of the body is limited by who read it; here the number of parts and the size
of their headers are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from screenpop.domain.errors import BadInput
from screenpop.intake.encodings import BY_BYTES, text_of

PARTS_MAX = 2000
PART_HEAD_BYTES_MAX = 8192

Pairs = list[tuple[str, str]]

# Linear: nothing is tried twice, and a quote that does not end takes the rest.
_PARAMETER = re.compile(
    r';\s*+([\w*!#$&+.^`|~-]++)\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"?|([^;"]*+))'
)


def parameters_of(header: str) -> dict[str, str]:
    """`; name="a\\"b"; charset=x` behind the first word; names in lower case."""
    found: dict[str, str] = {}
    for name, quoted, plain in _PARAMETER.findall(header[:PART_HEAD_BYTES_MAX]):
        text = re.sub(r"\\(.)", r"\1", quoted) if quoted else plain.strip()
        found.setdefault(name.lower(), text)
    return found


def multipart_pairs(body: bytes, boundary: str, charset: str | None) -> Pairs:
    """Names with values, in order. Raises `BadInput`."""
    if not boundary or len(boundary) > 200:
        raise _bad("its Content-Type names no boundary")
    pairs: Pairs = []
    for head, value in _parts(body, b"--" + boundary.encode("latin-1", "replace")):
        disposition = parameters_of(head.get("content-disposition", ""))
        name = disposition.get("name")
        if name is None or "filename" in disposition or "filename*" in disposition:
            continue
        own = parameters_of(head.get("content-type", "")).get("charset")
        if name == "_charset_":
            charset = value.decode("ascii", "replace")
            continue
        pairs.append((_name(name), text_of(value, own or charset)))
    return pairs


def _name(text: str) -> str:
    """As browsers write it: bytes of UTF-8, and `%22` for a quote."""
    return text.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def _parts(body: bytes, mark: bytes) -> Iterator[tuple[dict[str, str], bytes]]:
    """Headers and content of each part; what stands before the first is passed over."""
    start = _line_start(body, mark, 0)
    if start < 0:
        raise _bad("it holds no such boundary")
    for _ in range(PARTS_MAX):
        at = start + len(mark)
        if body[at : at + 2] == b"--":
            return
        end = _line_start(body, mark, at)
        part = body[at : end if end >= 0 else len(body)]
        yield _split(part)
        if end < 0:  # the last boundary is missing
            return
        start = end
    raise _bad(f"it has more than {PARTS_MAX} parts")


def _line_start(body: bytes, mark: bytes, at: int) -> int:
    """The next boundary, which stands at the beginning of a line."""
    while (at := body.find(mark, at)) > 0 and body[at - 1 : at] != b"\n":
        at += len(mark)
    return at


def _split(part: bytes) -> tuple[dict[str, str], bytes]:
    line_end = part.find(b"\n")
    content = part[line_end + 1 :] if line_end >= 0 else b""
    if content.startswith((b"\r\n", b"\n")):  # no headers at all
        head, value = b"", content.partition(b"\n")[2]
    else:
        ends = [(content.find(end), end) for end in (b"\r\n\r\n", b"\n\n")]
        at, end = min((e for e in ends if e[0] >= 0), default=(len(content), b""))
        head, value = content[:at], content[at + len(end) :]
    if len(head) > PART_HEAD_BYTES_MAX:
        raise _bad(f"the headers of a part have over {PART_HEAD_BYTES_MAX} bytes")
    lines = head.decode("utf-8", BY_BYTES).splitlines()
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): text.strip() for name, _, text in pairs}
    return headers, value.removesuffix(b"\n").removesuffix(b"\r")


def _bad(why: str) -> BadInput:
    return BadInput(
        f"the body is not readable as multipart/form-data: {why}",
        code="bad_form",
        remedy="Send parts that are divided by the boundary of the Content-Type.",
    )
