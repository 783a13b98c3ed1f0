"""The contract's closed lists of words, each with what it means."""

STATUSES = {
    "booked": "every leg is booked",
    "cancelled": "every leg is undone or was never taken",
    "failed": "some leg could not be undone, or the booking was stopped from outside: a person must look",
    "rejected": "never started: the request can't become a booking",
    "running": "it hasn't ended",
    "unknown_booking": "nobody knows this id",
}

LEG_STATUSES = {
    "booked": "booked",
    "undone": "booked or perhaps booked, and its undo went through; so also a leg whose tries were used up",
    "refused": "the supplier said no; its undo ran all the same",
    "not_tried": "never asked for",
    "unknown": "it may or may not be booked",
    "undo_failed": "booked or perhaps booked, and its undo did not go through: a person must look",
}

REASONS = {
    "refused": "a supplier said no",
    "unavailable": "the tries of a leg were used up",
    "deadline": "the deadline was near or past",
    "cancelled_by_request": "a cancel message, or a cancel in Temporal",
    "stopped": "terminated, timed out or failed from outside: a person must look",
    "invalid": "the request is not valid; the message names the field",
    "conflict": "the booking id belongs to a booking with other fields, which stays as it is",
    "too_large": "the body is larger than 64 KiB",
    "reply_to_not_allowed": "results may not be sent to this reply_to; only the dead letter says so",
}


def one_of(words: dict[str, str]) -> dict[str, object]:
    """The JSON schema of a word of a list, its meanings in the description."""
    return {
        "type": "string",
        "enum": list(words),
        "description": "; ".join(f"`{word}`: {meaning}" for word, meaning in words.items()),
    }
