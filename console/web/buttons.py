"""Every action by its path, and what is asked before those that can't be undone."""

from collections.abc import Mapping

from console.web import actions
from console.web.action import Action

_ATTENTION = "/attention"

ACTIONS: Mapping[str, Action] = {
    "/attention/retry": Action("Retry the undo", _ATTENTION, actions.retry),
    "/attention/settle": Action(
        "Settle",
        _ATTENTION,
        actions.settle,
        "You say that all open legs have been undone by hand. The client is told `cancelled`, which can't be "
        "taken back; a leg that is still booked stays booked, and nobody will undo it.",
        "Settle it",
    ),
    "/attention/terminate": Action(
        "Terminate a stuck booking",
        _ATTENTION,
        actions.terminate,
        "Only if its worker can't be mended. The booking ends for good and undoes nothing: within a minute "
        "its callers are answered `failed`, and each leg that is or may be booked has to be undone by hand.",
        "Terminate it",
    ),
    "/dead/replay": Action("Replay a dead letter", _ATTENTION, actions.replay),
    "/dead/drop": Action(
        "Drop a dead letter",
        _ATTENTION,
        actions.drop_letter,
        "The message is removed for good. It can't be brought back, and is never booked.",
        "Drop it for good",
    ),
    "/parked/resend": Action("Send a parked result", _ATTENTION, actions.resend),
    "/parked/drop": Action(
        "Drop a parked result",
        _ATTENTION,
        actions.drop_parked,
        "The result is removed for good, and whoever waits for it never gets it. The booking itself stays.",
        "Drop it for good",
    ),
    "/cancel": Action(
        "Cancel a booking",
        "/bookings",
        actions.cancel,
        "The booking stops at its next safe point, and what it has booked is undone. A leg that was undone "
        "may not be had again.",
        "Cancel the booking",
    ),
}
