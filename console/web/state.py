"""All that the handlers of requests use: made once, by the service."""

from dataclasses import dataclass, field

from aiohttp import web

from console.access.doors import Door
from console.access.sessions import Session, Sessions
from console.access.users import User
from console.facts.attention import Attention
from console.facts.bookings import Bookings
from console.facts.broker import BrokerLink
from console.facts.health import Health
from console.facts.kept import KeptMessages
from console.facts.samples import Samples
from console.facts.shared import Shared
from console.facts.temporal import TemporalLink
from console.settings import ConsoleSettings
from console.trip.examples import Example, examples_of
from console.trip.form import TripForm
from console.trip.sending import Sending
from publisher.amqp.dead_letter import DeadLetter
from publisher.amqp.parked_result import ParkedResult


@dataclass
class Console:
    """What is known, by way of which connections, and who may see it."""

    settings: ConsoleSettings
    door: Door
    shared: Shared = field(default_factory=Shared)
    sessions: Sessions = field(default_factory=Sessions)
    streams: int = 0

    def __post_init__(self) -> None:
        settings, shared = self.settings, self.shared
        self.temporal, self.broker = TemporalLink(), BrokerLink(settings)
        self.bookings = Bookings(self.temporal, shared)
        self.attention = Attention(self.temporal, shared, settings.task_queue)
        needed = [name for name, of in settings.trip.model_fields.items() if of.is_required()]
        self.dead = KeptMessages[DeadLetter](
            "dead", lambda client: client.dead_letters, self.broker, shared, needed
        )
        self.parked = KeptMessages[ParkedResult](
            "parked", lambda client: client.parked_results, self.broker, shared
        )
        self.health = Health(settings, self.temporal, shared)
        queues = (
            *settings.consumed_queues,
            settings.results_queue,
            settings.dead_queue,
            settings.parked_queue,
        )
        task_queues = (settings.task_queue, settings.reply_task_queue)
        self.samples = Samples(self.broker, self.temporal, queues, task_queues)
        self.sending = Sending(self.broker, settings.own_id)
        self.form = TripForm(settings.trip)
        self.examples: dict[str, Example] = examples_of(settings.trip)


CONSOLE = web.AppKey("console", Console)
USER = web.RequestKey("user", User)
SESSION = web.RequestKey("session", Session)
