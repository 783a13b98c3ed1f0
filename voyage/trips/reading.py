"""The values of a trip's fields, read back from the JSON in which a booking carries them."""

import logging
from typing import Annotated, Any, cast

from pydantic import TypeAdapter, ValidationError

from voyage.trips.trip import Trip

log = logging.getLogger(__name__)


class FieldReader:
    """Reads the fields of one trip, each by its own type."""

    def __init__(self, trip: type[Trip]) -> None:
        self._types: dict[str, TypeAdapter[Any]] = {
            name: TypeAdapter(cast("Any", Annotated[field.annotation, *field.metadata, "as JSON"]))
            for name, field in trip.model_fields.items()
        }
        self._said: set[str] = set()

    def read(self, name: str, as_json: Any) -> Any:
        """The value as it was validated when its booking began.

        A booking may have begun with an earlier declaration: what today's doesn't take is given as JSON.
        """
        known = self._types.get(name)
        if known is None:
            return as_json
        try:
            return known.validate_python(as_json)
        except ValidationError:
            if name not in self._said:
                self._said.add(name)
                log.warning("%s: bookings that began with another type of it give suppliers its JSON", name)
            return as_json
