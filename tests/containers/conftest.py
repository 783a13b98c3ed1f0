"""One composed stack for all tests here: three workers, two consumers, and everything else once."""

from collections.abc import AsyncIterator

import pytest

from tests.containers.stack import Stack
from voyage.devstack.container import docker_answers

SCALE = ("--scale", "worker=3", "--scale", "consumer=2")


@pytest.fixture(scope="session")
async def stack() -> AsyncIterator[Stack]:
    assert docker_answers(), "These tests need a Docker daemon: https://docs.docker.com/get-docker/"
    stack = Stack()
    try:
        await stack.compose("up", "--detach", "--build", *SCALE, within=400)
        yield stack
    finally:
        await stack.compose("down", "--volumes", "--timeout", "5")
