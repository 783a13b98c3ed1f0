"""A trip or a supplier of one's own that raises when it is loaded: its traceback is in the log."""

import os
import sys
from pathlib import Path

import pexpect
import pytest

from tests.commands import run_to_the_end

MODULE = "def broken():\n    raise ZeroDivisionError('in their code')\n\n\nbroken()\n"
PLUGIN = {"VOYAGE_CAR_SUPPLIER_PLUGIN": "their_code:Supplier", "VOYAGE_SUPPLIERS": "simulated"}
NAMED = [
    ("voyage-worker", {"VOYAGE_TRIP": "their_code:Safari"}),
    ("voyage-consumer", {"VOYAGE_TRIP": "their_code:Safari"}),
    ("voyage-worker", {"VOYAGE_TRIP": "their_code"}),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "their_code.py").write_text(MODULE)
    return tmp_path


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(folder), **more}


@pytest.mark.parametrize(("command", "named"), NAMED)
async def test_its_traceback_is_in_the_log(command: str, named: dict[str, str], folder: Path) -> None:
    code, _, log = await run_to_the_end(command, environment=environment(folder, **named))
    assert code == 2
    assert f'File "{folder}/their_code.py", line 2, in broken' in log
    assert log.splitlines()[-1].startswith(f"{command}: VOYAGE_TRIP: can't load 'their_code")


@pytest.mark.usefixtures("servers")
async def test_a_supplier_s_traceback_is_in_the_log(folder: Path) -> None:
    code, _, log = await run_to_the_end("voyage-worker", environment=environment(folder, **PLUGIN))
    assert code == 2
    assert f'File "{folder}/their_code.py", line 2, in broken' in log
    assert log.splitlines()[-1].startswith("voyage-worker: VOYAGE_CAR_SUPPLIER_PLUGIN: can't load")


@pytest.mark.parametrize("name", ["nowhere:Safari", "nowhere", "json:Safari"])
async def test_what_is_not_there_has_no_traceback(name: str, folder: Path) -> None:
    code, _, log = await run_to_the_end("voyage-worker", environment=environment(folder, VOYAGE_TRIP=name))
    assert (code, len(log.splitlines())) == (2, 1), log


@pytest.mark.parametrize("named", [{"VOYAGE_TRIP": "their_code:Safari"}])
def test_a_terminal_gets_one_line(named: dict[str, str], folder: Path) -> None:
    worker = str(Path(sys.executable).with_name("voyage-worker"))
    child = pexpect.spawn(worker, env=environment(folder, **named), encoding="utf-8", timeout=60)
    child.expect(pexpect.EOF)
    child.close()
    assert (child.exitstatus, len((child.before or "").splitlines())) == (2, 1), child.before


async def test_a_command_of_a_client_stays_one_line(folder: Path) -> None:
    own = environment(folder, VOYAGE_TRIP="their_code:Safari")
    code, _, complained = await run_to_the_end("voyage", "status", "x", environment=own)
    assert (code, len(complained.splitlines())) == (2, 1), complained
