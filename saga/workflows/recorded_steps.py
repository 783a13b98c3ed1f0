"""The calls of a booking's legs, as its history tells of them."""

import json
from collections.abc import Sequence
from typing import Any

from temporalio.api.common.v1 import Payloads
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent, MarkerRecordedEventAttributes
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError, FailureError

from saga.activities.unfinished_calls import Unfinished
from saga.activities.unserved import is_unserved, tries_before
from saga.errors import REFUSED
from saga.legs import Leg
from saga.models import Booked
from saga.workflows.ledger import Ledger

LOCAL_ACTIVITY = "core_local_activity"
"""The SDK's marker of a local activity that has ended; its `data` is the SDK's own, in JSON."""


class RecordedSteps:
    """Puts them into a ledger, event after event."""

    def __init__(self, ledger: Ledger, legs: Sequence[Leg], converter: DataConverter) -> None:
        self._ledger = ledger
        self._books = {leg.book: leg for leg in legs}
        self._undos = {leg.undo: leg for leg in legs}
        self._converter = converter
        self._names: dict[int, str] = {}

    async def note(self, event: HistoryEvent) -> bool:
        """Take the next event; whether it is one of a leg."""
        name = ""
        if event.HasField("activity_task_scheduled_event_attributes"):
            name = event.activity_task_scheduled_event_attributes.activity_type.name
            self._names[event.event_id] = name
            if leg := self._books.get(name):
                self._ledger.trying(leg)
        elif event.HasField("activity_task_started_event_attributes"):
            started = event.activity_task_started_event_attributes
            name = self._names[started.scheduled_event_id]
            if leg := self._books.get(name):
                self._ledger.tried(leg, started.attempt)
        elif event.HasField("activity_task_completed_event_attributes"):
            completed = event.activity_task_completed_event_attributes
            name = self._names[completed.scheduled_event_id]
            await self._completed(name, completed.result)
        elif event.HasField("activity_task_failed_event_attributes"):
            failed = event.activity_task_failed_event_attributes
            name = self._names[failed.scheduled_event_id]
            self._failed(name, await self._error(failed.failure))
        elif event.marker_recorded_event_attributes.marker_name == LOCAL_ACTIVITY:
            name = await self._first_try(event.marker_recorded_event_attributes)
        return name in self._books or name in self._undos

    async def _first_try(self, marker: MarkerRecordedEventAttributes) -> str:
        name: str = json.loads(marker.details["data"].payloads[0].data)["activity_type"]
        if marker.HasField("failure"):
            self._first_failed(name, await self._error(marker.failure))
        else:
            await self._completed(name, marker.details["result"])
        return name

    async def _completed(self, name: str, result: Payloads) -> None:
        if name not in self._books and name not in self._undos:
            return
        [answer] = await self._converter.decode(result.payloads) if result.payloads else [None]
        leg = self._books.get(name)
        if leg and answer == Unfinished.GOES_ON:
            self._ledger.asked(leg)
        elif isinstance(answer, str) and answer in {*Unfinished}:
            return
        elif leg:
            self._ledger.booked(leg, Booked.read(answer))
        else:
            self._ledger.undone(self._undos[name])

    def _first_failed(self, name: str, error: BaseException) -> None:
        if is_unserved(error):
            return
        if leg := self._books.get(name):
            self._ledger.asked(leg)
            if not _is_final(error):
                self._ledger.failed_once(leg)
        if _is_final(error):
            self._failed(name, error)

    def _failed(self, name: str, error: BaseException) -> None:
        if leg := self._undos.get(name):
            self._ledger.undo_failed(leg, _message(error))
        elif (leg := self._books.get(name)) and is_unserved(error):
            self._ledger.unserved(leg, tries_before(error))
        elif leg and isinstance(error, ApplicationError) and error.type == REFUSED:
            self._ledger.refused(leg, _message(error))

    async def _error(self, failure: Failure) -> Any:
        return await self._converter.decode_failure(failure)


def _is_final(error: BaseException) -> bool:
    return isinstance(error, ApplicationError) and error.non_retryable


def _message(error: BaseException) -> str:
    return error.message if isinstance(error, FailureError) else str(error)
