"""How does a backup become a service's data again?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXAMPLE = "Example: screenpop restore screenpop-backup.zip --config screenpop.yaml"


def register(app: typer.Typer) -> None:
    app.command("restore", epilog=EXAMPLE)(restore)


def restore(
    backup: Annotated[Path, typer.Argument(help="A file that `backup` made.")],
    config: Annotated[
        Path,
        typer.Option("--config", help="Where data goes; written if it is not there."),
    ],
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys",
            help="The newest `screenpop.keys`; default: the one next to the backup.",
        ),
    ] = None,
) -> None:
    """Put a backup's data where the configuration says; stop the service before.

    Nothing is replaced: `server.data_dir` must not hold data, and a PostgreSQL database
    must be empty.
    """
    from screenpop.node.restore import restore as put_back

    found = put_back(backup, config, keys)
    manifest = found.manifest
    typer.echo(f"restored {backup} of {manifest.made_at} into {found.data_dir}")
    if found.wrote_config:
        typer.echo(f"the configuration is the backup's: {config}")
    elif found.wrote_config is False:
        typer.echo(
            f"{config} or a file it includes differs from the backup's, and was kept"
        )
    for reason in manifest.left_out:
        typer.echo(f"not in the backup: {reason}")
    typer.echo(
        "users, passwords, tokens and sessions are those of then; to end all sessions"
        f" delete {found.data_dir / 'session.key'} before the start"
    )
