"""Results and legs in a terminal: whole words at every width, with something wrong in them."""

from io import StringIO

import pytest
from rich.console import Console, RenderableType

from publisher.cli import rendering
from publisher.contract.result import BookingResult, LegResult, Reason, Status
from voyage.trips.tutorial import BookingRequest

OWN, USER = "0123456789abcdef" * 2, "jane-maria-van-der-meer-609592"
ERROR = "Invalid hotel booking, rolling back everything that was booked before it!"
REQUEST = BookingRequest(name="J", car="a-small-car-with-four-seats", hotel="grand-hotel", flight="f")
RESULT = BookingResult(
    cancelled=True,
    result="Voyage cancelled",
    user_id=USER,
    booking_id=OWN,
    status=Status.CANCELLED,
    legs=[
        LegResult(leg="car", status="undone", reference="car-0f3a"),
        LegResult(leg="hotel", status="refused", error=ERROR),
        LegResult(leg="flight", status="not_tried"),
    ],
    reason=Reason(code="refused", leg="hotel", message=ERROR),
)


def printed(drawn: RenderableType, width: int) -> list[str]:
    screen = StringIO()
    Console(file=screen, width=width, soft_wrap=True).print(drawn)
    lines = screen.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    return lines


@pytest.mark.parametrize("width", [160, 120, 80, 60])
def test_a_result_breaks_no_word(width: int) -> None:
    printed(rendering.results_header(width), width)
    lines = printed(rendering.result_row(RESULT, width), width)
    assert {OWN, USER, "hotel:", *ERROR.split(), "(refused)"} <= set(" ".join(lines).split())
    assert lines[0].split()[:2] == ["cancelled", OWN]


@pytest.mark.parametrize("width", [160, 80, 60])
def test_legs_break_no_word(width: int) -> None:
    lines = printed(rendering.legs_table(REQUEST, RESULT, width), width)
    assert {"a-small-car-with-four-seats", "car-0f3a", *ERROR.split()} <= set(" ".join(lines).split())
    assert [line.split()[0] for line in lines if line[:1] != " "] == ["car", "hotel", "flight"]
