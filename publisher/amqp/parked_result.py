"""Headers of a parked result: why it was set aside, and where it should have gone."""

REASON, ERROR, REPLY_TO, TIME = "x-reason", "x-error", "x-reply-to", "x-parked-at"
HANDLER_FAILED = "handler_failed"
"""Its reader could not deal with it, however often it was tried."""
REPLY_TO_GONE = "reply_to_gone"
"""The queue at its address is not there."""
