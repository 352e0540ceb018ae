"""Which systems have a configuration to fill in, and what does it rest on?

A preset is data: a YAML file in a package, found by the entry point group
`screenpop.presets`. It holds a whole configuration, which `screenpop connectors NAME
--example` prints, and says honestly how far it was tried.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from screenpop.domain.errors import ConfigError

PRESETS_GROUP = "screenpop.presets"
TRIED = {
    "documents": "the system's documents; its answers in the tests are made by us from"
    " them. It was not tried with a real system",
    "run": "a real system: it was tried with one",
}


class Preset(BaseModel):
    """One system, as its file describes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    summary: str = Field(description="What it connects, in one sentence.")
    rests_on: Literal["documents", "run"]
    documents: tuple[str, ...] = Field(description="What was read, and when.")
    needs: tuple[str, ...] = Field(description="What to prepare at the system.")
    notes: tuple[str, ...] = Field(description="Limits and traps.")
    configuration: str = Field(description="YAML, with `${VARIABLES}` to fill in.")

    @property
    def basis(self) -> str:
        return f"Rests on {TRIED[self.rests_on]}."

    def example(self) -> str:
        """The configuration, with what to know of it as comments."""
        said = [f"{self.title}: {self.summary}", self.basis]
        said += [f"Needs: {text}" for text in self.needs]
        said += [f"Note: {text}" for text in self.notes]
        head = "\n".join(f"# {' '.join(text.split())}" for text in said)
        return f"{head}\n{START}{self.configuration.rstrip()}\n"


START = """\
version: 1
server: {company: Example, country: GB, time_zone: Europe/London}
lines:
  main: {dialect: generic, settings: {token: "${SCREENPOP_LINE_TOKEN}"}}
"""


class Presets:
    """Those of all installed distributions; a file is read when it is asked for."""

    def __init__(self) -> None:
        points = entry_points(group=PRESETS_GROUP)
        self._points = {name: point for point in points for name in _names_of(point)}

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._points))

    def find(self, name: str) -> Preset:
        """Raises `ConfigError` for a name that is not there, or an unusable file."""
        point = self._points.get(name)
        if point is None:
            near = get_close_matches(name, self.names(), n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise ConfigError(f"no preset is called {name}.{hint}")
        file = files(point.value).joinpath(f"{name}.yaml")
        try:
            return Preset(name=name, **yaml.safe_load(file.read_text(encoding="utf-8")))
        except (yaml.YAMLError, ValidationError, TypeError) as error:
            raise ConfigError(f"preset {name} cannot be read: {error}") from error


def _names_of(point: EntryPoint) -> list[str]:
    return [
        each.name.removesuffix(".yaml")
        for each in files(point.value).iterdir()
        if each.name.endswith(".yaml")
    ]
