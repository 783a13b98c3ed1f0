"""Whose a booking is that a person has chosen, by its id as it is shown."""

from console.errors import ActionError
from publisher.settings import BrokerSettings
from voyage.trips import booking_ids


def whose(shown: str, settings: BrokerSettings) -> tuple[str | None, str]:
    """The user for whom the console acts, if it acts for one, and the booking id.

    Raises `ActionError` for an owner whose id doesn't tell the user.
    """
    if not settings.owners:
        return None, shown
    owner, booking = booking_ids.split(shown)
    user = booking_ids.user_of(owner) if owner else ""
    if user is None:
        raise ActionError("Its owner's name is too long to follow from the id: use voyage cancel --owner.")
    return user, booking
