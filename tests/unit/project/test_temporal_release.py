"""`TEMPORAL_SERVER` chooses a release of the server itself, set up as the dev server is."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from voyage.devstack.temporal import DYNAMIC_CONFIG, Temporal
from voyage.devstack.temporal_release import TemporalRelease, temporal_of_choice


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Temporal]:
    """The chosen server, whose binary an earlier run has left."""
    binary = tmp_path / "voyage-devstack/1.32/server"
    binary.parent.mkdir(parents=True)
    binary.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("TEMPORAL_SERVER", "1.32")
    server = temporal_of_choice(print)
    yield server
    server.close()


def test_the_release_that_is_named_is_taken_from_an_earlier_run(release: Temporal, tmp_path: Path) -> None:
    assert isinstance(release, TemporalRelease)
    assert release.command()[0] == tmp_path / "voyage-devstack/1.32/server"


def test_its_services_have_ports_of_their_own_and_its_frontend_the_address(release: Temporal) -> None:
    _, _, file, *_ = release.command()
    static = json.loads(Path(file).read_text())
    rpc = [service["rpc"] for service in static["services"].values()]
    ports = [port for one in rpc for name, port in one.items() if name.endswith("Port")]

    assert len(set(ports)) == len(ports)
    assert release.address.endswith(f":{static['services']['frontend']['rpc']['grpcPort']}")


def test_its_limits_are_ours_and_what_was_set_since(release: Temporal) -> None:
    release.config = {"frontend.namespaceRPS": "5"}
    _, _, file, *_ = release.command()
    dynamic = json.loads(
        Path(json.loads(Path(file).read_text())["dynamicConfigClient"]["filepath"]).read_text()
    )

    assert dynamic["frontend.namespaceRPS"] == [{"value": 5}]
    assert dynamic["system.enableActivityEagerExecution"] == [{"value": True}]
    assert dynamic.keys() == DYNAMIC_CONFIG.keys()
