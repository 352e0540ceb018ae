"""Which configuration would work with this database?"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
import yaml

from screenpop.config.proposal import (
    Proposal,
    TableSeen,
    card_query,
    people_tables,
    proposed,
)
from screenpop.domain.errors import BadInput, ConfigError

EXAMPLE = "Example: screenpop init --url sqlite:///crm.sqlite --country GB"
VARIABLE = "SCREENPOP_DB"
SOURCE = "company"
CARD_BYTES_MAX = 65_536
SIGNED_BY = "${SCREENPOP_SECRET:-change-this-secret-before-use}"


def register(app: typer.Typer) -> None:
    app.command("init", epilog=EXAMPLE)(init)


def init(
    url: Annotated[
        str | None, typer.Option("--url", help="Address of the database.")
    ] = None,
    table: Annotated[
        str | None, typer.Option("--table", help="The table of the customers.")
    ] = None,
    country: Annotated[
        str | None,
        typer.Option("--country", help="Whose numbers have no country code, e.g. GB."),
    ] = None,
    card: Annotated[
        Path | None,
        typer.Option("--card", help="SQL text of a customer card, with a number."),
    ] = None,
    output: Annotated[Path, typer.Option("--output", help="The file to write.")] = Path(
        "screenpop.yaml"
    ),
) -> None:
    """Look at a database, and write a configuration whose queries have just run.

    Asks for what no option says, if there is someone to ask. The database is only read.
    An existing file is never replaced. A password goes to an environment variable.
    """
    from screenpop.node.proposing import address, tables_of
    from screenpop.support.tasks import quick_loop

    if output.exists():
        raise ConfigError(f"{output} is there already. Name another with --output.")
    asked = url or _ask("Address of the database, e.g. sqlite:///crm.sqlite")
    there = address(asked, output.absolute().parent)
    with quick_loop() as runner:
        tables = runner.run(tables_of(there))
        chosen = _chosen(tables, table)
        dialect = there.get_backend_name()
        found = proposed(chosen, tables, dialect)
        if country is None and not chosen.named("^country"):
            country = _ask("Country of numbers without a country code, e.g. GB") or None
        text = written(found, asked, there.password is not None, country)
        if card is not None:
            text = with_card(text, _card(card, dialect))
        for reason in found.reasons:
            typer.echo(f"- {reason}")
        runner.run(_tried(text, output, asked))
    output.write_text(text)
    typer.echo(f"\n{output} is written. Look a number up: screenpop explain NUMBER"
               f" --config {output}")  # fmt: skip
    if there.password is not None:
        typer.echo(f"Set {VARIABLE} to the address of the database first.")


def _ask(question: str) -> str:
    if not sys.stdin.isatty():
        raise BadInput(
            f"{question}: no option says it, and there is no one to ask.",
            remedy="See `screenpop init --help`.",
        )
    return str(typer.prompt(question, default=""))


def _chosen(tables: list[TableSeen], wanted: str | None) -> TableSeen:
    names = people_tables(tables)
    if wanted is None and names and sys.stdin.isatty():
        typer.echo(f"Tables that may hold the customers: {', '.join(names[:10])}")
        wanted = str(typer.prompt("The table of the customers", default=names[0]))
    wanted = wanted or (names[0] if names else None)
    for each in tables:
        if each.name == wanted:
            if wanted in names:
                return each
            raise ConfigError(
                f"{wanted} has no key, no name or no numbers that can be recognised."
                f" Tables that have: {', '.join(names) or 'none'}."
            )
    known = ", ".join(each.name for each in tables[:30]) or "none"
    raise ConfigError(
        f"there is no table {wanted!r}. Tables: {known}."
        if wanted
        else f"no table has customers with numbers. Tables: {known}. Use --table."
    )


def written(found: Proposal, url: str, is_secret: bool, country: str | None) -> str:
    """The configuration as YAML."""
    config: dict[str, object] = {
        "version": 1,
        "server": {"country": country} if country else {},
        "lines": {"main": {"settings": {"signing_secret": SIGNED_BY}}},
        "sources": {
            SOURCE: {
                "connector": "sql",
                "url": f"${{{VARIABLE}}}" if is_secret else url,
                "contacts": {"query": found.contacts},
            }
        },
        "lookups": {
            name: {"source": SOURCE, "facet": facet, "query": query}
            for name, (facet, query) in found.lookups.items()
        },
    }  # fmt: skip
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=96)


def with_card(text: str, query: str) -> str:
    """The customer card as a lookup by number, on a card of its own."""
    config = yaml.safe_load(text)
    config["facets"] = {"customer_card": {"label": "Customer card"}}
    config["lookups"]["customer_card"] = {
        "source": SOURCE,
        "facet": "customer_card",
        "kind": "rows",
        "query": query,
    }
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=96)


def _card(path: Path, dialect: str) -> str:
    try:
        text = path.read_text("utf-8-sig")[:CARD_BYTES_MAX]
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"--card: cannot read {path}: {error}.") from error
    query = card_query(text, dialect)
    if query is None:
        raise BadInput(
            f"--card: {path} has no place for the number.",
            remedy="Write $NUMBER or {number} where it goes.",
        )
    return query


async def _tried(text: str, output: Path, url: str) -> None:
    """Check it and run its queries; raises with what is wrong."""
    from screenpop.config.load import examine_text
    from screenpop.config.problems import ConfigProblems
    from screenpop.node.asking import checked_whole, explained
    from screenpop.node.connecting import connected
    from screenpop.node.proposing import first_number

    examined = examine_text(text, output, environ={**os.environ, VARIABLE: url})
    checked = checked_whole(examined)
    if examined.loaded is None or checked.problems:
        raise ConfigProblems(checked.problems)
    for source in await connected(examined.loaded, checked.secrets):
        found = [source.problem] if source.problem is not None else []
        for query in source.queries:
            found += query.problems
            names = query.columns.names if query.columns is not None else ()
            typer.echo(f"  {query.path[1]}: {', '.join(names)}")
        if found:
            raise ConfigProblems(found)
    number = await first_number(examined.loaded, SOURCE)
    if number is None:
        typer.echo("  no customer has a number: nothing was looked up")
        return
    told = await explained(examined.loaded, number, reads_customers=True)
    who = ", ".join(x.name for x in told.profile.candidates) or "no one"
    typer.echo(f"  tried with the first customer's number: {who}")
    for answer in told.answers:
        if answer.lookup in examined.loaded.config.lookups:
            rows = "no row" if not answer.rows else f"{len(answer.rows)} rows"
            typer.echo(f"    {answer.lookup}: {answer.detail or rows}")
