"""A trip is loaded from wherever it lies; what is wrong with its module is one sentence."""

import sys
from pathlib import Path

import pytest

from voyage.trips.loading import load_trip

SAFARI = """
from typing import Annotated
from voyage import Leg, Trip

class Safari(Trip):
    jeep: Annotated[str, Leg()]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where somebody works; what is imported there is forgotten again."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    return tmp_path


def write(file: Path, text: str = SAFARI) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize("hiding", ["saga", "publisher", "consumer", "voyage", "trips", "typing"])
def test_a_module_beside_it_hides_nothing(folder: Path, hiding: str) -> None:
    write(folder / f"{hiding}.py", "raise RuntimeError")
    write(folder / "own_trips.py")
    assert list(load_trip("own_trips:Safari").declared_legs) == ["jeep"]


def test_a_trip_may_be_in_a_package_and_import_the_client(folder: Path) -> None:
    write(folder / "own_package" / "__init__.py", "")
    write(folder / "own_package" / "parts.py", "SEATS = 4")
    uses = "from publisher import Client\nfrom own_package import parts\nfrom .parts import SEATS\n"
    write(folder / "own_package" / "trips.py", uses + SAFARI)
    assert load_trip("own_package.trips:Safari").__name__ == "Safari"


def test_what_its_module_prints_is_no_output_of_a_command(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder / "own_trips.py", "print('hello')\n" + SAFARI)
    load_trip("own_trips:Safari")
    assert (capsys.readouterr().out, "hello") == ("", "hello")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "import nowhere",
            "can't load 'own_trips:Safari' (ModuleNotFoundError: No module named 'nowhere', in ",
        ),
        (
            "1 / 0",
            "can't load 'own_trips:Safari' (ZeroDivisionError: division by zero, in ",
        ),
        ("import sys; sys.exit(3)", "can't load 'own_trips:Safari' (SystemExit: 3, in "),
        (
            "Safari = (",
            "can't load 'own_trips:Safari' (SyntaxError: '(' was never closed, in own_trips.py, line 1). ",
        ),
        (
            "",
            "can't load 'own_trips:Safari' (AttributeError: module 'own_trips' has no attribute 'Safari', of",
        ),
        (
            SAFARI.replace("Leg()", "Leg(retries=3)", 1),
            "Safari.jeep: Leg has no 'retries', perhaps attempts is meant; it takes together, undo, ",
        ),
        ("Safari = 4", "'own_trips:Safari' is no trip: declare it as class Safari(Trip)."),
        ("from voyage import Trip as Safari", "'own_trips:Safari' has no leg; mark what is to be booked: "),
        (
            SAFARI + "    lodge: Annotated[set[str], Leg()]",
            "Safari.lodge: a set has no order, so that a repeat",
        ),
    ],
)
def test_what_is_wrong_with_a_module_is_told(folder: Path, text: str, told: str) -> None:
    write(folder / "own_trips.py", text)
    with pytest.raises(ValueError, match=r".") as mistake:
        load_trip("own_trips:Safari")
    assert str(mistake.value).startswith(told)


def test_a_module_that_is_called_like_one_of_ours_is_told_where_ours_is(folder: Path) -> None:
    write(folder / "saga.py")
    with pytest.raises(ValueError, match=r"no attribute 'Safari', of .*/saga/__init__.py"):
        load_trip("saga:Safari")


def test_the_working_directory_may_be_gone(folder: Path) -> None:
    folder.rmdir()
    assert load_trip("tests.trips.safari:Safari").__name__ == "Safari"
