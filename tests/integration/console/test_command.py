"""`voyage-console` as it is typed: it refuses to start without users, says where it is, ends when told to."""

import os
import signal
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from console.access.passwords import is_hash
from tests.commands import run_to_the_end

BIN = Path(sys.executable).parent
PASSWORD = "correct horse battery"  # noqa: S105 -- of these tests


@asynccontextmanager
async def console(environment: Mapping[str, str]) -> AsyncIterator[tuple[Process, str]]:
    """The process, and the address that it has logged."""
    own = {**os.environ, "VOYAGE_CONSOLE_PORT": "0", **environment}
    process = await create_subprocess_exec(BIN / "voyage-console", env=own, stderr=PIPE)
    assert process.stderr
    try:
        async for line in process.stderr:
            if b"Console ready on " in line:
                yield process, line.decode().partition("ready on ")[2].split()[0]
                break
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def password(*arguments: str, typed: str = PASSWORD) -> tuple[int, str, str]:
    process = await create_subprocess_exec(
        BIN / "voyage-console", "password", *arguments, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    printed, said = await process.communicate(f"{typed}\n".encode())
    return process.returncode or 0, printed.decode(), said.decode()


async def test_it_serves_without_its_servers_and_ends_when_told_to() -> None:
    nobody = {"AMQP_URL": "amqp://127.0.0.1:1/", "TEMPORAL_ADDRESS": "127.0.0.1:1"}
    async with console(nobody) as (process, address):
        assert address.startswith("http://127.0.0.1:")
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{address}/bookings")
        assert answer.status_code == 200
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"VOYAGE_CONSOLE_HOST": "::"}, "VOYAGE_CONSOLE_HOST=:: lets others in, and no user is set"),
        ({"VOYAGE_CONSOLE_USERS": "/nowhere"}, "VOYAGE_CONSOLE_USERS: Path does not point to a file"),
        (
            {"VOYAGE_CONSOLE_USER_HEADER": "X User"},
            "VOYAGE_CONSOLE_USER_HEADER: takes the name of an HTTP header",
        ),
        ({"VOYAGE_CONSOLE_PROXIES": "proxy"}, "VOYAGE_CONSOLE_PROXIES: takes addresses"),
        (
            {"VOYAGE_CONSOLE_TEMPORAL_UI": "localhost"},
            "VOYAGE_CONSOLE_TEMPORAL_UI: takes http:// or https://",
        ),
        ({"VOYAGE_CONSOLE_PORT": "1", "VOYAGE_CONSOLE_HOST": "127.0.0.1.2"}, "VOYAGE_CONSOLE_HOST"),
        ({"VOYAGE_CONSOLE_PROT": "1"}, "Did you mean VOYAGE_CONSOLE_PORT?"),
    ],
)
async def test_what_cant_be_set_is_told_in_a_line(environment: Mapping[str, str], told: str) -> None:
    code, printed, said = await run_to_the_end("voyage-console", environment=environment)
    assert (code, printed, said.count("\n")) == (2, "", 1), said
    assert told in said


async def test_a_line_of_the_password_file_is_made(tmp_path: Path) -> None:
    code, printed, said = await password("joe", "--act")
    assert (code, said) == (0, "")
    name, right, hashed = printed.strip().split(":", 2)
    assert (name, right, is_hash(hashed)) == ("joe", "act", True)

    users = tmp_path / "users"
    users.write_text(printed)
    async with console({"VOYAGE_CONSOLE_USERS": str(users)}) as (_, address), httpx.AsyncClient() as client:
        assert (await client.get(f"{address}/bookings")).headers["Location"].startswith("/login")


@pytest.mark.parametrize(("name", "typed"), [("joe", "short"), ("a b", PASSWORD)])
async def test_a_line_that_cant_be_used_is_not_made(name: str, typed: str) -> None:
    code, printed, said = await password(name, typed=typed)
    assert (code, printed) == (2, "")
    assert "has" in said
