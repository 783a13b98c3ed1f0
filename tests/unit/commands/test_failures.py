"""What ends a command, by kind: one line and the documented exit code."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest
from typer.exceptions import Abort

from publisher.cli import app as voyage
from voyage.commands.failures import Ending, Exit, ending_of, missing_library
from voyage.commands.running import run
from voyage.errors import CommandInterruptedError, OutputError, SettingsError, StuckError, VoyageError

FULL = OSError(errno.ENOSPC, "No space left on device")
GONE = BrokenPipeError(errno.EPIPE, "Broken pipe")


class ShySupplierError(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def unknown(_: BaseException) -> None:
    return None


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (SettingsError("VOYAGE_X: no\ngood"), Exit.USAGE, "VOYAGE_X: no good"),
        (StuckError("start me anew"), Exit.NO_RESULT, "start me anew"),
        (CommandInterruptedError("it goes on"), Exit.INTERRUPTED, "it goes on"),
        (KeyboardInterrupt(), Exit.INTERRUPTED, "interrupted. "),
        (Abort(), Exit.INTERRUPTED, "interrupted. "),
        (OutputError(FULL), Exit.USAGE, "can't write to standard output (No space left on device)."),
        (OutputError(GONE), Exit.READER_GONE, ""),
        (FileNotFoundError(2, "No such file or directory", "/nope"), Exit.USAGE, "/nope: No such file"),
        (ExceptionGroup("several", [ValueError(), VoyageError("do this")]), Exit.USAGE, "do this"),
        (SystemExit(1), 1, ""),
        (VoyageError("x" * 10_000), Exit.USAGE, "x" * 1000 + "…"),
    ],
)
def test_each_kind_has_its_code_and_one_line(error: BaseException, code: int, text: str) -> None:
    ending = ending_of(error, unknown)

    assert (ending.code, ending.text.startswith(text), "\n" in ending.text) == (code, True, False)
    assert not ending.is_bug


@pytest.mark.parametrize(
    "error", [KeyError("a\nkey"), ValueError(), ShySupplierError(), RecursionError("x" * 5000)]
)
def test_what_nobody_foresaw_is_a_bug_of_ours_and_says_so_in_one_line(error: Exception) -> None:
    ending = ending_of(error, unknown)

    assert (ending.code, ending.is_bug, "\n" in ending.text) == (Exit.USAGE, True, False)
    assert ending.text.startswith(f"this is a bug of ours: {type(error).__name__}: ")
    assert ending.text.endswith("VOYAGE_LOG_LEVEL=debug shows more.")


def test_what_a_command_knows_of_its_libraries_is_said() -> None:
    assert ending_of(ValueError(), lambda _: "Do this.") == Ending(Exit.USAGE, "Do this.")


@pytest.mark.parametrize(("level", "lines"), [("info", 1), ("debug", 4)])
def test_the_traceback_of_a_bug_is_shown_to_whoever_asks(
    level: str, lines: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("x")

    monkeypatch.setenv("VOYAGE_LOG_LEVEL", level)
    monkeypatch.setattr(voyage, "app", broken)
    code = run("voyage", "publisher.cli.app", arguments=["status", "x"])
    said = capsys.readouterr().err

    assert (code, "Traceback" in said) == (2, level == "debug")
    assert said.splitlines()[-1].startswith(
        "voyage: this is a bug of ours: KeyError: 'x' at test_failures.py:"
    )
    assert len(said.splitlines()) >= lines


def test_a_library_that_is_missing_is_named_with_how_to_install_it() -> None:
    missing = ModuleNotFoundError("No module named 'temporalio'", name="temporalio.client")

    assert str(missing_library(missing, "service")).endswith('pip install "voyage-bridge[service]"')
    assert str(missing_library(missing, "")).endswith("pip install voyage-bridge")


LIGHT = """
import runpy, sys
sys.modules['temporalio'] = None  # Python takes it for a module that isn't there
runpy.run_module(sys.argv.pop(), run_name='__main__')
"""


@pytest.mark.parametrize("module", ["saga", "consumer"])
def test_the_light_installation_says_what_to_install(module: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", LIGHT, module]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 -- ours

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.endswith('Install it: pip install "voyage-bridge[service]"\n')
    assert ended.stderr.count("\n") == 1
