"""A trip as it was, and as it is declared now."""

from typing import Annotated

from voyage import Leg, Trip


class Before(Trip):
    """The trip as it was."""

    jeep: Annotated[str, Leg()]
    lodge: Annotated[str, Leg()]
    guide: Annotated[str, Leg()]
    permit: Annotated[str, Leg()]


class After(Trip):
    """The permit is gone, a balloon has come, lodge and jeep stand the other way round and go together."""

    guide: Annotated[str, Leg()]
    lodge: Annotated[str, Leg(together="there")]
    jeep: Annotated[str, Leg(together="there")]
    balloon: Annotated[str, Leg()]
