"""The messages of the AsyncAPI document: properties, headers, payload, examples."""

from publisher.amqp.parked_result import HANDLER_FAILED, REPLY_TO_GONE
from publisher.asyncapi.examples import answers_as, sent_as
from publisher.asyncapi.references import BINDING_VERSION, Json, ref
from publisher.contract.control import CANCEL_TYPE, STATUS_TYPE
from publisher.contract.request import REQUEST_TYPE
from publisher.contract.result import REASONS, RESULT_TYPE, one_of
from voyage.trips import Trip

TEXT: Json = {"type": "string"}
TRACE: Json = {"traceparent": TEXT, "tracestate": TEXT}
REPLY_TO = {**TEXT, "description": "Where the answer goes; absent: to the results queue."}
ECHOED = {**TEXT, "description": "Comes back with the answer."}
USER = {
    **TEXT,
    "description": "The user of the connection, which RabbitMQ checks; needed where bookings have owners.",
}
UNIQUE = {**TEXT, "description": "Should be set, and the same when the message is sent again."}
SAME = {**TEXT, "description": "The same for every re-send of the same answer: drop repeats by it."}


PARKED: Json = {
    "x-reply-to": {**TEXT, "description": "Where it should have gone, or where it was."},
    "x-reason": {
        **TEXT,
        "description": f"`{REPLY_TO_GONE}`; `{HANDLER_FAILED}`: its reader tried it in vain.",
    },
    "x-error": {**TEXT, "description": "The error of the last try, and the number of tries."},
    "x-parked-at": {**TEXT, "format": "date-time"},
}


def messages(trip: type[Trip]) -> dict[str, Json]:
    """Every message by its name in the document."""
    asked = {"message_id": UNIQUE, "correlation_id": ECHOED, "reply_to": REPLY_TO, "user_id": USER}
    answered = {
        "message_id": SAME,
        "correlation_id": {**TEXT, "description": "The request's, else its message_id."},
    }
    dead: Json = {
        "x-reason": one_of(REASONS),
        "x-error": {**TEXT, "description": "What is wrong, for people."},
        "x-dead-lettered-at": {**TEXT, "format": "date-time"},
    }
    return {
        "bookingRequest": {
            **_message("A trip to book", "BookingRequest", REQUEST_TYPE, asked, TRACE),
            "examples": sent_as("request", trip),
        },
        "cancelRequest": {
            **_message("Cancel a booking", "CancelRequest", CANCEL_TYPE, asked, TRACE),
            "examples": sent_as("cancel", trip),
        },
        "statusRequest": {
            **_message("Ask how a booking stands", "StatusRequest", STATUS_TYPE, asked, TRACE, ["reply_to"]),
            "examples": sent_as("status", trip),
        },
        "bookingResult": {
            **_message("How a booking ended", "BookingResult", RESULT_TYPE, answered, TRACE),
            "examples": answers_as("result", trip),
        },
        "statusAnswer": {
            **_message("How a booking stands", "StatusAnswer", STATUS_TYPE, answered, TRACE),
            "examples": answers_as("status-answer", trip),
        },
        "deadLetter": {
            "name": "deadLetter",
            "title": "A message that can never become a booking",
            "description": "The message itself, properties and headers kept, and the reason beside it.",
            "headers": {"type": "object", "properties": dead},
            "payload": {"description": "Whatever was sent; not always JSON."},
            "examples": sent_as("dead-letter", trip),
        },
        "parkedResult": {
            **_message(
                "A result whose reply queue is gone, or that its reader can't deal with",
                "BookingResult",
                RESULT_TYPE,
                answered,
                {**TRACE, **PARKED},
            ),
        },
    }


def _message(
    title: str, schema: str, kind: str, properties: Json, headers: Json, required: list[str] | None = None
) -> Json:
    """AMQP's properties have no place of their own in AsyncAPI 3.0: they are in `x-amqp-properties`."""
    kinds = {"type": {"const": kind}, "content_type": {"const": "application/json"}}
    return {
        "name": kind,
        "title": title,
        "contentType": "application/json",
        "headers": {"type": "object", "properties": headers},
        "payload": ref(f"components/schemas/{schema}"),
        "correlationId": ref("components/correlationIds/echoed"),
        "x-amqp-properties": {
            "type": "object",
            "properties": {**kinds, **properties},
            "required": required or [],
        },
        "bindings": {"amqp": {"messageType": kind, "bindingVersion": BINDING_VERSION}},
    }
