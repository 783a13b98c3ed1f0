"""AsyncAPI's own parser, on Node, reads our document and finds nothing wrong with it."""

import json
import shutil
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from publisher.asyncapi.document import document
from publisher.asyncapi.yaml import to_yaml
from publisher.settings import BrokerSettings

ROOM = Path(__file__).parents[1] / "node"
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
MADE = document(BrokerSettings.model_construct())
Parse = Callable[[str], dict[str, Any]]


def run(program: str, *arguments: str, given: str = "") -> str:
    found = shutil.which(program) or shutil.which(ROOM / program)
    assert found, f"{program} is missing: install Node.js 20 or newer, on Debian: apt-get install nodejs npm"
    done = subprocess.run(  # noqa: S603 -- a program of the machine's, found by its name
        [found, *arguments], cwd=ROOM, input=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def install() -> None:
    """Have the tools of the room."""
    installed, lock = ROOM / "node_modules/.package-lock.json", ROOM / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        run("npm", *INSTALL)


@pytest.fixture(scope="module")
def parse() -> Parse:
    install()
    return lambda text: json.loads(run("node", "validate.mjs", given=text))


@pytest.mark.parametrize("text", [json.dumps(MADE), to_yaml(MADE)], ids=["json", "yaml"])
def test_the_document_is_valid_and_its_replies_are_understood(parse: Parse, text: str) -> None:
    parsed = parse(text)
    replies = {made["id"]: made["replyMessages"] for made in parsed["operations"] if "replyMessages" in made}

    assert (parsed["version"], parsed["problems"]) == ("3.0.0", [])
    assert replies == {"book": ["booking.result"], "cancel": ["booking.result"], "status": ["booking.status"]}
    assert {made["replyAddress"] for made in parsed["operations"] if "replyAddress" in made} == {
        "$message.header#/reply_to"
    }


def wrong_address(made: dict[str, Any]) -> None:
    made["components"]["replyAddresses"]["replyTo"]["location"] = "reply_to"


def dangling_reply(made: dict[str, Any]) -> None:
    made["operations"]["book"]["reply"]["channel"] = {"$ref": "#/channels/nowhere"}


def unknown_binding(made: dict[str, Any]) -> None:
    made["operations"]["book"]["bindings"]["amqp"]["deliveryMode"] = 3


@pytest.mark.parametrize("spoil", [wrong_address, dangling_reply, unknown_binding])
def test_the_parser_would_notice(parse: Parse, spoil: Callable[[dict[str, Any]], None]) -> None:
    made = deepcopy(MADE)
    spoil(made)

    assert parse(json.dumps(made))["problems"]
