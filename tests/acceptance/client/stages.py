"""Where one test plays twice: on the real thing, and on the fake that other people's unit tests use."""

import asyncio
from typing import Any, Protocol
from uuid import uuid4

from pydantic import SecretStr

from publisher import BookingRequest, BookingResult, Client
from publisher.amqp.message import new_message
from publisher.connecting import Connecting
from publisher.contract.identity import answer_id
from publisher.contract.result import RESULT_TYPE
from tests.acceptance.conftest import World
from tests.chaos.proxy.tcp_proxy import Proxy
from voyage.devstack.ports import HOST
from voyage.testing import FakeVoyage

CONFIRM_WITHIN = 1.0  # seconds
REFUSAL = "Invalid hotel booking, rolling back!"  # as the simulated supplier says it


class Stage(Protocol):
    """What a test may say."""

    hotel: str

    def connect(self) -> Connecting[Client]: ...
    def refuses(self) -> None: ...
    def is_slow(self) -> None: ...
    def goes_on(self) -> None: ...
    async def loses_rabbitmq(self) -> None: ...
    async def confirms_nothing(self) -> None: ...
    async def rabbitmq_is_back(self) -> None: ...
    async def sends(self, result: BookingResult) -> None: ...


class Fake:
    """In memory."""

    hotel = "h"

    def __init__(self) -> None:
        self._voyage = FakeVoyage(publish_timeout=CONFIRM_WITHIN)
        self.connect = self._voyage.connect
        self.is_slow = self._voyage.is_slow
        self.goes_on = self._voyage.goes_on

    def refuses(self) -> None:
        self._voyage.refuses("hotel", REFUSAL)

    async def loses_rabbitmq(self) -> None:
        self._voyage.loses_rabbitmq()

    async def confirms_nothing(self) -> None:
        self._voyage.confirms_nothing()

    async def rabbitmq_is_back(self) -> None:
        self._voyage.rabbitmq_is_back()

    async def sends(self, result: BookingResult) -> None:
        self._voyage.sends(result)


class Real:
    """Consumer and worker over real servers, with a proxy between RabbitMQ and the client."""

    hotel = "h"

    def __init__(self, world: World, proxy: Proxy) -> None:
        through = world.settings.url.with_host(HOST).with_port(proxy.port)
        changes = {"amqp_url": SecretStr(str(through)), "publish_timeout": CONFIRM_WITHIN}
        self._world, self._proxy, self._is_lost = world, proxy, False
        self._settings = world.settings.model_copy(update=changes)

    def connect(self) -> Connecting[Client]:
        return Client.connect(settings=self._settings)

    def refuses(self) -> None:
        self.hotel = "invalid-hotel"

    def is_slow(self) -> None:
        self.hotel = "slow-hotel"

    def goes_on(self) -> None:
        """It does by itself, after five seconds."""

    async def loses_rabbitmq(self) -> None:
        self._is_lost = True
        await self._proxy.shut()
        await asyncio.sleep(0.5)  # until the client knows

    async def confirms_nothing(self) -> None:
        self._proxy.stall()

    async def rabbitmq_is_back(self) -> None:
        if self._is_lost:
            await self._proxy.open()
        self._proxy.flow()

    async def sends(self, result: BookingResult) -> None:
        message = new_message(result.to_body(), RESULT_TYPE, correlation_id=result.booking_id)
        message.message_id = answer_id(result.booking_id or "", result.revision)
        async with Client.connect(settings=self._world.settings) as client:
            await client._publisher.publish(message, self._settings.results_queue)  # noqa: SLF001 -- as the service does


def a_trip(stage: Stage, **fields: Any) -> BookingRequest:
    given = {"name": "Jane Smith", "car": "c", "hotel": stage.hotel, "flight": "f", **fields}
    return BookingRequest.model_validate({"booking_id": uuid4().hex, **given})
