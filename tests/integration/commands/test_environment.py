"""What is wrong with the environment ends every command with exit code 2 and the name of the variable."""

from collections.abc import Mapping

import pytest

from tests.commands import run_to_the_end


@pytest.mark.parametrize("command", ["voyage", "voyage-console", "voyage-consumer", "voyage-worker"])
async def test_a_mistyped_variable_ends_every_command(command: str, environment: Mapping[str, str]) -> None:
    wrong = {**environment, "VOYAGE_PREFECTH": "3"}
    code, _, said = await run_to_the_end(
        command, *(["results"] if command == "voyage" else []), environment=wrong
    )
    help_code, _, _ = await run_to_the_end(command, "--help", environment=wrong)

    assert (code, help_code, said.count("\n")) == (2, 0, 1)
    assert "Did you mean VOYAGE_PREFETCH?" in said


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("voyage-worker", "VOYAGE_SHUTDOWN_GRACE"),
        ("voyage-consumer", "VOYAGE_DRAIN_TIMEOUT"),
        ("voyage-consumer", "VOYAGE_RETRY_INTERVAL_LIMIT"),
        ("voyage-consumer", "VOYAGE_TRY_TIMEOUT"),
        ("voyage-worker", "VOYAGE_CAR_SUPPLIER_TIMEOUT"),
    ],
)
async def test_a_number_that_cannot_be_meant_ends_a_service(
    command: str, name: str, environment: Mapping[str, str]
) -> None:
    code, _, said = await run_to_the_end(command, environment={**environment, name: "inf"})

    assert (code, said.count(f"{name}: takes a number, not nan or inf. Correct or unset it")) == (2, 1)
    assert "Traceback" not in said


@pytest.mark.parametrize("command", ["voyage-worker", "voyage-consumer --with-worker"])
async def test_a_leg_without_a_supplier_ends_what_would_book(
    command: str, environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VOYAGE_SUPPLIERS")
    own = {**environment, "VOYAGE_CAR_SUPPLIER": "simulated"}
    code, _, said = await run_to_the_end(*command.split(), environment=own)

    assert (code, "Traceback" in said) == (2, False)
    [complaint] = [line for line in said.splitlines() if "VOYAGE_HOTEL_SUPPLIER_URL=" in line]
    assert "No supplier is named for hotel, flight" in complaint
    assert "VOYAGE_SUPPLIERS=simulated" in complaint
