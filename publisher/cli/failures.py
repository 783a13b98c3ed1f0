"""What the errors of the AMQP libraries mean to whoever typed a command."""

from aio_pika.exceptions import AMQPError, ChannelInvalidStateError, ChannelNotFoundEntity
from aiormq.exceptions import ChannelAccessRefused


def explain(error: BaseException) -> str | None:
    """One sentence about an error of aio-pika, or None for another one."""
    said = error.args[-1] if error.args else type(error).__name__
    match error:
        case ChannelNotFoundEntity():
            return f"RabbitMQ: {said}. Check the name, or let voyage-consumer declare its queues first."
        case ChannelAccessRefused():
            return f"RabbitMQ: {said}. Use a user in AMQP_URL who may do that."
        case ChannelInvalidStateError() | AMQPError() | ConnectionAbortedError():
            return f"The connection to RabbitMQ was lost ({said}). Run the command again."
        case _:
            return None
