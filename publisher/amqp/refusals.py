"""What RabbitMQ refuses for want of a right or a queue, as errors of ours that name it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from aio_pika.exceptions import ChannelNotFoundEntity
from aiormq.exceptions import ChannelAccessRefused

from publisher.errors import NotDeclaredError, NotPermittedError

_RIGHT = re.compile(r"(configure|write|read) access to")


@contextmanager
def told_by_name(right: str) -> Iterator[None]:
    """Raise `NotPermittedError` or `NotDeclaredError` for what aiormq tells of a missing right or queue.

    `right` is the one that the block needs: configure, write or read.
    """
    try:
        yield
    except ChannelAccessRefused as refused:
        raise not_permitted(refused, right) from None
    except ChannelNotFoundEntity as missing:
        raise NotDeclaredError(f"RabbitMQ: {missing.args[-1]}. Check the name, or declare it.") from None


def not_permitted(refused: BaseException, right: str) -> NotPermittedError:
    """The error for a right that our user lacks; newer versions of RabbitMQ name it themselves."""
    said = str(refused.args[-1])
    named = _RIGHT.search(said)
    needed = named[1] if named else right
    return NotPermittedError(f"RabbitMQ: {said}. {_to_do(said, needed)}")


def _to_do(said: str, right: str) -> str:
    give = f"ive the user in AMQP_URL the right to {right}: rabbitmqctl set_permissions."
    if "amq.default" in said:
        return f"Set VOYAGE_REQUEST_EXCHANGE (consumers: VOYAGE_REPLY_EXCHANGE) to one it may use; or g{give}"
    if right == "configure":
        return f"Set VOYAGE_OWNERS=true, if bookings have owners here; or g{give}"
    return f"G{give}"
