"""How is a person erased?"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from screenpop.domain.profile import CandidateRef
    from screenpop.node.erase import Erased

EXAMPLE = "Example: screenpop privacy erase +442079460958 --config screenpop.yaml"


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Erase what is stored about a person.",
        epilog=EXAMPLE,
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.callback()(_group)
    group.command("erase", epilog=EXAMPLE)(erase)
    app.add_typer(group, name="privacy")


def erase(
    config: Annotated[Path, typer.Option("--config", help="The configuration.")],
    numbers: Annotated[
        list[str] | None, typer.Argument(help="Telephone numbers of the person.")
    ] = None,
    customers: Annotated[
        list[str] | None,
        typer.Option(
            "--customer",
            help="SOURCE:KEY of a customer: with all numbers from which they called.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would go, change nothing.")
    ] = False,
    json_wanted: Annotated[
        bool, typer.Option("--json", help="Print the report as JSON.")
    ] = False,
) -> None:
    """Erase a person from journal, store and saved states, and from older backups.

    Delete them in your sources first, or they come back with the next call. The service
    may run: each node reads its journal again, which closes its pages for a moment.
    """
    from screenpop.node.backup import read_places
    from screenpop.node.erase import erase_person

    loaded = read_places(config)
    country = loaded.config.server.country
    given = {_number(text, country) for text in numbers or ()}
    refs = [_customer(text) for text in customers or ()]
    if not given and not refs:
        raise typer.BadParameter("name a number, or --customer SOURCE:KEY")
    report = asyncio.run(erase_person(loaded, given, refs, dry_run=dry_run))
    if json_wanted:
        typer.echo(json.dumps(as_json(report), ensure_ascii=False, indent=2))
    else:
        show(report)


def as_json(report: Erased) -> dict[str, object]:
    found = report.found
    return {
        "erased": report.done,
        "numbers": len(found.numbers),
        "keys": report.keys,
        "calls": len(found.calls),
        "notes": found.notes,
        "answers": found.answers,
        "contacts": found.contacts,
        "choices": found.choices,
        "key_copies_renewed": list(report.renewed),
        "left": list(report.left),
    }


def show(report: Erased) -> None:
    """Numbers are shown before an erasure only: then someone must compare them."""
    found, verb = report.found, "erased" if report.done else "would be erased"
    if not report.done:
        typer.echo(f"numbers: {', '.join(found.numbers) or 'none'}")
    typer.echo(
        f"{verb}: {report.keys} keys (journal, spool, backups made before);"
        f" numbers, names and attributes of {len(found.calls)} calls;"
        f" {found.notes} notes; {found.answers} lists of answers;"
        f" {found.contacts} contacts; {found.choices} choices for a number; the saved"
        " states and number index of each node"
    )
    for place in report.renewed:
        typer.echo(f"replaced: the copy of the keys at {place}")
    for reason in report.left:
        typer.echo(f"left: {reason}")


def _number(text: str, country: str | None) -> str:
    from screenpop.support.numbering import read_number

    number = read_number(text, country=country).e164
    if number is None:
        raise typer.BadParameter(
            f"{text!r} is not a valid telephone number. Write it with + and country"
            " code, e.g. +442079460958."
        )
    return number


def _customer(text: str) -> CandidateRef:
    from screenpop.domain.profile import CandidateRef

    source, colon, key = text.partition(":")
    if not (source and colon and key):
        raise typer.BadParameter(
            f"{text!r} is not SOURCE:KEY. Name the source of the configuration and the"
            " customer's key there, e.g. crm:4711."
        )
    return CandidateRef(source=source, key=key)


def _group() -> None:
    """Keeps `privacy` a group though it has one command."""
