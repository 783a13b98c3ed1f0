"""What Temporal's list of workflows tells of a booking, if its namespace has the search attributes."""

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from voyage import search_attributes

STATUS = SearchAttributeKey.for_keyword(search_attributes.STATUS)
"""A status of the wire contract: `running`, then how the booking ended."""
BOOKING_ID = SearchAttributeKey.for_keyword(search_attributes.BOOKING_ID)
OWNER = SearchAttributeKey.for_keyword(search_attributes.OWNER)
NONE = TypedSearchAttributes.empty
RUNNING = "running"


def search_attributes_of(
    booking_id: str, status: str = RUNNING, owner: str | None = None
) -> TypedSearchAttributes:
    """What a booking's workflow is started with."""
    whose = [SearchAttributePair(OWNER, owner)] if owner else []
    return TypedSearchAttributes(
        [SearchAttributePair(BOOKING_ID, booking_id), SearchAttributePair(STATUS, status), *whose]
    )
