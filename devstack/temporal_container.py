"""Temporal in a container: the dev server of its CLI, which testcontainers has no class for."""

import time
from typing import Self

from testcontainers.core.container import DockerContainer

from devstack.errors import StartError
from devstack.temporal import DYNAMIC_CONFIG, answers

IMAGE = "temporalio/temporal:1.5.1"
PORT = 7233
READY_WITHIN = 60.0


class TemporalContainer(DockerContainer):
    """A dev server that keeps its data in memory, set up as `devstack.Temporal` is.

    `start()` returns when the default namespace answers. Not to be started where an event loop runs.
    """

    def __init__(self, image: str = IMAGE) -> None:
        super().__init__(image)
        command = ["server", "start-dev", "--headless", "--ip", "0.0.0.0", "--log-level", "error"]  # noqa: S104 -- in its container
        for setting in DYNAMIC_CONFIG:
            command += ["--dynamic-config-value", setting]
        self.with_command(command).with_env("GOGC", "800").with_exposed_ports(PORT)

    @property
    def address(self) -> str:
        """Host and port of the server's frontend, as seen from outside."""
        return f"{self.get_container_host_ip()}:{self.get_exposed_port(PORT)}"

    def start(self) -> Self:
        """Start it and wait until it is ready; raises `StartError`."""
        super().start()
        deadline = time.monotonic() + READY_WITHIN
        while not answers(self.address):
            if time.monotonic() > deadline:
                logs = b"".join(self.get_logs()).decode(errors="replace")
                self.stop()
                raise StartError(
                    f"{self.image} is not ready after {READY_WITHIN:g} s. It said:\n{logs[-1000:]}"
                )
            time.sleep(0.1)
        return self
