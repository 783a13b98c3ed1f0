"""What Temporal's list of workflows tells of a booking, if its namespace has the search attributes."""

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from voyage import search_attributes

STATUS = SearchAttributeKey.for_keyword(search_attributes.STATUS)
"""A status of the wire contract: `running`, then how the booking ended."""
BOOKING_ID = SearchAttributeKey.for_keyword(search_attributes.BOOKING_ID)
NONE = TypedSearchAttributes.empty
RUNNING = "running"


def search_attributes_of(booking_id: str, status: str = RUNNING) -> TypedSearchAttributes:
    """What a booking's workflow is started with."""
    return TypedSearchAttributes(
        [SearchAttributePair(BOOKING_ID, booking_id), SearchAttributePair(STATUS, status)]
    )
