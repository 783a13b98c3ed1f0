"""Every mistake in a declaration gets one sentence, when its module is imported."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, ClassVar, Optional, TypeVar

import pytest
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypeAliasType

from publisher.contract.request import REQUEST_TYPE
from voyage import Leg, Trip
from voyage.trips.errors import DeclarationError
from voyage.trips.tutorial import BookingRequest


class Marked(BaseModel):
    x: Annotated[str, Leg()]


Sku = TypeAliasType("Sku", Annotated[str, Leg()])
NAMES = {
    "Sku": Sku,
    "Marked": Marked,
    "Annotated": Annotated,
    "Any": Any,
    "BaseModel": BaseModel,
    "Callable": Callable,
    "ClassVar": ClassVar,
    "ConfigDict": ConfigDict,
    "Field": Field,
    "Leg": Leg,
    "Optional": Optional,
    "Trip": Trip,
    "date": date,
}
LEG = "Annotated[str, Leg()]"
MISTAKES = {
    f"a: {LEG}\n    a: {LEG}": "T.a: is declared twice; give one of them another name.",
    f"a: {LEG} = 'x'": "T.a: a leg has no default: it is required, or optional with | None and = None.",
    f"a: {LEG} = Field(default_factory=str)": "T.a: a leg has no default: it is required, or optional with | None"
    " and = None.",
    "a: Annotated[str | None, Leg()]": "T.a: may be None, so say that it is optional: = None.",
    f"a: {LEG} = None": "T.a: is optional (= None), so its type must say so: | None.",
    f"name: {LEG}": "T.name: the contract has this name; choose another.",
    f"status: {LEG}": "T.status: the contract has this name; choose another.",
    f"deadline: str\n    a: {LEG}": "T.deadline: the contract has this name; choose another.",
    "a: Annotated[Callable, Leg()]": "T.a: its type Callable has no JSON; use one that pydantic can write as JSON.",
    "class X: pass\n    a: Annotated[X, Leg()]": "T: Unable to generate pydantic-core schema for <class 'T.X'>; use types"
    " that pydantic can write as JSON.",
    "a: Annotated[set[str], Leg()]": "T.a: a set has no order, so that a repeat of the request could not be"
    " recognised; use a list.",
    "a: Annotated[str, Leg]": "T.a: Leg needs its parentheses: Annotated[…, Leg()].",
    "a: str = Leg()": "T.a: Leg() belongs into the annotation: a: Annotated[…, Leg()].",
    f"a: {LEG} | None = None": "T.a: Leg() must stand outside: Annotated[… | None, Leg()], not"
    " Annotated[…, Leg()] | None.",
    "a: Sku": "T.a: Leg() must stand outside of the type Sku: Annotated[Sku, Leg()].",
    f"_a: {LEG}": "T._a: is no field of the model, so it can't be a leg; its name must not begin with _.",
    f"a: ClassVar[{LEG}] = 'x'": "T.a: is no field of the model, so it can't be a leg; its name must not begin with _.",
    f"A: {LEG}": "T.A: takes a name of lower-case letters, digits and _, at most 50, that begins with a letter.",
    f"a: Annotated[str, Leg(undo=False)]\n    b: {LEG}": "T.a: can't be undone, so nothing that may fail can come"
    " after it; put it behind b.",
    "a: Annotated[str, Leg(together='x')]\n    b: Annotated[str, Leg(together='x', undo=False)]": "T.b: can't be"
    " undone, so nothing may fail beside it; let it stand alone, without together.",
    f"a: Annotated[str, Leg(together='x')]\n    b: {LEG}\n    c: Annotated[str, Leg(together='x')]": "T.c: its group"
    " 'x' must stand side by side with a, without a leg in between.",
    "a: Annotated[str, Leg(together=' ')]": "T.a: together takes a word, not ' '.",
    "a: Annotated[str, Leg(attempts=0)]": "T.a: attempts takes a whole number from 1 to 1,000, not 0.",
    "a: Annotated[str, Leg(undo_attempts=True)]": "T.a: undo_attempts takes a whole number from 1 to 1,000,000, not"
    " True.",
    "a: Annotated[str, Leg(try_timeout=-1)]": "T.a: try_timeout takes seconds from 0.001 to 2592000, not -1.",
    "a: Annotated[str, Leg('x')]": "T.a: Leg takes values by their names, and 'x' has none; it takes together, undo,"
    " attempts, try_timeout, retry_interval, undo_attempts, fast, help.",
    "a: Annotated[str, Leg(atempts=3)]": "T.a: Leg has no 'atempts', perhaps attempts is meant; it takes together,"
    " undo, attempts, try_timeout, retry_interval, undo_attempts, fast, help.",
    "a: Annotated[str, Leg(undo='no')]": "T.a: undo takes True or False, not 'no'.",
    "a: Annotated[str, Leg(fast=6)]": "T.a: fast takes True, False or seconds from 0.001 to 5, not 6.",
    "a: Annotated[str, Leg(fast=True, undo=False)]": "T.a: can't be undone, so no try of it may be lost; leave fast"
    " away.",
    "a: Annotated[str, Leg(help=3)]": "T.a: help takes a text, not 3.",
    "a: Annotated[Marked, Leg()]": "T.a: Marked.x is marked as a leg, which only fields of the trip itself can be; take Leg() away.",
    "a: Annotated[list[Marked] | None, Leg()] = None": "T.a: Marked.x is marked as a leg, which only fields of the trip itself can be; take Leg() away.",
    "a: Annotated[str, Leg(), Leg()]": "T.a: is marked as a leg twice; one Leg() is enough.",
    "a: Annotated[str, Leg(), Field(alias='b')]": "T.a: has an alias; a message has the field's own name, so give"
    " the field that name.",
    "a: Annotated[str, Leg(), Field(exclude=True)]": "T.a: is left out of messages (exclude=True), so no supplier"
    " would see it; let it in, or take it out.",
    f"a: {LEG}\n    b: Any = object()": "T.b: can't be written as JSON (Unable to serialize unknown type: <class 'object'>);"
    " use a type and a default that can.",
    f"json: {LEG}": "T.json: the name is taken; choose another.",
    f"watch: {LEG}": "T.watch: the name is taken; choose another.",
    f"to_body: {LEG}": "T.to_body: the name is taken; choose another.",
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("body", "told"), MISTAKES.items(), ids=range(len(MISTAKES)))
def test_each_mistake_gets_one_sentence(body: str, told: str) -> None:
    with pytest.raises(DeclarationError) as mistake:
        exec(f"class T(Trip):\n    {body}\n", {**NAMES, "__name__": ""})  # noqa: S102 -- as a module is imported
    assert str(mistake.value).replace("<class '.T.X'>", "<class 'T.X'>") == told


def test_a_name_that_isnt_there_is_named() -> None:
    with pytest.raises(
        DeclarationError, match=r"^T: name 'Nope' is not defined; import it, or define it above\.$"
    ):

        class T(Trip):
            a: "Annotated[Nope, Leg()]"  # type: ignore[name-defined]  # noqa: F821 -- that is the mistake


T = TypeVar("T")
Nested = TypeAliasType("Nested", "list[Nested[T]] | T", type_params=(T,))
Name = TypeAliasType("Name", Annotated[str, Field(min_length=2)])


class Named(BaseModel):
    sku: Sku


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (Sku | None, "T.a: Leg() must stand outside of the type Sku: Annotated[Sku, Leg()]."),
        (TypeAliasType("Other", list[Sku]), "T.a: Leg() must stand outside of the type Other: Ann"),
        (Annotated[Named, Leg()], "T.a: Named.sku is marked as a leg, which only fields of the trip itself"),
    ],
)
def test_a_mark_inside_of_a_named_type_is_told(kind: Any, told: str) -> None:
    with pytest.raises(DeclarationError) as mistake:
        exec("class T(Trip):\n    a: kind\n", {"Trip": Trip, "kind": kind})  # noqa: S102 -- as a module is
    assert str(mistake.value).startswith(told)


def test_a_named_type_may_be_a_leg() -> None:
    class Ordered(Trip):
        sku: Annotated[Name, Leg()]
        other: Annotated[Name | None, Leg()] = None
        notes: Nested[int] | None = None

    assert list(Ordered.declared_legs) == ["sku", "other"]


class Jeep(BaseModel):
    seats: int = 4
    start: date


class Base(Trip):
    loyalty_number: str | None = None


class Safari(Base):
    jeep: Annotated[Jeep, Leg()]
    lodge: Annotated[str, Leg(together="stay")]
    guide: Annotated[Optional[str], Leg(together="stay")] = None  # noqa: UP045 -- both ways are written


def test_the_legs_are_the_marked_fields_in_the_order_of_their_declaration() -> None:
    assert list(Safari.declared_legs) == ["jeep", "lodge", "guide"]
    assert list(Safari.model_fields) == [
        "name",
        "attempts",
        "loyalty_number",
        "jeep",
        "lodge",
        "guide",
        "booking_id",
        "deadline",
    ]


def test_a_trip_may_be_declared_on_top_of_the_tutorials() -> None:
    class Insured(BookingRequest):
        insurance: Annotated[str | None, Leg()] = None

    assert list(Insured.declared_legs) == ["car", "hotel", "flight", "insurance"]
    assert list(BookingRequest.declared_legs) == ["car", "hotel", "flight"], REQUEST_TYPE
