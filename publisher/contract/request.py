"""A booking request, by the wire contract's section "Request": a trip, as a message."""

from pydantic import BaseModel, ConfigDict

REQUEST_TYPE = "booking.request"
MAX_BODY_BYTES = 64 * 1024


class Message(BaseModel):
    """A message of the contract; unknown fields are ignored, as a newer side may talk to an older one."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        json_schema_serialization_defaults_required=True,
        use_attribute_docstrings=True,
    )
