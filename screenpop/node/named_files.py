"""Has a file changed that a key names, though the key itself is as it was?

A source is opened again then, and a line bound again, as if the key had changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from screenpop.config.differences import ChangedKey
from screenpop.config.load import Loaded
from screenpop.connector.named_files import NamedFile, named_files
from screenpop.connector.registry import Registry
from screenpop.domain.errors import ConfigError
from screenpop.lookup.sources import FindConnector
from screenpop.support.file_stamps import FileStamps, stamp, stamps

Owner = tuple[str, str]
"""Who uses a file: `("sources", "crm")`, `("lines", "main")`."""


class NamedFiles:
    """The files as they were when each source was opened, or each line bound."""

    def __init__(self, loaded: Loaded, find: FindConnector | None):
        self._find = find or Registry().find
        self._then: Mapping[Owner, FileStamps] = {}
        self.watched: FileStamps = {}
        self.looked_at(loaded)
        self.taken(loaded, ())

    def looked_at(self, loaded: Loaded | None) -> None:
        """What is watched from now on: files that no connector follows by itself."""
        files: Collection[Path] = self.watched
        if loaded is not None:
            named = self._all(loaded)
            files = [x.file for _, x in named if not x.followed]
        self.watched = stamps(files)

    def changed(self, loaded: Loaded, *, followed: bool) -> dict[Owner, ChangedKey]:
        """By whom a changed file is used, with its key; `followed`: those as well."""
        return {
            owner: ChangedKey(path=named.key, what="changed")
            for owner, named in self._all(loaded)
            if (followed or not named.followed)
            and (before := self._then.get(owner, {}).get(named.file)) is not None
            and before != stamp(named.file)
        }

    def taken(self, loaded: Loaded, kept: Collection[Owner]) -> None:
        """All but `kept` were opened with the files as they are now."""
        then = {owner: self._then[owner] for owner in kept if owner in self._then}
        for owner, named in self._all(loaded):
            if owner not in kept:
                then[owner] = {**then.get(owner, {}), named.file: stamp(named.file)}
        self._then = then

    def _all(self, loaded: Loaded) -> Iterator[tuple[Owner, NamedFile]]:
        config, folder = loaded.config, loaded.folder
        for name, source in config.sources.items():
            try:
                kind = self._find(source.connector)
                options = kind.source_options.model_validate(source.own)
            except (ConfigError, ValidationError):
                continue
            for named in named_files(options, folder, ("sources", name)):
                yield ("sources", name), named
        for name, line in config.lines.items():
            file = Path(line.dialect)
            if file.suffix in (".yaml", ".yml"):
                yield (
                    ("lines", name),
                    NamedFile(key=("lines", name, "dialect"), file=file),
                )
