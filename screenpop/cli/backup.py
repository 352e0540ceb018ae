"""How is everything saved while the service runs, and is a backup whole?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

if TYPE_CHECKING:
    from screenpop.node.backup_file import BackupManifest

EXAMPLE = "Example: screenpop backup /var/backups/screenpop --config screenpop.yaml"


def register(app: typer.Typer) -> None:
    app.command("backup", epilog=EXAMPLE)(backup)


def backup(
    path: Annotated[
        Path, typer.Argument(help="A new file, or a folder to put one into.")
    ],
    config: Annotated[
        Path | None, typer.Option("--config", help="The configuration.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Read an existing backup, write nothing.")
    ] = False,
    everything: Annotated[
        bool,
        typer.Option(
            "--everything",
            help="Also what is made again: number index, orders, models.",
        ),
    ] = False,
    without_store: Annotated[
        bool,
        typer.Option("--without-store", help="The database is backed up elsewhere."),
    ] = False,
    json_wanted: Annotated[
        bool, typer.Option("--json", help="Print the manifest as JSON.")
    ] = False,
) -> None:
    """Save journal, store, session key and configuration to a file.

    The service may run. The file has mode 0600: it holds the session key, numbers and
    notes. Secrets in files or the environment are not in it. The keys of callers are
    written to `screenpop.keys` next to it, in place of the file before.
    """
    from screenpop.node.backup import make_backup, read_places

    if check:
        manifest = checked(path)
    elif config is None:
        raise typer.BadParameter("--config FILE is missing")
    else:
        path, manifest = make_backup(
            read_places(config),
            path,
            everything=everything,
            with_store=not without_store,
        )
    if json_wanted:
        shown = {"file": str(path), **msgspec.to_builtins(manifest)}
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        show(path, manifest)


def checked(path: Path) -> BackupManifest:
    """The manifest of a backup that is whole and not of a newer version."""
    from screenpop.node.backup_file import reading
    from screenpop.node.restore import refuse_newer

    with reading(path) as kept:
        refuse_newer(kept)
        kept.check()
        return kept.manifest


def show(path: Path, manifest: BackupManifest) -> None:
    size = path.stat().st_size
    typer.echo(
        f"{path}: whole, {size:,} bytes, made {manifest.made_at} by Screenpop"
        f" {manifest.screenpop}"
    )
    for part in manifest.parts:
        typer.echo(f"  {part.name}: {part.bytes:,} bytes")
    if manifest.keys is not None:
        typer.echo(
            f"  not in it: {path.with_name('screenpop.keys')}, the keys of callers. A"
            " restore needs the newest one. Never keep older ones: they would bring"
            " back who was erased"
        )
    for reason in manifest.left_out:
        typer.echo(f"  not in it: {reason}")
