"""What docs/trips.md says of declarations is what they say themselves."""

import re
from typing import Any, cast

import pytest
import typer

from publisher.cli.terminal import valid
from publisher.cli.trip.options import TripOptions
from tests.documentation.pages import ROOT, block
from tests.unit.trips.test_declaration import MISTAKES
from voyage import Trip
from voyage.trips.leg import Leg

PAGE = (ROOT / "docs/trips.md").read_text()
ELSEWHERE = {
    "a secret is masked",
    "pydantic writes it",
    "changes each time",
    "its validator gives nothing",
    "is another each time",
    "its Decimal comes back",
    "name 'Jeep' is not defined",
}
"""How sentences begin that have tests of their own beside `MISTAKES`."""


def safari() -> type[Trip]:
    names: dict[str, Any] = {"__name__": ""}
    exec(block("docs/trips.md", "python"), names)  # noqa: S102 -- as a module is imported
    return cast("type[Trip]", names["Safari"])


def sentences() -> list[str]:
    """The second column of the last table."""
    rows = re.findall(
        r"^\| (?!what|---)(.+) \|$", PAGE.partition("## Mistakes in a declaration")[2], re.MULTILINE
    )
    return [re.split(r"(?<!\\) \| ", row)[1].replace("\\|", "|") for row in rows]


def test_the_table_of_mistakes_has_each_sentence() -> None:
    said = {told.partition(": ")[2] for told in MISTAKES.values()}
    listed = set(sentences())
    assert said - listed == set()
    assert {one for one in listed - said if not one.startswith(tuple(ELSEWHERE))} == set()


def test_the_declaration_is_one() -> None:
    assert list(safari().declared_legs) == ["jeep", "lodge", "guide", "permit", "voucher"]


def test_the_table_of_parameters_has_each() -> None:
    table = PAGE.partition("## Leg\n")[2].partition("\n## ")[0]
    named = {
        name
        for cell in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", cell)
    }
    assert named == set(Leg.__dataclass_fields__)


OTHERS = {"lodge": "l", "permit": "p", "voucher": "v"}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"jeep.seats": "4"},
        {"jeep.seats": "0", "jeep.start": "2030-01-31"},
        {"jeep": "4", "jeep.seats": "4"},
    ],
)
def test_the_page_shows_what_is_said_of_a_wrong_value(given: dict[str, str]) -> None:
    trip = safari()
    options = TripOptions(trip, ())
    keys = {part.place: key for key, part in options.keyed()}

    def book() -> None:
        body = options.body({keys[place]: typed for place, typed in {**OTHERS, **given}.items()})
        valid(trip, {"name": "Jane", **body}, options.complaint)

    with pytest.raises(typer.BadParameter) as mistake:
        book()
    assert f"voyage: {mistake.value.format_message().rstrip('.')}. See: voyage book --help\n" in PAGE
