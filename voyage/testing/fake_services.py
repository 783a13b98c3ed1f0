"""What consumer and worker do with a client's messages, in memory and at once, as far as a client sees it."""

from collections.abc import Callable
from dataclasses import dataclass

from aio_pika import Message
from pydantic import ValidationError

from publisher.amqp.message import new_message
from publisher.contract import answers
from publisher.contract.control import CANCEL_TYPE, STATUS_TYPE, CancelRequest, StatusRequest
from publisher.contract.identity import answer_id, fingerprint
from publisher.contract.identity import booking_id as id_of
from publisher.contract.places import problems
from publisher.contract.request import MAX_BODY_BYTES
from publisher.contract.result import RESULT_TYPE, BookingResult
from publisher.settings import BrokerSettings
from publisher.trace_context import trace_in
from voyage.testing import fake_outcomes as outcomes
from voyage.testing.memory.broker import MemoryBroker
from voyage.trips import Trip

Decide = Callable[[Trip, str], BookingResult | None]
"""How a booking ends; None: it goes on."""


@dataclass
class _Booking:
    request: Trip
    asked: list[Message]
    result: BookingResult | None = None


class FakeServices:
    """Bookings by their ids; `decide` says how each ends."""

    def __init__(self, broker: MemoryBroker, names: BrokerSettings, decide: Decide) -> None:
        self.requests = list[Trip]()
        """Each request that came, repeats included."""
        self._broker, self._names, self._decide = broker, names, decide
        self._bookings = dict[str, _Booking]()
        self._cancelled = dict[str, str]()
        broker.taps[names.requests_queue] = self._take_request
        broker.taps[names.control_queue] = self._take_control

    def go_on(self) -> None:
        """Decide anew what has not ended."""
        for booking_id, booking in self._bookings.items():
            if booking.result is None:
                self._end(booking, self._decide(booking.request, booking_id))

    def _take_request(self, message: Message) -> None:
        if len(message.body) > MAX_BODY_BYTES:
            text = f"The body has {len(message.body)} bytes; {MAX_BODY_BYTES} are allowed"
            self._answer(message, answers.rejection("too_large", text, None))
            return
        try:
            request = self._names.trip.model_validate_json(message.body)
        except ValidationError as invalid:
            text = "; ".join(problems(invalid, {}))
            self._answer(message, answers.rejection("invalid", text, None))
            return
        self.requests.append(request)
        booking_id = id_of(request, message.message_id, message.correlation_id, message.body)
        known = self._bookings.get(booking_id)
        if known is None:
            self._begin(booking_id, request, message)
        elif fingerprint(known.request) != fingerprint(request):
            text = f"The booking id {booking_id!r} belongs to a booking with other fields"
            self._answer(message, answers.rejection("conflict", text, booking_id))
        elif known.result:
            self._answer(message, known.result.model_copy(update={"duplicate": True}))
        else:
            known.asked.append(message)

    def _begin(self, booking_id: str, request: Trip, message: Message) -> None:
        booking = self._bookings[booking_id] = _Booking(request, [message])
        if booking_id in self._cancelled:
            self._end(booking, self._by_request(booking_id, request))
        elif outcomes.is_late(request):
            late = outcomes.never_begun(request, booking_id, "deadline", "The deadline is past")
            self._end(booking, late)
        else:
            self._end(booking, self._decide(request, booking_id))

    def _end(self, booking: _Booking, result: BookingResult | None) -> None:
        if result is None:
            return
        booking.result = result
        for message in booking.asked:
            self._answer(message, result)
        booking.asked.clear()

    def _take_control(self, message: Message) -> None:
        if message.type == STATUS_TYPE:
            booking_id = StatusRequest.model_validate_json(message.body).booking_id
            self._answer(message, self._status(booking_id), STATUS_TYPE)
        elif message.type == CANCEL_TYPE:
            self._cancel(CancelRequest.model_validate_json(message.body))

    def _cancel(self, cancel: CancelRequest) -> None:
        self._cancelled[cancel.booking_id] = cancel.reason
        booking = self._bookings.get(cancel.booking_id)
        if booking and booking.result is None:
            self._end(booking, self._by_request(cancel.booking_id, booking.request))

    def _by_request(self, booking_id: str, request: Trip) -> BookingResult:
        reason = self._cancelled[booking_id]
        return outcomes.never_begun(request, booking_id, "cancelled_by_request", reason)

    def _status(self, booking_id: str) -> BookingResult:
        booking = self._bookings.get(booking_id)
        if booking is None and booking_id in self._cancelled:
            return answers.cancelled_before_request(booking_id)
        if booking is None:
            return answers.unknown_booking(booking_id)
        return booking.result or outcomes.going_on(booking.request, booking_id)

    def _answer(self, asked: Message, result: BookingResult, kind: str = RESULT_TYPE) -> None:
        answer = new_message(
            result.to_body(),
            kind,
            correlation_id=asked.correlation_id or asked.message_id,
            headers=trace_in(asked.headers),
        )
        if result.booking_id and kind == RESULT_TYPE:
            answer.message_id = answer_id(result.booking_id, result.revision)
        target = asked.reply_to or self._names.results_queue
        if target not in self._broker.queues:
            if kind == STATUS_TYPE:
                return
            answer.headers["x-reply-to"] = target
            target = self._names.parked_queue
        self._broker.route(answer, target)
