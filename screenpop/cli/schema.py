"""What may stand in a configuration, for editors and for the documentation?"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from screenpop.config.prepare import AnyConnector
from screenpop.config.schema import json_schema, reference
from screenpop.connector.registry import Registry
from screenpop.domain.errors import ConfigError


def register(app: typer.Typer) -> None:
    app.command("schema", epilog="Example: screenpop schema > screenpop.schema.json")(
        schema
    )


def schema(
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print tables of all keys instead.")
    ] = False,
    json_wanted: Annotated[
        bool, typer.Option("--json", help="Print JSON Schema, which is the default.")
    ] = False,
) -> None:
    """Print the JSON Schema of the configuration, with all installed connectors.

    Editors with a YAML language server check and complete a file that begins with
    `# yaml-language-server: $schema=screenpop.schema.json`.
    """
    connectors = installed_connectors()
    if markdown and not json_wanted:
        typer.echo(reference(connectors))
    else:
        typer.echo(json.dumps(json_schema(connectors), ensure_ascii=False, indent=2))


def installed_connectors() -> dict[str, type[AnyConnector]]:
    """Those that can be imported; the others are named on standard error."""
    registry = Registry()
    found = {}
    for name in registry.names():
        try:
            found[name] = registry.find(name)
        except ConfigError as error:
            typer.echo(f"left out: {error}", err=True)
    return found
