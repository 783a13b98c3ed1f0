"""The commands of this project, parsed without being run."""

import importlib.util
import re

from typer._click.core import Command, Context
from typer.core import TyperGroup
from typer.exceptions import Exit, TyperException
from typer.main import get_command

import console.command
import consumer.command
import saga.cli.app
from tests.documentation.pages import ROOT
from voyage.dev import app as voyage

COMMANDS: dict[str, Command] = {
    "voyage": get_command(voyage.app),
    "voyage-worker": get_command(saga.cli.app.app),
    "voyage-console": get_command(console.command.app),
    "voyage-consumer": get_command(consumer.command.app),
}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
NOT_OURS = {
    "cd",
    "curl",
    "docker",
    "export",
    "git",
    "go",
    "grep",
    "kubectl",
    "mkdir",
    "mvn",
    "node",
    "npm",
    "pip",
    "pytest",
    "rabbitmqctl",
    "sed",
    "sh",
    "temporal",
}
"""Programs of other people; CONTRIBUTING.md says which tests run what is done with them."""


def parse(words: list[str], *, whole: bool = True) -> None:
    """Parse a line of ours without running it, or only look its names up; raises as it would."""
    command, arguments, context = COMMANDS[words[0]], words[1:], None
    while True:
        options = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
        if isinstance(command, TyperGroup) and arguments:
            assert arguments[0] in command.commands or arguments[0] in {*options, "--help"}, words
            if arguments[0] not in command.commands:
                return
            context = Context(command, parent=context, info_name=words[0])
            command, arguments = command.commands[arguments[0]], arguments[1:]
            continue
        if whole and "--help" not in arguments:
            command.make_context(words[0], list(arguments), parent=context)
        unknown = {word.split("=")[0] for word in arguments if word.startswith("--")} - options - {"--help"}
        assert not unknown, f"{words}: no such option {unknown}"
        return


def check(words: list[str], *, whole: bool = True) -> None:
    """Whether this command exists and takes these words."""
    program = words[0].removeprefix(".venv/bin/")
    if program == "make":
        assert set(re.findall(r"(?<= )[a-z-]+", " ".join(words))) <= TARGETS, words
    elif program == "python" and words[1:2] == ["-m"]:
        assert importlib.util.find_spec(words[2]), words
    elif program in COMMANDS:
        parse([program, *words[1:]], whole=whole)
    else:
        assert program in NOT_OURS or (ROOT / program).exists() or program in {"python", "pre-commit"}, words


def can_be_given(words: list[str]) -> bool:
    """Whether this is a whole line of ours: it would run, and doesn't just name a command."""
    try:
        parse(words)
    except (AssertionError, TyperException, Exit):
        return False
    return True
