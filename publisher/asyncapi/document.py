"""The wire contract as an AsyncAPI 3.0 document, from the service's side."""

from yarl import URL

from publisher.asyncapi import schemas
from publisher.asyncapi.channels import channels
from publisher.asyncapi.messages import messages
from publisher.asyncapi.operations import operations
from publisher.asyncapi.references import Json, ref
from publisher.settings import BrokerSettings

CONTRACT_VERSION = "1.0.0"


def document(names: BrokerSettings) -> Json:
    """The whole document. Queues and broker are named as in the settings, user and password are not."""
    return {
        "asyncapi": "3.0.0",
        "id": "urn:voyage:asyncapi:v1",
        "info": {
            "title": "Voyage",
            "version": CONTRACT_VERSION,
            "description": "Books trips: one message in, one durable booking, one honest answer out.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {"rabbitmq": _server(names)},
        "channels": channels(names),
        "operations": operations(),
        "components": {
            "messages": messages(names.trip),
            "schemas": schemas.components(names.trip),
            "correlationIds": {"echoed": _property("correlation_id", "Comes back with the answer.")},
            "replyAddresses": {"replyTo": _property("reply_to", "Absent: the results queue.")},
            "securitySchemes": {
                "login": {"type": "userPassword", "description": "A user of RabbitMQ and its password."}
            },
        },
    }


def _server(names: BrokerSettings) -> Json:
    url = URL(names.amqp_url.get_secret_value())
    return {
        "host": f"{url.host}:{url.port or 5672}",
        "protocol": url.scheme,
        "protocolVersion": "0.9.1",
        "description": "RabbitMQ 3.10 or newer. Publish to the default exchange; the routing key is the "
        "queue's name.",
        "security": [ref("components/securitySchemes/login")],
    }


def _property(name: str, description: str) -> Json:
    return {"location": f"$message.header#/{name}", "description": f"The AMQP property {name}. {description}"}
