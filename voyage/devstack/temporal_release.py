"""A release of the Temporal server itself, where `TEMPORAL_SERVER` asks for one, such as `1.32`.

The CLI's dev server has a server of its own choice in it; this is how the others are tried.
"""

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from voyage.devstack import binaries
from voyage.devstack.fetching import Say
from voyage.devstack.ports import HOST, free_port, listening
from voyage.devstack.temporal import Temporal
from voyage.search_attributes import ALL

NAMESPACE = "default"
RETENTION = timedelta(days=1)  # as in the CLI's dev server
STORES = ("default", "visibility")
SERVICES = ("frontend", "history", "matching", "worker")


def chosen() -> str:
    """The version that `TEMPORAL_SERVER` names; empty: the one in the CLI."""
    return os.environ.get("TEMPORAL_SERVER", "")


def temporal_of_choice(say: Say, *, port: int = 0, ui: bool = False, durable: bool = True) -> Temporal:
    """The release that `TEMPORAL_SERVER` names, which has no UI, else the CLI's dev server."""
    if version := chosen():
        return TemporalRelease(binaries.temporal_server(version, say), port=port, durable=durable)
    return Temporal(binaries.temporal_binary(say), port=port, ui=ui, durable=durable)


class TemporalRelease(Temporal):
    """All four services of the server in one process, over SQLite."""

    def __init__(self, binary: Path, *, port: int = 0, durable: bool = True) -> None:
        """`durable` keeps the data in a file over a restart; without it, it is in memory, and faster."""
        super().__init__(binary, port=port, durable=durable)
        self._ports = {name: (free_port(), free_port()) for name in SERVICES}
        self._http_port = free_port()

    def command(self) -> Sequence[str | Path]:
        """The server's own binary, with files that are written anew for each start."""
        dynamic, static = self.home / "dynamic.yaml", self.home / "server.yaml"
        settings = {**self.ours, **self.config}
        # JSON is YAML too.
        dynamic.write_text(json.dumps({name: [{"value": json.loads(one)}] for name, one in settings.items()}))
        static.write_text(json.dumps(self._static(dynamic), indent=1))
        return [self._binary, "--config-file", static, "--allow-no-auth", "start"]

    def is_ready(self) -> bool:
        """Whether the default namespace answers; it is registered as soon as that is possible."""
        if not listening(HOST, self.port):
            return False
        asyncio.run(_register(self.address))
        return super().is_ready()

    def _static(self, dynamic: Path) -> Mapping[str, Any]:
        """What the server's own development-sqlite.yaml says, with our ports and our file."""
        return {
            "log": {"stdout": True, "level": "error"},
            "persistence": self._persistence(),
            "global": {
                "membership": {"maxJoinDuration": "30s", "broadcastAddress": HOST},
                "metrics": {"prometheus": {"listenAddress": f"{HOST}:{self._metrics_port}"}},
            },
            "services": {name: {"rpc": self._rpc(name)} for name in SERVICES},
            "clusterMetadata": {
                "enableGlobalNamespace": False,
                "failoverVersionIncrement": 10,
                "masterClusterName": "active",
                "currentClusterName": "active",
                "clusterInformation": {
                    "active": {
                        "enabled": True,
                        "initialFailoverVersion": 1,
                        "rpcName": "frontend",
                        "rpcAddress": self.address,
                        "httpAddress": f"{HOST}:{self._http_port}",
                    }
                },
            },
            "dcRedirectionPolicy": {"policy": "noop"},
            "dynamicConfigClient": {"filepath": str(dynamic), "pollInterval": "10s"},
        }

    def _persistence(self) -> Mapping[str, Any]:
        return {
            "defaultStore": STORES[0],
            "visibilityStore": STORES[1],
            "numHistoryShards": 1,
            "datastores": {name: {"sql": self._sqlite(name)} for name in STORES},
        }

    def _sqlite(self, name: str) -> Mapping[str, Any]:
        in_file = {"mode": "rwc", "setup": "true", "journal_mode": "wal", "synchronous": "normal"}
        return {
            "pluginName": "sqlite",
            "databaseName": str(self.home / f"{name}.db") if self._durable else "default",
            "connectAddr": "localhost",
            "connectProtocol": "tcp",
            "connectAttributes": in_file if self._durable else {"mode": "memory", "cache": "private"},
            "maxConns": 1,
            "maxIdleConns": 1,
            "maxConnLifetime": "1h",
        }

    def _rpc(self, name: str) -> Mapping[str, Any]:
        grpc, membership = self._ports[name]
        if name == "frontend":
            ports = {"grpcPort": self.port, "httpPort": self._http_port}
        else:
            ports = {"grpcPort": grpc}
        return {**ports, "membershipPort": membership, "bindOnLocalHost": True}


async def _register(address: str) -> None:
    retention = Duration()
    retention.FromTimedelta(RETENTION)
    request = RegisterNamespaceRequest(namespace=NAMESPACE, workflow_execution_retention_period=retention)
    try:
        client = await asyncio.wait_for(Client.connect(address), timeout=5)
        with suppress(RPCError):  # it is there already, or the server is not so far
            await client.workflow_service.register_namespace(request, timeout=timedelta(seconds=5))
        await _add_search_attributes(client)
    except (RPCError, RuntimeError, TimeoutError):
        return


async def _add_search_attributes(client: Client) -> None:
    kind = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
    request = AddSearchAttributesRequest(namespace=NAMESPACE, search_attributes=dict.fromkeys(ALL, kind))
    await client.operator_service.add_search_attributes(request, timeout=timedelta(seconds=5))
