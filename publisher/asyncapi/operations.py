"""The operations of the AsyncAPI document, from the service's side: what it receives, and what it sends."""

from typing import Literal

from publisher.asyncapi.references import BINDING_VERSION, Json, ref


def operations() -> dict[str, Json]:
    """Every operation by its name in the document."""
    return {
        "book": {
            **_operation("receive", "requests", "bookingRequest", "Book a trip, once per booking id."),
            "reply": _reply("bookingResult"),
        },
        "cancel": {
            **_operation("receive", "control", "cancelRequest", "Stop a booking and undo what it took."),
            "reply": _reply("bookingResult"),
        },
        "status": {
            **_operation("receive", "control", "statusRequest", "Tell how a booking stands."),
            "reply": _reply("statusAnswer"),
        },
        "publishResult": _operation(
            "send", "results", "bookingResult", "The result of a request that names no reply_to."
        ),
        "keepDeadLetter": _operation("send", "dead", "deadLetter", "Keep what can't become a booking."),
        "parkResult": _operation("send", "parked", "parkedResult", "Keep a result that nobody can take."),
    }


def _operation(action: Literal["send", "receive"], channel: str, message: str, summary: str) -> Json:
    """Every message is persistent; whoever publishes does it `mandatory`, so that a wrong name is noticed."""
    return {
        "action": action,
        "channel": ref(f"channels/{channel}"),
        "summary": summary,
        "messages": [ref(f"channels/{channel}/messages/{message}")],
        "bindings": {
            "amqp": {"deliveryMode": 2, "mandatory": True, "ack": True, "bindingVersion": BINDING_VERSION}
        },
    }


def _reply(message: str) -> Json:
    return {
        "address": ref("components/replyAddresses/replyTo"),
        "channel": ref("channels/replies"),
        "messages": [ref(f"channels/replies/messages/{message}")],
    }
