from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from screenpop.web.built_ui import BuiltUi

SCRIPT = b"console.log('screenpop');" * 20


@pytest.fixture
async def built(open_house: Any, tmp_path: Path) -> Any:
    folder = tmp_path / "assets"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Screenpop</title>")
    (folder / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "assets" / "main-a1b2c3.js").write_bytes(SCRIPT)
    (folder / ".secret").write_text("hidden")
    (tmp_path / "outside.txt").write_text("outside")
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    return await open_house()


@pytest.mark.parametrize("path", ["/", "/wallboard", "/admin", "/?x=1"])
async def test_all_pages_are_one_and_never_kept(built: Any, path: str) -> None:
    answer = await built.ask("GET", path)
    assert answer.status == 200
    assert b"<title>Screenpop" in answer.body
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_hashed_files_are_kept_for_ever(built: Any) -> None:
    answer = await built.ask("GET", "/assets/main-a1b2c3.js")
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    icon = await built.ask("GET", "/favicon.svg")
    assert icon.headers["Cache-Control"] == "public, max-age=3600"
    assert icon.headers["Content-Type"].startswith("image/svg+xml")


@pytest.mark.parametrize(
    ("accepts", "zipped"),
    [("gzip, br", True), ("identity", False), ("gzip;q=0", False), ("", False)],
)
async def test_text_is_sent_small_to_who_can_read_it(
    built: Any, accepts: str, zipped: bool
) -> None:
    answer = await built.raw(
        b"GET /assets/main-a1b2c3.js HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"Accept-Encoding: " + accepts.encode() + b"\r\n\r\n"
    )
    head, _, body = answer.partition(b"\r\n\r\n")
    assert (b"Content-Encoding: gzip" in head) is zipped
    assert (gzip.decompress(body) if zipped else body) == SCRIPT
    assert b"Vary: Accept-Encoding" in head


@pytest.mark.parametrize(
    "path",
    ["/../outside.txt", "/assets/../../outside.txt", "/assets/%2e%2e/index.html",
     "/%2e%2e/outside.txt", "/assets/..%2f..%2foutside.txt", "/assets//etc/passwd",
     "//etc/passwd", "/assets/%00", "/.secret", "/link.txt", "/index.html",
     "/assets/", "/assets/nothing.js", "/assets\\..\\outside.txt"],
)  # fmt: skip
async def test_nothing_but_the_built_files_is_served(built: Any, path: str) -> None:
    answer = await built.raw(
        f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    )
    assert answer.split(b" ")[1] in (b"404", b"400")
    assert b"outside" not in answer.replace(path.encode(), b"")


async def test_a_page_that_is_not_there_is_told_to_a_person(built: Any) -> None:
    headers = {"Accept": "text/html,*/*"}
    answer = await built.ask("GET", "/nothing", headers=headers)
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"<h1>404 Not Found</h1>" in answer.body
    api = await built.ask("GET", "/v1/nothing", headers=headers)
    assert api.json["error"]["code"] == "not_found"


async def test_before_the_pages_are_built_it_says_how_to(house: Any) -> None:
    answer = await house.ask("GET", "/")
    assert answer.status == 503
    assert b"scripts/build-ui" in answer.body


async def test_pages_are_fenced_in(built: Any) -> None:
    headers = (await built.ask("GET", "/")).headers
    policy = dict(
        part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


def test_a_folder_that_is_not_there_is_an_empty_ui(tmp_path: Path) -> None:
    assert not BuiltUi(tmp_path / "nothing").built
