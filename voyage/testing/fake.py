"""Voyage without servers, for unit tests: real clients over a broker in memory that does as it is told."""

from typing import cast

from publisher import BookingRequest, BookingResult, BrokerSettings, Client
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.message import new_message
from publisher.amqp.reconnecting import ReconnectingConnection
from publisher.amqp.topology import queues
from publisher.connecting import Connecting
from publisher.contract.identity import answer_id
from publisher.contract.result import RESULT_TYPE
from publisher.errors import BrokerUnreachableError
from voyage.testing import fake_outcomes as outcomes
from voyage.testing.errors import HarnessError
from voyage.testing.fake_services import FakeServices
from voyage.testing.memory.broker import MemoryBroker
from voyage.testing.memory.connection import MemoryConnection
from voyage.trips import Trip


class FakeVoyage:
    """Books everything at once, until the test says otherwise. Each test makes its own.

    `connect()` gives what `Client.connect()` gives, with the same ids, errors and times; so put the client
    where your application has its own. What is said last holds, for so many bookings (`times`) or for good.
    Methods may be called from any thread.
    """

    def __init__(self, trip: type[Trip] = BookingRequest, *, publish_timeout: float = 30.0) -> None:
        """For requests of this trip; `publish_timeout` is how many seconds a confirm is waited for."""
        self._names = BrokerSettings.model_construct(trip=trip, publish_timeout=publish_timeout)
        self._broker = MemoryBroker(queue.name for queue in queues(self._names))
        self._services = FakeServices(self._broker, self._names, self._decide)
        self._refusals = list[_Refusal]()
        self._is_slow = False

    @property
    def requests(self) -> list[Trip]:
        """What was sent to be booked, in order, each repeat too."""
        return list(self._services.requests)

    def connect(self) -> Connecting[Client]:
        """A client; `await` it, or `async with` it. Raises `BrokerUnreachableError` if it is away."""
        return Connecting(self._client)

    def refuses(self, leg: str, text: str = "Refused", *, times: int | None = None) -> None:
        """Let the supplier of this leg say no: the trip is cancelled."""
        if leg not in self._names.trip.declared_legs:
            raise HarnessError(
                f"The trip has no leg {leg!r}; it has {', '.join(self._names.trip.declared_legs)}."
            )
        self._refusals.append(_Refusal(leg, text, times))

    def is_slow(self) -> None:
        """Let no booking end before `goes_on`: their callers wait, and their status is `running`."""
        self._is_slow = True

    def goes_on(self) -> None:
        """End what waits, and from here on each booking at once."""
        self._is_slow = False
        self._services.go_on()

    def loses_rabbitmq(self) -> None:
        """Let RabbitMQ be away: nothing is sent (`Sent.NO`), and no result comes."""
        self._broker.go_away()

    def confirms_nothing(self) -> None:
        """Let RabbitMQ fall silent: what is sent may have been (`Sent.MAYBE`)."""
        self._broker.answering.shut()

    def rabbitmq_is_back(self) -> None:
        """Let RabbitMQ be there again; what was being sent arrives."""
        self._broker.come_back()

    def sends(self, result: BookingResult, *, queue: str | None = None) -> None:
        """Put a result into the results queue, for whoever subscribes; twice is a repeat of it."""
        message = new_message(result.to_body(), RESULT_TYPE, correlation_id=result.booking_id)
        message.message_id = answer_id(result.booking_id or "", result.revision)
        self._broker.route(message, queue or self._names.results_queue)

    async def _client(self) -> Client:
        if not self._broker.there.is_open:
            raise BrokerUnreachableError("RabbitMQ at memory: can't be used (the test lost it). Start it.")
        connection = cast("ReconnectingConnection", MemoryConnection(self._broker))
        publisher = await ConfirmedPublisher.open(connection, self._names.publish_timeout)
        return Client(publisher, self._names)

    def _decide(self, request: Trip, booking_id: str) -> BookingResult | None:
        if self._is_slow:
            return None
        for refusal in reversed(self._refusals):
            if refusal.takes(request):
                return outcomes.refused(request, booking_id, refusal.leg, refusal.text)
        return outcomes.booked(request, booking_id)


class _Refusal:
    def __init__(self, leg: str, text: str, times: int | None) -> None:
        self.leg, self.text, self._left = leg, text, times

    def takes(self, request: Trip) -> bool:
        """Whether it holds for this request, which has that leg."""
        if getattr(request, self.leg) is None or self._left == 0:
            return False
        if self._left is not None:
            self._left -= 1
        return True
