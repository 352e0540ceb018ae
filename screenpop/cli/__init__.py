"""Which verbs are there, and what happens when one fails?

`screenpop VERB`: one file per verb, each with `register(app)`. A verb's module is
imported only when it is used, so that `screenpop --help` answers at once.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from types import MappingProxyType
from typing import Annotated

import typer

from screenpop import __version__
from screenpop.domain.errors import BadInput, ScreenpopError
from screenpop.support.private import be_private

VERBS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "serve": ("serve", "Run the service."),
        "demo": ("demo", "Run the service with a company, calls and log-ins to try."),
        "check-config": ("check_config", "Report every problem in a file."),
        "init": ("init", "Propose a configuration for a database, and try it."),
        "explain": ("explain", "Look a number up and show where each value is from."),
        "decode": ("decode", "Show what a dialect makes of captured requests."),
        "simulate": ("simulate", "Send realistic calls to a running service."),
        "connectors": ("connectors", "List the installed connectors and their keys."),
        "dialects": ("dialects", "List the dialects of telephone systems."),
        "schema": ("schema", "Print the JSON Schema of the configuration."),
        "users": ("users", "Add, list and change who may log in."),
        "insight": ("insight", "Learn from orders what customers are likely to buy."),
        "forecast": ("forecast", "Expected calls of the next days, by interval."),
        "compare": (
            "compare",
            "Why another tool's figure differs, by calls and rules.",
        ),
        "report": ("report", "Print a scheduled report of calls, or send it now."),
        "replay": ("replay", "What agents would see under a changed configuration."),
        "index": ("index", "Which numbers are shared, unreadable, in two sources."),
        "db": ("db", "Bring the database up to date."),
        "privacy": ("privacy", "Erase what is stored about a person."),
        "backup": ("backup", "Save everything to a file while the service runs."),
        "restore": ("restore", "Put a backup in an empty place."),
        "capture": ("capture", "Show requests of a line as they arrive."),
    }
)
"""Verb -> (module in `screenpop.cli`, what `screenpop --help` says of it)."""

_DEBUG = "--debug"
_FAILED = 1
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """The command `screenpop`; ends the process with its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    app = application(_verb(words))
    be_private()  # files that a verb makes may hold numbers
    try:
        app(words, prog_name="screenpop")
    except ScreenpopError as error:
        if _DEBUG in _before_verb(words):
            raise
        tell(error)
        sys.exit(_FAILED)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:  # the reader, e.g. `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(_FAILED)


def application(verb: str | None = None) -> typer.Typer:
    """The app with all verbs; only `verb` is imported, the rest are named."""
    app = typer.Typer(
        name="screenpop",
        help="Who is calling, what they owe, what they bought and what to offer.",
        epilog="Example: screenpop check-config config/screenpop.minimal.yaml",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_common)
    for name, (module, help_text) in installed_verbs().items():
        if name == verb:
            importlib.import_module(f"screenpop.cli.{module}").register(app)
        else:
            app.command(name, help=help_text)(_named_only)
    return app


def installed_verbs() -> dict[str, tuple[str, str]]:
    """The verbs whose module is there."""
    return {
        name: row
        for name, row in VERBS.items()
        if find_spec(f"screenpop.cli.{row[0]}") is not None
    }


def tell(error: ScreenpopError, *, err: bool = True) -> None:
    """Write an error of ours, to standard error unless it is what was asked for."""
    from screenpop.config.problems import ConfigProblems, counted, plain, rich

    stream = sys.stderr if err else sys.stdout
    if not isinstance(error, ConfigProblems):
        typer.echo(f"screenpop: {_said(error)}", err=err)
        return
    if stream.isatty():
        from rich.console import Console

        Console(file=stream).print(rich(error.problems), end="", soft_wrap=True)
    else:
        typer.echo(plain(error.problems), err=err)
    typer.echo(counted(error.problems), err=True)


def _said(error: ScreenpopError) -> str:
    """With the remedy, which some errors keep apart for those who call over HTTP."""
    if not isinstance(error, BadInput) or not error.remedy:
        return str(error)
    return f"{str(error).rstrip('.')}. {error.remedy}"


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"screenpop {__version__}")
        raise typer.Exit


def _common(
    debug: Annotated[
        bool, typer.Option(_DEBUG, help="Show the traceback of an error.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and end.",
            callback=_print_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Options of every verb; `main` reads `--debug` itself, it sees the error."""


def _named_only() -> None:
    """Stands in the list of verbs for a module that is not needed now."""
    raise AssertionError("only the verb that is used is imported")


def _verb(words: Sequence[str]) -> str | None:
    return next((word for word in words if not word.startswith("-")), None)


def _before_verb(words: Sequence[str]) -> Sequence[str]:
    verb = _verb(words)
    return words if verb is None else words[: words.index(verb)]
