"""TLS listeners in front of a real Temporal: who is trusted, who is refused, and what is said about it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from saga.errors import TemporalRefusedError
from saga.temporal.connection import connect_once, connect_when_available
from tests.commands import run_to_the_end
from tests.proxies.certificates import Authority, Pair
from tests.proxies.temporal_proxy import tls_door
from voyage import devstack
from voyage.errors import SettingsError, VoyageError

API_KEY = "the-key-of-this-test"


@dataclass
class Doors:
    """One for anybody, one that wants our certificate, one that wants a key, one whose certificate is old."""

    ours: Authority
    stranger: Authority
    tls: int
    mutual: int
    with_key: int
    expired: int


@pytest.fixture(scope="module")
async def doors(servers: devstack.Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Doors]:
    folder = tmp_path_factory.mktemp("certificates")
    ours, stranger, address = Authority(folder), Authority(folder, "stranger"), servers.temporal_address
    server, old = ours.issue("localhost"), ours.issue("localhost", expired=True)
    async with AsyncExitStack() as stack:
        yield Doors(
            ours,
            stranger,
            await stack.enter_async_context(tls_door(address, server)),
            await stack.enter_async_context(tls_door(address, server, wants_ours=ours.ca)),
            await stack.enter_async_context(tls_door(address, server, api_key=API_KEY)),
            await stack.enter_async_context(tls_door(address, old)),
        )


class Environment:
    """Temporal's variables, as somebody would set them for one door."""

    def __init__(self, doors: Doors, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self.use(TEMPORAL_TLS_SERVER_CA_CERT_PATH=doors.ours.ca)

    def use(self, **variables: str | Path) -> None:
        for name, value in variables.items():
            self._patch.setenv(name, str(value))

    def door(self, port: int, host: str = "localhost") -> None:
        self.use(TEMPORAL_ADDRESS=f"{host}:{port}")

    def certificate(self, pair: Pair) -> None:
        self.use(TEMPORAL_TLS_CLIENT_CERT_PATH=pair.certificate, TEMPORAL_TLS_CLIENT_KEY_PATH=pair.key)


@pytest.fixture
def environment(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> Environment:
    return Environment(doors, monkeypatch)


async def refusal(kind: type[VoyageError] = TemporalRefusedError) -> str:
    """What both ways of connecting say, the one that would wait for a server included."""
    with pytest.raises(kind) as at_once:
        await connect_once()
    with pytest.raises(kind) as waiting:
        await asyncio.wait_for(connect_when_available(), 5)
    assert str(waiting.value) == str(at_once.value)
    assert "\n" not in str(at_once.value)
    return str(at_once.value)


async def test_tls(doors: Doors, environment: Environment) -> None:
    environment.door(doors.tls)
    client = await connect_once()
    assert await client.count_workflows() is not None


async def test_a_client_certificate(doors: Doors, environment: Environment) -> None:
    environment.door(doors.mutual)
    environment.certificate(doors.ours.issue("voyage"))
    client = await connect_once()
    assert await client.count_workflows() is not None


async def test_an_api_key(doors: Doors, environment: Environment) -> None:
    environment.door(doors.with_key)
    environment.use(TEMPORAL_API_KEY=API_KEY)
    client = await connect_once()
    assert await client.count_workflows() is not None


async def test_a_certificate_of_an_unknown_issuer_is_refused(doors: Doors, environment: Environment) -> None:
    environment.door(doors.tls)
    environment.use(TEMPORAL_TLS_SERVER_CA_CERT_PATH=doors.stranger.ca)
    said = await refusal()
    assert "unknown issuer" in said
    assert "TEMPORAL_TLS_SERVER_CA_CERT_PATH" in said


async def test_an_expired_certificate_is_refused(doors: Doors, environment: Environment) -> None:
    environment.door(doors.expired)
    said = await refusal()
    assert "expired" in said
    assert "Renew it" in said


async def test_a_wrong_host_name_is_refused(doors: Doors, environment: Environment) -> None:
    environment.door(doors.tls, host="127.0.0.1")
    said = await refusal()
    assert "another host name" in said
    assert "TEMPORAL_TLS_SERVER_NAME" in said


async def test_a_missing_client_certificate_is_named(doors: Doors, environment: Environment) -> None:
    environment.door(doors.mutual)
    said = await refusal()
    assert "certificate required" in said
    assert "TEMPORAL_TLS_CLIENT_CERT_PATH" in said


async def test_a_client_certificate_of_a_stranger_is_refused(doors: Doors, environment: Environment) -> None:
    environment.door(doors.mutual)
    environment.certificate(doors.stranger.issue("voyage"))
    said = await refusal()
    assert "refuses our certificate" in said
    assert "TEMPORAL_TLS_CLIENT_CERT_PATH" in said


@pytest.mark.parametrize("key", [None, "another-key"])
async def test_an_unknown_api_key_is_refused(key: str | None, doors: Doors, environment: Environment) -> None:
    environment.door(doors.with_key)
    if key:
        environment.use(TEMPORAL_API_KEY=key)
    said = await refusal()
    assert "TEMPORAL_API_KEY" in said
    assert "another-key" not in said


@pytest.mark.parametrize("command", [("voyage-worker",), ("voyage-worker", "attention", "list")])
async def test_a_command_ends_with_one_line_and_code_2(
    command: tuple[str, ...], doors: Doors, environment: Environment
) -> None:
    environment.door(doors.tls)
    environment.use(TEMPORAL_TLS_SERVER_CA_CERT_PATH=doors.stranger.ca)
    code, _, said = await run_to_the_end(*command)
    assert code == 2
    assert said.splitlines()[-1].startswith("voyage-worker: The certificate of Temporal at localhost")
    assert "Traceback" not in said


async def test_tls_to_a_server_without_it_is_refused(
    servers: devstack.Servers, environment: Environment
) -> None:
    environment.use(TEMPORAL_ADDRESS=servers.temporal_address)
    assert "does not speak TLS" in await refusal()


async def test_files_that_are_not_there_are_named(
    doors: Doors, environment: Environment, tmp_path: Path
) -> None:
    environment.door(doors.tls)
    environment.use(TEMPORAL_TLS_SERVER_CA_CERT_PATH=tmp_path / "missing.pem")
    assert "missing.pem" in await refusal(SettingsError)


async def test_a_file_that_is_no_key_is_named(doors: Doors, environment: Environment, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("nothing")
    environment.door(doors.tls)
    environment.certificate(Pair(nothing, nothing))
    assert "TEMPORAL_TLS_CLIENT_KEY_PATH" in await refusal()
