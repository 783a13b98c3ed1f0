"""The examples, and so the client's types as they are used, by the type checker of many editors."""

from pathlib import Path

from tests.clients.test_official_tools import install, run

ROOT = Path(__file__).parents[2]


def test_pyright_finds_nothing_wrong_with_the_examples() -> None:
    install()
    run("node_modules/.bin/pyright", "--project", str(ROOT))
