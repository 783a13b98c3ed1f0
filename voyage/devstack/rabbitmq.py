"""A private RabbitMQ node from an installed rabbitmq-server: own folder, own ports, own epmd."""

import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from voyage.devstack.parent_death import end_with_parent
from voyage.devstack.ports import HOST, free_port, listening, speaks_amqp
from voyage.devstack.server_process import Server
from voyage.errors import DevstackError

# The scripts themselves: Debian's wrapper in sbin insists on the user `rabbitmq`.
_PLACES = (
    "/usr/lib/rabbitmq/bin",
    "/opt/homebrew/opt/rabbitmq/sbin",
    "/usr/local/opt/rabbitmq/sbin",
)
LEAST_SPACE = 50  # MB
_NO_BUSY_WAITING = "+sbwt none +sbwtdcpu none +sbwtdio none"  # Erlang's would eat a small machine


def installed() -> Path | None:
    """The folder with RabbitMQ's scripts, if it is installed here."""
    return next((Path(place) for place in _PLACES if Path(place, "rabbitmq-server").exists()), None)


class RabbitMq(Server):
    """A node of one's own; `start()` returns when it speaks AMQP."""

    name = "RabbitMQ"
    ready_within = 90.0

    def __init__(
        self, *, port: int = 0, ui: bool = False, metrics: bool = False, config: Sequence[str] = ()
    ) -> None:
        """`metrics` serves its numbers for Prometheus; `config`: more lines for its rabbitmq.conf."""
        scripts = installed()
        if scripts is None:
            raise DevstackError("No rabbitmq-server is installed here.")
        super().__init__()
        self._scripts = scripts
        self.port = free_port(port)
        # The usual port for the one at its usual port; servers that start side by side would race for it.
        self.ui_port = free_port(15672 if port else 0) if ui else None
        self.metrics_port = free_port() if metrics else None
        self._dist_port, self._epmd_port = free_port(), free_port()
        self._epmd: subprocess.Popen[bytes] | None = None
        self._configure(config)

    @property
    def url(self) -> str:
        """The AMQP URL of this node."""
        return f"amqp://guest:guest@{HOST}:{self.port}/"

    @property
    def works_in(self) -> Path:
        """Its own: what it leaves where it runs, if it is killed, lies in nobody's way."""
        return self.home

    def command(self) -> Sequence[str | Path]:
        """The server's own script."""
        return [self._scripts / "rabbitmq-server"]

    def environment(self) -> Mapping[str, str]:
        """Everything that would otherwise be shared with another node of this machine."""
        home = self.home
        return {
            "HOME": str(home),
            "PATH": f"{self._scripts}:{os.environ.get('PATH', os.defpath)}",
            "LC_ALL": "C.UTF-8",
            "RUNNING_UNDER_SYSTEMD": "true",
            "RABBITMQ_NODENAME": f"devstack{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": HOST,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
            "RABBITMQ_CONF_ENV_FILE": str(home / "env.conf"),
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(home / "advanced.config"),
            "RABBITMQ_PID_FILE": str(home / "pid"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(home / "generated"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _NO_BUSY_WAITING,
            "ERL_CRASH_DUMP": str(home / "erl_crash.dump"),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": HOST,
        }

    def is_ready(self) -> bool:
        """Whether it speaks AMQP, and serves its web UI and its numbers if it was asked to."""
        pages = [port for port in (self.ui_port, self.metrics_port) if port]
        return speaks_amqp(HOST, self.port) and all(listening(HOST, port) for port in pages)

    def ctl(self, *arguments: str) -> str:
        """Run `rabbitmqctl` on this node and return what it printed; raises `CalledProcessError`."""
        command = [str(self._scripts / "rabbitmqctl"), "--quiet", *arguments]
        environment = self.environment()
        return subprocess.check_output(command, env=environment, stderr=subprocess.PIPE, text=True)

    def spawn(self) -> None:
        """Start it without waiting, its epmd before it: one that it started itself would outlive us all.

        Raises `DevstackError` where the disk is so full that it would take no messages.
        """
        self._require_space()
        epmd = shutil.which("epmd", path=self.environment()["PATH"])
        if epmd and not self._epmd:
            self._epmd = subprocess.Popen(
                [epmd],
                env=dict(self.environment()),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=end_with_parent(),  # noqa: PLW1509 -- one system call, no locks
            )
            while self._epmd.poll() is None and not listening(HOST, self._epmd_port):
                time.sleep(0.01)
        super().spawn()

    def close(self) -> None:
        """End it, then its epmd, and remove its folder."""
        self.kill()
        if self._epmd:
            self._epmd.terminate()
            self._epmd.wait()
        super().close()

    def _require_space(self) -> None:
        free = shutil.disk_usage(self.home).free // 1_000_000
        if free < LEAST_SPACE:
            raise DevstackError(
                f"{free} MB are free in {self.home.parent}; RabbitMQ takes no messages below {LEAST_SPACE}. "
                "Free some space, or set TMPDIR to a folder that has it."
            )

    def _configure(self, config: Sequence[str]) -> None:
        lines = [*config, "loopback_users = none", f"disk_free_limit.absolute = {LEAST_SPACE}MB"]
        pages = {"management": self.ui_port, "prometheus": self.metrics_port}
        served = {plugin: port for plugin, port in pages.items() if port}
        for plugin, port in served.items():
            lines += [f"{plugin}.tcp.ip = {HOST}", f"{plugin}.tcp.port = {port}"]
        (self.home / "rabbitmq.conf").write_text("\n".join(lines) + "\n")
        plugins = ", ".join(f"rabbitmq_{plugin}" for plugin in served)
        (self.home / "enabled_plugins").write_text(f"[{plugins}].\n")
        (self.home / "env.conf").touch()
