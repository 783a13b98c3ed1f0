"""The channels of the AsyncAPI document: the contract's queues, and replies to where a client says."""

from publisher.amqp import topology
from publisher.asyncapi.references import BINDING_VERSION, Json, ref
from publisher.settings import BrokerSettings


def channels(names: BrokerSettings) -> dict[str, Json]:
    """Every channel by its name in the document; its queue is called as the settings say."""
    arguments = {queue.name: queue.arguments for queue in topology.queues(names)}

    def queue(name: str, description: str, *carried: str) -> Json:
        binding = {
            "is": "queue",
            "queue": {"name": name, "durable": True, "exclusive": False, "autoDelete": False},
            "x-arguments": {"x-queue-type": "quorum", **arguments[name]},
            "bindingVersion": BINDING_VERSION,
        }
        return {**_channel(name, description, *carried), "bindings": {"amqp": binding}}

    return {
        "requests": queue(names.requests_queue, "Trips to book.", "bookingRequest"),
        "control": queue(
            names.control_queue,
            "Cancel and status messages; they never wait behind a backlog.",
            "cancelRequest",
            "statusRequest",
        ),
        "replies": _replies(names),
        "results": queue(names.results_queue, "Results of requests without a `reply_to`.", "bookingResult"),
        "dead": queue(names.dead_queue, "Messages that can never become a booking.", "deadLetter"),
        "parked": queue(
            names.parked_queue,
            "Results whose `reply_to` no longer exists, or that no reader can deal with.",
            "parkedResult",
        ),
    }


def _replies(names: BrokerSettings) -> Json:
    allowed = (names.results_queue, f"{names.results_queue}.*", "amq.gen-*", "amq.rabbitmq.reply-to.*")
    return {
        **_channel(
            None,
            "The queue that a message names in `reply_to`. Others than the allowed ones get no answer, "
            f"nor does `{names.parked_queue}`.",
            "bookingResult",
            "statusAnswer",
        ),
        "x-allowed-addresses": list(allowed),
    }


def _channel(address: str | None, description: str, *carried: str) -> Json:
    return {
        "address": address,
        "description": description,
        "servers": [ref("servers/rabbitmq")],
        "messages": {name: ref(f"components/messages/{name}") for name in carried},
    }
