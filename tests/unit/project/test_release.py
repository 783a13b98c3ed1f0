"""What a release promises: the public API, one version, tested Pythons, workflows that can be trusted."""

import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

import publisher
import voyage
from saga import errors
from saga.suppliers import contract_tests, supplier
from tests.pythons import declared
from voyage import testing

ROOT = Path(__file__).parents[3]
API = ROOT / "tests/unit/public_api.txt"
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PUBLIC = {
    **{f"publisher.{name}": getattr(publisher, name) for name in publisher.__all__},
    **{f"voyage.{name}": getattr(voyage, name) for name in voyage.__all__},
    **{f"voyage.testing.{name}": getattr(testing, name) for name in testing.__all__},
    "saga.suppliers.Supplier": supplier.Supplier,
    "saga.suppliers.SupplierCall": supplier.SupplierCall,
    "saga.errors.SupplierRefusedError": errors.SupplierRefusedError,
    "saga.errors.SupplierUnavailableError": errors.SupplierUnavailableError,
    "saga.suppliers.contract_tests.SupplierContract": contract_tests.SupplierContract,
}


def parameters(function: Any) -> str:
    """Names of the parameters; `=` says that one may be left out, `*` that those after it need their name."""
    written, star = [], False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            written.append("*")
            star = True
        written.append(parameter.name + ("=" if parameter.default is not parameter.empty else ""))
    return f"({', '.join(name for name in written if name not in {'self', 'cls'})})"


def members(name: str, kind: type) -> Iterator[str]:
    """A line for a class, and one for each public thing in it."""
    fields = getattr(kind, "__dataclass_fields__", {})
    if issubclass(kind, BaseModel):
        fields = kind.model_fields
        for field, known in fields.items():
            yield f"{name}.{field}{'' if known.is_required() else '='}"
    else:
        yield name + (
            parameters(kind.__init__) if issubclass(kind, Exception) and "__init__" in vars(kind) else ""
        )
        yield from (f"{name}.{field}" for field in fields)
    for member, value in vars(kind).items():
        if member.startswith(("_", "model_")) or member in fields:
            continue
        made = value.__func__ if isinstance(value, classmethod | staticmethod) else value
        yield f"{name}.{member}" + (parameters(made) if inspect.isfunction(made) else "")


def test_the_public_api_changes_only_knowingly() -> None:
    """A line that goes or changes is a breaking change: CHANGELOG.md, and the version, must say so."""
    now = [line for name, kind in PUBLIC.items() for line in members(name, kind)]
    assert now == API.read_text().splitlines(), f"write the new list to {API.name}:\n" + "\n".join(now)


def test_the_changelog_has_the_version_of_pyproject_or_says_unreleased() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    first = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[0]
    assert first == "Unreleased" or re.fullmatch(rf"{re.escape(version)} - \d{{4}}-\d\d-\d\d", first)


def test_each_declared_python_is_tested_by_the_workflow() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    assert workflow["jobs"]["run"]["strategy"]["matrix"]["python"] == declared()


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_pins_its_actions_and_may_only_read(workflow: Path) -> None:
    text = workflow.read_text()
    assert yaml.safe_load(text)["permissions"] == {"contents": "read"}
    assert all(
        re.fullmatch(r"[\w/.-]+@[0-9a-f]{40} # v[\d.]+", used) for used in re.findall(r"uses: (.+)", text)
    )


def test_every_requirements_file_has_a_hash_for_each_pin() -> None:
    for file in (ROOT / "requirements").glob("*.txt"):
        entries = re.split(r"\n(?=[a-z0-9])", file.read_text())[1:]
        assert entries
        assert all("==" in entry and "--hash=sha256:" in entry for entry in entries), file.name
