"""Documents cannot drift: what the code has, they have, and nothing else."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from screenpop.cli import VERBS
from screenpop.config.facets import BUILT_IN_NAMES
from screenpop.config.load import examine_text
from screenpop.config.model import Configuration
from screenpop.config.schema import documented_keys
from screenpop.connector.base import PARAMETERS
from screenpop.connector.registry import Registry
from screenpop.domain import agent, call, phone, profile
from screenpop.intake.webhook import check_line
from screenpop.intake.yaml_nodes import parse_yaml
from screenpop.support.metrics import Metrics

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text()


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name", ["configuration.md", "frames.md", "metrics.md", "policy.md"]
)
def test_the_generated_pages_are_fresh(name: str) -> None:
    made = generator()
    fresh = made.with_generated(page(name), made.PAGES[name]())
    assert fresh == page(name), "stale: run scripts/gen-docs"


def test_every_key_of_the_configuration_has_its_entry() -> None:
    text = page("configuration.md")
    keys = list(documented_keys(Configuration))
    registry = Registry()
    for name in ("sql", "http_json", "csv_file"):
        kind = registry.find(name)
        keys += documented_keys(kind.source_options, "sources.NAME.")
        keys += documented_keys(kind.lookup_options, "lookups.NAME.")
    assert len(keys) > 100
    rows = dict(re.findall(r"^\| `([^`]+)` \|.*\| (.*) \|$", text, re.MULTILINE))
    assert [key for key in keys if not rows.get(key, "").strip()] == []


def test_every_connector_parameter_and_facet_is_named() -> None:
    text = page("configuration.md")
    for name in ("sql", "http_json", "csv_file"):
        assert f"### Connector `{name}`" in text
    for parameter in PARAMETERS:
        assert f"`:{parameter}`" in text
    for facet in BUILT_IN_NAMES:
        assert f"| `{facet}` |" in text


PAGES = sorted([ROOT / "README.md", *DOCS.rglob("*.md")])
YAML_BLOCKS = [
    pytest.param(block, id=f"{path.name}-{number}")
    for path in PAGES
    for number, block in enumerate(
        re.findall(r"```yaml\n(.*?)```", path.read_text(), re.DOTALL), 1
    )
]


@pytest.mark.parametrize("block", YAML_BLOCKS)
def test_every_yaml_example_passes_the_reader_of_its_kind(block: str) -> None:
    keys = set(re.findall(r"^([a-z]\w*):", block, re.MULTILINE))
    if keys & {"scrape_configs"}:  # of Prometheus
        assert yaml.safe_load(block)
    elif keys <= set(Configuration.model_fields):
        names = re.findall(r"\$\{([A-Z_]+)", block)
        environ = dict.fromkeys(names, "long-enough-for-a-secret")
        found = examine_text(block, ROOT / "x.yaml", environ=environ)
        assert found.problems == ()
        assert found.loaded is not None
        for name, line in found.loaded.config.lines.items():
            check_line(name, line, "https://pop.example.net")
    else:
        assert parse_yaml(block, "dialect.yaml").data()


def test_every_metric_has_its_entry() -> None:
    rows = set(re.findall(r"^\| `(screenpop_\w+)` \|", page("metrics.md"), re.M))
    assert rows == set(Metrics().names())


def test_every_error_code_has_its_entry_and_no_entry_is_left_over() -> None:
    rows = set(re.findall(r"^\| `([a-z_]+)` \|", page("errors.md"), re.MULTILINE))
    codes = set(codes_in_the_code())
    assert codes - rows == set()
    general = {
        "bad_input", "forbidden", "not_found", "overloaded", "too_slow",
        "unauthenticated", "unavailable", "unsupported_media_type",
    }  # fmt: skip
    assert rows - codes == general


def codes_in_the_code() -> Iterator[str]:
    """Every `code="…"` of a call, which is how our errors are raised."""
    for file in (ROOT / "screenpop").rglob("*.py"):
        if file.name == "doubles.py":
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            for keyword in getattr(node, "keywords", []):
                value = getattr(keyword.value, "value", None)
                if keyword.arg == "code" and isinstance(value, str):
                    yield value


def test_every_connector_has_its_entry_on_the_connectors_page() -> None:
    text = page("connectors.md")
    for name in Registry().names():
        assert f"`{name}`" in text


def test_every_dialect_has_its_entry() -> None:
    text = page("dialects.md")
    for file in (ROOT / "screenpop" / "intake" / "dialects").glob("*.yaml"):
        assert f"`{file.stem}`" in text, file.stem


def test_every_verb_has_its_entry_with_an_example() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \|.*`([^`]+)` \|$", page("cli.md"), re.M))
    assert rows.keys() == VERBS.keys()
    for verb, example in rows.items():
        assert example.startswith(f"screenpop {verb}")


def glossary() -> set[str]:
    return set(re.findall(r"^\|[^|]+\| `([^`]+)` \|", page("glossary.md"), re.M))


@pytest.mark.parametrize("module", [agent, call, phone, profile])
def test_the_nouns_of_the_domain_have_entries(module: ModuleType) -> None:
    """Classes and the members of closed lists; parts of a noun are in its docstring."""
    parts = {"CandidateRef", "OtherValue", "SourceNote"}
    for name, value in vars(module).items():
        own = isinstance(value, type) and value.__module__ == module.__name__
        if not own or name in parts:
            continue
        assert name in glossary(), name
        if issubclass(value, Enum):
            members = {m.name for m in value} - {"CALL", "LEG"}
            assert members <= glossary(), members - glossary()


def test_the_glossary_has_no_word_that_the_code_lost() -> None:
    files = [
        *(ROOT / "screenpop").rglob("*.py"),
        *DOCS.glob("metrics*.md"),
    ]
    words = set(re.findall(r"\w+", "\n".join(file.read_text() for file in files)))
    assert glossary() - words <= {
        "average_speed_of_answer_s", "average_handle_time_s",  # reports, to come
        "ServiceLevel", "occupancy",
    }  # fmt: skip


@pytest.mark.parametrize("file", sorted(DOCS.rglob("*.md")), ids=lambda f: f.name)
def test_links_between_documents_lead_somewhere(file: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", file.read_text()):
        assert (file.parent / target).exists(), target
    for named in re.findall(r"`(docs/[a-z_-]+\.md)`", file.read_text()):
        assert (ROOT / named).exists(), named


@pytest.mark.parametrize("file", PAGES, ids=lambda f: f.name)
def test_links_to_a_section_name_one_that_is_there(file: Path) -> None:
    links = re.findall(r"\]\(([^)#:]*)#([^)]+)\)", file.read_text())
    for target, anchor in links:
        text = (file.parent / target if target else file).read_text()
        assert anchor in map(_anchor, re.findall(r"^#+ (.+)$", text, re.M)), anchor


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")
