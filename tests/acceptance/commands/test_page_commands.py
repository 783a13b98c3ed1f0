"""Each command that a page shows is run as it stands, unless `ELSEWHERE` says where it is run, or why not."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from publisher import BookingRequest, Client
from tests.acceptance.conftest import World, a_world
from tests.acceptance.inbox import TRIP
from tests.acceptance.shell import follow, waits_for
from tests.conftest import own_names
from tests.documentation.command_lines import COMMANDS, can_be_given
from tests.documentation.pages import ROOT, Block, alternatives, blocks, commands, mentioned
from voyage import devstack
from voyage.devstack.ports import free_port

CLIENTS = "tests/clients/test_clients.py runs every command of that page, in the language's own container"
DOOR = "tests/acceptance/commands/test_http_door.py, at a door on a free port"
DEMO = "takes the ports that are everybody's; what it starts and books is what these tests start and book"
RUNBOOK = "needs the servers' own programs: tests/monitoring/test_alerts.py"
NAMED = "names the command; with options, in tests:"
OWN_TRIP = "tests/acceptance/harness/test_your_own_trip.py does what that page says"
ELSEWHERE = {
    "make demo": DEMO,
    "make run": DEMO,
    "VOYAGE_CAR_SUPPLIER_PLUGIN=my_garage:MyGarage make run": f"{DEMO}; the garage: test_pages.py",
    'pip install "voyage-bridge[console]"': "tests/integration/console runs what it installs",
    "voyage-console": "tests/integration/console/test_command.py, at free ports",
    "voyage dev": "in a terminal, with a trip in its folder: tests/acceptance/commands/test_dev.py",
    ".venv/bin/python -m examples.http": DOOR,
    "curl -X POST http://localhost:3002/book": DOOR,
    "docker compose up": "needs Docker: tests/containers/test_compose.py",
    "kubectl ": "needs a cluster; tests/unit/project/test_deployment.py holds the manifests to the schemas",
    "export AMQP_URL=amqps://": "needs certificates: tests/integration/rabbitmq/test_tls_to_rabbitmq.py",
    "temporal operator": RUNBOOK,
    "temporal task-queue": RUNBOOK,
    "temporal workflow list": RUNBOOK,
    "rabbitmqctl list_queues": RUNBOOK,
    "rabbitmqctl set_policy": "tests/acceptance/operations/test_policies.py sets such ones",
    "sed 's#docs/runbook": "tests/unit/runtime/test_monitoring.py holds what it changes",
    "temporal workflow show": "needs Temporal's CLI: tests/integration/temporal/test_codec_server.py",
    "mkdir my-safari": f"{OWN_TRIP}, in the environment that is there",
    "voyage book --jeep": OWN_TRIP,
    "pytest": OWN_TRIP,
    "cd examples/clients/go": CLIENTS,
    "cd go": CLIENTS,
    "cd node": CLIENTS,
    "cd java": CLIENTS,
    "python python/book.py": CLIENTS,
    "sh shell/book.sh": CLIENTS,
    "rabbitmqctl environment": "asks a RabbitMQ of the machine's own",
    "export VOYAGE_OWNERS=true": "needs users: tests/acceptance/owners/test_senders.py",
    "rabbitmqctl add_user shop": "needs users: tests/acceptance/owners/test_rights.py",
    "voyage dead replay": f"{NAMED} acceptance/messages/test_dead_letters.py",
    "voyage dead drop": f"{NAMED} acceptance/messages/test_dead_letters.py",
    "voyage parked resend": f"{NAMED} integration/commands/test_parked.py",
    "voyage parked drop": f"{NAMED} integration/commands/test_parked.py",
}
"""Why a line that begins so isn't run here, nor its block. What isn't listed is run."""


def elsewhere(text: str) -> set[str]:
    return {begins for begins in ELSEWHERE for line in text.splitlines() if line.startswith(begins)}


def lines_in_texts() -> list[str]:
    """The whole command lines of ours that a text names; not `voyage dead`, and not what make runs."""
    named = {code.removeprefix(".venv/bin/") for some in mentioned() for code in alternatives(some)}
    trips = str(ROOT / "deploy/trips.jsonl")
    ours = [code for code in named if code.split()[0] in COMMANDS]
    return sorted(code for code in ours if can_be_given(code.replace("trips.jsonl", trips).split()))


BLOCKS, LINES = blocks("sh", "bash"), lines_in_texts()


class Reader(NamedTuple):
    """Somebody with everything running, a booking that ended, and one that needs a person."""

    world: World
    booked: str
    stuck: str

    def here(self, text: str) -> str:
        """What the page shows, with what is there in place of what stands for it."""
        url = self.world.settings.amqp_url.get_secret_value()
        places = {
            "amqp://user:password@rabbit:5672/": url,
            "amqp://guest:guest@localhost:5672/": url,
            "temporal:7233": self.world.temporal_address,
            "http://collector:4318": f"http://127.0.0.1:{free_port()}",
            "booking-…": f"booking-{self.stuck}",
            "retry trip-1": f"retry {self.stuck}",
            "settle trip-1": f"settle {self.stuck}",
            ".venv/bin/": "",
        }
        for shown, own in places.items():
            text = text.replace(shown, own)
        return re.sub(r"\bID\b", self.booked, text)


@pytest.fixture(scope="module")
async def reader(servers: devstack.Servers) -> AsyncIterator[Reader]:
    async with a_world(servers.amqp_url, servers.temporal_address, own_names()) as world:
        world.with_settings(undo_attempts=1)
        world.extra["VOYAGE_CAR_SUPPLIER_PLUGIN"] = "tests.suppliers:NeverUndone"
        world.extra["VOYAGE_CODEC_PORT"] = str(free_port())
        await world.everything()
        async with await Client.connect(settings=world.settings) as client:
            booked = await client.book(BookingRequest(**TRIP))
            stuck = await client.book(BookingRequest(**{**TRIP, "hotel": "invalid-hotel"}))
        yield Reader(world, str(booked.booking_id), str(stuck.booking_id))


@pytest.mark.parametrize("block", [one for one in BLOCKS if not elsewhere(one.text)], ids=str)
async def test_a_block_does_what_it_is_there_for(reader: Reader, block: Block, tmp_path: Path) -> None:
    await run(reader, block.text, tmp_path)


@pytest.mark.parametrize("line", [one for one in LINES if not elsewhere(one)])
async def test_a_command_that_a_text_names_works(reader: Reader, line: str, tmp_path: Path) -> None:
    await run(reader, line, tmp_path)


async def run(reader: Reader, shown: str, folder: Path) -> None:
    """It ends well, or goes on until it is told to stop; variables alone must suit a worker."""
    (folder / "trips.jsonl").write_text(json.dumps(TRIP))
    script = reader.here(shown)
    if {words[0] for words in commands(script)} <= {"export", "pip"}:
        script += "\nvoyage-worker"
    if "voyage results" in script:  # whoever reads results takes them
        async with await Client.connect(settings=reader.world.settings) as client:
            await client.publish(BookingRequest(**TRIP))
    ended = await follow(script, reader.world.environment, folder)

    assert "Traceback" not in ended.output
    assert ended.code == 0 or waits_for(script), ended.output


def test_every_reason_is_that_of_something_shown() -> None:
    assert set(ELSEWHERE) == set().union(*map(elsewhere, [*(one.text for one in BLOCKS), *LINES]))
