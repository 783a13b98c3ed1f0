"""The plugin of pytest: fixtures for tests of a trip on real servers. It costs a suite that has none nothing.

Whatever is named here, a suite's own fixture of that name wins.
"""

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from voyage.testing.harness import Harness
    from voyage.testing.running import Voyage
    from voyage.trips import Trip

_SHARED = "voyage_servers"
_folder = pytest.StashKey[Path]()
_running = pytest.StashKey["Voyage"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the setting that names the trip."""
    parser.addini("voyage_trip", "the trip that the fixture `voyage` books, as module:Class", default="")


@pytest.fixture(scope="session")
def voyage_trip(pytestconfig: pytest.Config) -> "type[Trip] | str":
    """The trip to test; override it, or name the trip in pytest's settings or in VOYAGE_TRIP."""
    return str(pytestconfig.getini("voyage_trip") or os.environ.get("VOYAGE_TRIP", ""))


@pytest.fixture(scope="session")
def voyage_settings() -> Mapping[str, str]:
    """More of the environment of consumer and worker, such as VOYAGE_JEEP_SUPPLIER_PLUGIN; override it."""
    return {}


@pytest.fixture(scope="session")
def _voyage_harness(pytestconfig: pytest.Config) -> "Iterator[Harness]":
    try:
        from voyage.testing.harness import Harness  # noqa: PLC0415 -- for those who use it
    except ModuleNotFoundError as missing:
        pytest.fail(
            f"{missing.name} is not installed, which the fixture voyage needs. "
            'Install it: pip install "voyage-bridge[dev]"',
            pytrace=False,
        )
    shared = getattr(pytestconfig, "workerinput", {}).get(_SHARED)
    harness = Harness(Path(shared) if shared else None)
    yield harness
    harness.close()


@pytest.fixture
def voyage(
    request: pytest.FixtureRequest,
    _voyage_harness: "Harness",
    voyage_trip: "type[Trip] | str",
    voyage_settings: Mapping[str, str],
) -> "Iterator[Voyage]":
    """A running Voyage: real servers, consumer and worker; suppliers that do what the test says."""
    from voyage.errors import VoyageError  # noqa: PLC0415 -- for those who use it

    try:
        running = _voyage_harness.product(voyage_trip, voyage_settings).voyage()
    except VoyageError as mistake:
        pytest.fail(str(mistake), pytrace=False)
    request.node.stash[_running] = running
    yield running
    running.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Show, where a test failed, what both processes logged last."""
    report = yield
    running = item.stash.get(_running, None)
    if report.failed and running and call.when != "teardown":
        report.sections += [(f"voyage: {title}", text) for title, text in running.report()]
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give each process of pytest-xdist the folder by which they share the servers."""
    if _folder not in node.config.stash:
        node.config.stash[_folder] = Path(tempfile.mkdtemp(prefix="voyage-testing-"))
    node.workerinput[_SHARED] = str(node.config.stash[_folder])


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the servers that the processes of pytest-xdist shared."""
    if folder := config.stash.get(_folder, None):
        if any(folder.iterdir()):
            from voyage.testing import shared_servers  # noqa: PLC0415 -- for those who use it

            shared_servers.end(folder)
        shutil.rmtree(folder, ignore_errors=True)
