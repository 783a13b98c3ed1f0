"""`voyage-worker codec`, asked as Temporal's own CLI and UI ask it."""

import asyncio
import base64
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from temporalio.api.common.v1 import Payloads
from temporalio.client import Client
from temporalio.converter import DataConverter

from saga.payloads.data_converter import encrypting_data_converter
from saga.payloads.payload_codec import EncryptionCodec
from tests.commands import run_to_the_end
from voyage import devstack
from voyage.devstack.binaries import temporal_binary
from voyage.devstack.ports import free_port

KEY = os.urandom(32)
KEYS = f"key:{base64.b64encode(KEY).decode()}"
ORIGIN = "https://temporal.example"
NAME = "Wilhelmina"
CODEC = EncryptionCodec({"key": KEY})


@pytest.fixture(scope="module")
async def endpoint() -> AsyncIterator[str]:
    port = free_port()
    variables = {
        "VOYAGE_ENCRYPTION_KEYS": KEYS,
        "VOYAGE_CODEC_PORT": str(port),
        "VOYAGE_CODEC_ORIGIN": ORIGIN,
    }
    command = Path(sys.executable).parent / "voyage-worker"
    process = await asyncio.create_subprocess_exec(
        command, "codec", env={**os.environ, **variables}, stdout=PIPE
    )
    assert process.stdout
    ready = await asyncio.wait_for(process.stdout.readline(), 30)
    assert f"http://127.0.0.1:{port}" in ready.decode()
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 30) == 0


async def ask(
    url: str, payloads: Payloads | str, *, origin: str | None = ORIGIN, method: str = "POST"
) -> httpx.Response:
    headers = {"Origin": origin} if origin else {}
    body = payloads if isinstance(payloads, str) else None
    json = None if isinstance(payloads, str) else MessageToDict(payloads)
    async with httpx.AsyncClient() as browser:
        return await browser.request(method, url, content=body, json=json, headers=headers)


async def encrypted(codec: EncryptionCodec = CODEC) -> Payloads:
    return Payloads(payloads=await encrypting_data_converter(codec).encode([{"name": NAME}]))


async def test_the_cli_shows_an_encrypted_input_through_it(endpoint: str, servers: devstack.Servers) -> None:
    temporal = await Client.connect(servers.temporal_address, data_converter=encrypting_data_converter(CODEC))
    handle = await temporal.start_workflow(
        "Anything", {"name": NAME}, id=f"test-{uuid4().hex}", task_queue=f"test-{uuid4().hex}"
    )
    cli = await asyncio.to_thread(temporal_binary, print)
    show = f"workflow show --workflow-id {handle.id} --address {servers.temporal_address} --output json"

    async def output(*more: str) -> str:
        process = await asyncio.create_subprocess_exec(cli, *show.split(), *more, stdout=PIPE)
        printed, _ = await asyncio.wait_for(process.communicate(), 30)
        return printed.decode()

    plain = base64.b64encode(b'{"name":"%b"}' % NAME.encode()).decode()
    assert plain not in await output()
    assert plain in await output("--codec-endpoint", endpoint)
    await handle.terminate()


async def test_the_ui_is_answered_with_its_origin(endpoint: str) -> None:
    asked = await ask(f"{endpoint}/decode", "", method="OPTIONS")
    answer = await ask(f"{endpoint}/decode", await encrypted())
    [payload] = ParseDict(answer.json(), Payloads()).payloads

    assert asked.status_code == 204
    assert "x-namespace" in asked.headers["Access-Control-Allow-Headers"]
    for response in (asked, answer):
        assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert NAME.encode() in payload.data


async def test_what_the_ui_sends_is_encrypted(endpoint: str) -> None:
    plain = Payloads(payloads=await DataConverter.default.encode([{"name": NAME}]))
    answer = await ask(f"{endpoint}/encode", plain)
    payloads = ParseDict(answer.json(), Payloads()).payloads

    assert NAME.encode() not in payloads[0].data
    assert await encrypting_data_converter(CODEC).decode(payloads) == [{"name": NAME}]


@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
async def test_a_page_elsewhere_is_refused(endpoint: str, method: str) -> None:
    answer = await ask(f"{endpoint}/decode", await encrypted(), origin="http://evil.example", method=method)
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert NAME not in answer.text


async def test_what_it_has_no_key_for_says_which_one(endpoint: str) -> None:
    theirs = EncryptionCodec({"another": os.urandom(32)})
    answer = await ask(f"{endpoint}/decode", await encrypted(theirs))
    assert answer.status_code == 400
    assert "'another'" in answer.text


@pytest.mark.parametrize("body", ["nothing", '{"payloads": 1}', '{"payloads": [{"data": 1}]}'])
async def test_what_is_no_payload_is_the_callers_mistake(endpoint: str, body: str) -> None:
    assert (await ask(f"{endpoint}/decode", body)).status_code == 400


async def test_without_keys_it_does_not_start() -> None:
    code, _, said = await run_to_the_end("voyage-worker", "codec", environment={"VOYAGE_ENCRYPTION_KEYS": ""})
    assert code == 2
    assert said.startswith("voyage-worker: VOYAGE_ENCRYPTION_KEYS: set it")


async def test_a_port_that_is_taken_is_named(endpoint: str) -> None:
    variables = {"VOYAGE_ENCRYPTION_KEYS": KEYS, "VOYAGE_CODEC_PORT": endpoint.rpartition(":")[2]}
    code, _, said = await run_to_the_end("voyage-worker", "codec", environment=variables)
    assert code == 2
    assert said.startswith("voyage-worker: VOYAGE_CODEC_PORT: can't listen")
