"""A system that gives answers in the form of its documents, made by us."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml
from aiohttp import web
from one_source import serving

from screenpop.config.load import Loaded
from screenpop.connector.presets import Preset, Presets
from screenpop.node.asking import load_checked

FOLDER = Path(__file__).parent / "contract" / "presets" / "answers"
VARIABLE = re.compile(r"\$\{(\w+)\}")
ADDRESS = re.compile(r"(?m)((?:base_url|token_url): )(\"?)(https://[^/\s\"$]+)")

Json = dict[str, Any]


@dataclass(kw_only=True)
class Recorded:
    """Answers what is recorded; notes what nothing is recorded for."""

    told: Json
    unknown: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    tokens: int = 0
    refusing: list[Json] = field(default_factory=list)  # the next answers, if any
    heads: list[dict[str, str]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.text()
        if body.startswith("{"):
            body = json.dumps(
                json.loads(body), separators=(",", ":"), ensure_ascii=False
            )
        path = unquote(request.raw_path.replace("+", " "))
        asked = f"{request.method} {path}"
        if re.search(r"token|/Login$|/bearer$", request.path) and body:
            self.tokens += 1
            given = self.told.get("token", {"access_token": "t", "expires_in": 3600})
            return web.json_response(given)
        self.asked.append(f"{asked} {body}".strip())
        self.heads.append(dict(request.headers))
        if self.refusing:
            refusal = self.refusing.pop(0)
            return web.json_response(
                refusal["body"],
                status=refusal["status"],
                headers=refusal.get("headers", {}),
            )
        for each in self.told["answers"]:
            if asked.startswith(each["ask"]) and all(
                part in f"{asked} {body}" for part in each.get("with", ())
            ):
                text = each.get("text") or json.dumps(each.get("give"))
                text = text.replace("{server}", f"http://{request.host}")
                return web.Response(
                    text="" if each.get("status") == 204 else text,
                    status=each.get("status", 200),
                    content_type="application/json",
                )
        self.unknown.append(self.asked[-1])
        return web.json_response({"unknown": asked}, status=404)


def answers_of(name: str) -> Json:
    told: Json = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    return told


def filled(preset: Preset, url: str) -> str:
    """The configuration with every variable filled in, and our server's address."""
    text = ADDRESS.sub(rf"\1\2{url}", preset.example())
    text = re.sub(r"\$\{\w+_URL\}", url, text)
    text = text.replace("server: {", "server: {port: 0, data_dir: data, ")
    text = re.sub(r"https://\$\{\w+\}[.\w-]*", url, text)
    return VARIABLE.sub(lambda found: f"x-{found[1].lower().replace('_', '-')}", text)


@asynccontextmanager
async def system(name: str, folder: Path) -> AsyncIterator[tuple[Recorded, Loaded]]:
    recorded = Recorded(told=answers_of(name))
    (folder / "data").mkdir(exist_ok=True)
    (folder / "refresh.token").write_text("r-1")
    async with serving(recorded.handle) as url:
        path = folder / "screenpop.yaml"
        path.write_text(filled(Presets().find(name), url))
        yield recorded, load_checked(path)
