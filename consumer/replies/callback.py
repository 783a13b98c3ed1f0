"""The reply callback: how the saga, which knows no broker, gets an answer published."""

from consumer.amqp.reply_address import ReplyAddress
from consumer.settings import ConsumerSettings
from saga.models import ReplyCallback

PUBLISH_RESULT = "publish_result"
"""The activity, served by the consumer on its own task queue."""


def reply_callback(address: ReplyAddress, settings: ConsumerSettings) -> ReplyCallback:
    """The activity that answers this address; the booking's own worker has it if that is in this process."""
    return ReplyCallback(
        activity=PUBLISH_RESULT,
        task_queue=settings.reply_task_queue,
        context=address.to_context(),
        local=settings.with_worker,
    )
