"""What the pages show is true: each block of code compiles, each command and each setting exists."""

import ast
import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator
from pydantic_settings import BaseSettings
from typer.exceptions import TyperException

from publisher.asyncapi.schemas import Name, schema
from saga.suppliers.supplier_settings import SupplierSettings, supplier_prefix
from tests.documentation.command_lines import check
from tests.documentation.pages import PAGES, ROOT, Block, alternatives, blocks, commands, mentioned
from voyage.trips.tutorial import BookingRequest

LANGUAGES = {"python", "json", "sh", "bash", "mermaid", "text"}


def test_every_test_that_a_page_names_exists() -> None:
    for page in PAGES:
        for file, test in re.findall(r"`(tests/[\w/]+\.py)`: `(test_\w+)`", page.read_text()):
            assert f"def {test}(" in (ROOT / file).read_text(), f"{page.name}: {file} has no {test}"


def subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


@pytest.fixture(scope="module")
def settings() -> set[str]:
    """The names of all settings, as the environment has them."""
    for package in ("publisher", "saga", "consumer", "console"):
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            importlib.import_module(module.name)
    own = [kind for kind in subclasses(BaseSettings) if kind is not SupplierSettings]
    names = {f"VOYAGE_{field}".upper() for kind in own for field in getattr(kind, "model_fields", {})}
    prefixes = ("VOYAGE_<LEG>_SUPPLIER_", *(supplier_prefix(leg) for leg in BookingRequest.declared_legs))
    suppliers = {f"{start}{field}".upper() for start in prefixes for field in SupplierSettings.model_fields}
    composed = set(re.findall(r"VOYAGE_[A-Z_]+", (ROOT / "compose.yaml").read_text()))
    return names | suppliers | set(prefixes) | composed


def test_every_block_says_what_it_is() -> None:
    unknown = [str(block) for block in blocks() if block.language not in LANGUAGES]
    assert not unknown


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_compiles_and_imports_what_there_is(block: Block) -> None:
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"publisher", "saga"}:
            module = importlib.import_module(str(node.module))
            assert all(hasattr(module, name.name) for name in node.names), ast.unparse(node)


def shapes(value: dict[str, Any]) -> list[str]:
    """The messages of the contract that this is, or a part of."""
    found = []
    for name in get_args(Name):
        loose = {**schema(name), "required": [], "if": False, "else": True}
        known = value.keys() <= loose["properties"].keys()
        if known and Draft202012Validator(loose).is_valid(value):
            found.append(name)
    return found


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json_is_a_message_of_the_contract(block: Block) -> None:
    assert shapes(json.loads(block.text)), f"{block} is no message of the contract, nor a part of one"


def test_a_message_that_is_not_of_the_contract_would_be_noticed() -> None:
    assert not shapes({"name": "Jane", "boat": "my-boat"})
    assert not shapes({"name": "Jane", "attempts": 0})


OF_ANOTHER_TRIP = "voyage book --jeep"
"""Its options are those of a page's own trip; tests/acceptance/harness/test_your_own_trip.py runs it."""


@pytest.mark.parametrize(
    "block", [one for one in blocks("sh", "bash") if OF_ANOTHER_TRIP not in one.text], ids=str
)
def test_every_command_of_a_block_can_be_given(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "trips.jsonl").touch()
    monkeypatch.chdir(tmp_path)
    for words in commands(block.text):
        check(words)


def test_a_command_after_a_comment_is_seen() -> None:
    assert list(commands("make demo  # books\nmake run &\nmake test")) == [
        ["make", "demo"],
        ["make", "run"],
        ["make", "test"],
    ]


@pytest.mark.parametrize("code", sorted(mentioned()))
def test_every_command_that_a_text_names_exists(code: str) -> None:
    for one in alternatives(code):
        check(one.split(), whole=False)


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    for line in ("voyage bok", "make nothing", "frobnicate"):
        with pytest.raises(AssertionError):
            check(line.split())
    for line in ("voyage results --tabel", "voyage book --car my-car"):
        with pytest.raises(TyperException):
            check(line.split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_setting_that_a_page_names_exists(page: Path, settings: set[str]) -> None:
    named = set(re.findall(r"\bVOYAGE_[A-Z_<>]+", page.read_text()))
    begun = {name for name in named if any(known.startswith(name) for known in settings)}
    assert named - begun == set()
