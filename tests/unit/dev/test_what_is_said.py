"""What `voyage dev` says of a trip: the lines to copy, and what has changed."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel

from voyage import Leg, Trip
from voyage.dev.changes import difference
from voyage.dev.declared import declared_of
from voyage.dev.what_next import book_line, exports, to_try
from voyage.devstack import Servers

SERVERS = Servers("amqp://guest:guest@localhost:5672/", "localhost:7233")


class Jeep(BaseModel):
    seats: int
    drivers: list[str]


class Safari(Trip):
    guests: int
    night_drive: Annotated[str, Leg()]
    jeep: Annotated[Jeep, Leg()]
    kind: Annotated[Literal["tent", "lodge"], Leg()]


class Counted(Trip):
    seats: Annotated[int, Leg()]


def test_the_line_to_copy_has_texts_as_they_are_and_all_else_as_json() -> None:
    declared = declared_of(Safari)

    assert declared.example
    assert book_line(declared.example).partition("voyage book ")[2] == (
        "--guests 1 --night-drive my-night-drive "
        """--jeep '{"seats": 1, "drivers": ["my-drivers"]}' --kind tent"""
    )


def test_a_refusal_is_as_late_as_the_types_allow() -> None:
    declared = declared_of(Safari)

    assert declared.refusal
    assert declared.refusal["kind"] == "tent"
    assert declared.refusal["jeep"] == {"seats": 1, "drivers": ["invalid-drivers"]}


def test_a_trip_that_cannot_be_refused() -> None:
    *_, last = to_try(SERVERS, None, declared_of(Counted))
    assert last == "No item of this trip can contain `invalid`, for which simulated suppliers refuse one."


def test_what_another_terminal_has_to_set_holds_no_password_of_yours() -> None:
    yours = Servers("amqp://me:secret@rabbit/", "temporal:7233")
    assert exports(SERVERS, None) == f"export AMQP_URL={SERVERS.amqp_url} TEMPORAL_ADDRESS=localhost:7233"
    assert exports(yours, "my_trips:S") == "export TEMPORAL_ADDRESS=temporal:7233 VOYAGE_TRIP=my_trips:S"


TEXT = Annotated[str, Leg()]


def one(**legs: object) -> type[Trip]:
    fields = {"__annotations__": legs, "__module__": __name__}
    return type("Changing", (Trip,), fields)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ({"jeep": Annotated[str, Leg()], "lodge": Annotated[str, Leg()]}, "the legs are the same"),
        ({"jeep": Annotated[str, Leg()]}, "legs removed: lodge"),
        ({"lodge": Annotated[str, Leg()], "jeep": Annotated[str, Leg()]}, "legs booked in another order"),
        (
            {
                "jeep": Annotated[str, Leg(attempts=2)],
                "lodge": Annotated[int, Leg()],
                "a": Annotated[str, Leg()],
            },
            "legs added: a; changed: jeep, lodge",
        ),
    ],
)
def test_what_has_changed(now: dict[str, object], told: str) -> None:
    before = one(jeep=Annotated[str, Leg()], lodge=Annotated[str, Leg()])
    assert difference(declared_of(before), declared_of(one(**now))) == told
