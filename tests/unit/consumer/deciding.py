"""Request messages as values, and which of the two decisions was made on one."""

import json
from typing import Any

from consumer.requests.decision import Decision, Reject, Start
from consumer.settings import ConsumerSettings
from publisher.amqp.message import Delivery

SETTINGS = ConsumerSettings()
VALID: dict[str, Any] = {"name": "John Doe", "car": "c", "hotel": "h", "flight": "f"}


def request(**changes: Any) -> Delivery:
    return Delivery(body=json.dumps({**VALID, **changes}).encode(), message_id="m-1", correlation_id="corr")


def started(decision: Decision) -> Start:
    assert isinstance(decision, Start), decision
    return decision


def rejected(decision: Decision) -> Reject:
    assert isinstance(decision, Reject), decision
    return decision
