"""Where the servers come from, if the environment doesn't name them: this machine, or else fetched once."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from voyage.devstack.fetching import Say, cache, go_install, one_at_a_time, run
from voyage.errors import DevstackError

TEMPORAL_CLI = "github.com/temporalio/cli/cmd/temporal@v1.5.1"
TEMPORAL_RELEASE = "go.temporal.io/server/cmd"


def temporal_binary(say: Say) -> Path:
    """The Temporal CLI: on PATH, from an earlier run, the SDK's download, or built from its Go module."""
    if found := _temporal_here():
        return found
    with one_at_a_time("temporal"):
        found = _temporal_here() or _downloaded_temporal(say) or _built_temporal(say)
    if found is None:
        raise DevstackError(
            "The Temporal CLI is not here and could not be fetched. Install it, then try again:\n"
            "  macOS:  brew install temporal\n"
            f"  Go:     go install {TEMPORAL_CLI}\n"
            "  else:   https://docs.temporal.io/cli\n"
            "or set TEMPORAL_ADDRESS to a server that runs."
        )
    return found


def temporal_server(version: str, say: Say) -> Path:
    """A release of the Temporal server itself, such as `1.32` or `1.32.1`: from an earlier run, or built."""
    return _of_release(version, "server", "server", say)


def temporal_sql_tool(version: str, say: Say) -> Path:
    """The same release's tool that makes the schemas of a SQL database."""
    return _of_release(version, "sql", "tools/sql", say)


def install_rabbitmq(say: Say) -> bool:
    """Install rabbitmq-server on Debian or Ubuntu, if we may; whether that worked."""
    if not shutil.which("apt-get"):
        return False
    sudo: list[str] = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if sudo and subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode:
        return False
    say("Installing rabbitmq-server with apt-get (once; about half a minute)")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return all(
        run([*sudo, "apt-get", *arguments], say, environment)
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", "rabbitmq-server"])
    )


def _temporal_here() -> Path | None:
    on_path = shutil.which("temporal")
    places = (Path(on_path) if on_path else None, cache() / "temporal", Path.home() / "go/bin/temporal")
    return next((place for place in places if place and place.exists()), None)


def _downloaded_temporal(say: Say) -> Path | None:
    say("Fetching the Temporal dev server (once)")

    async def download() -> None:
        environment = await WorkflowEnvironment.start_local(download_dest_dir=str(cache()))
        await environment.shutdown()

    try:
        asyncio.run(asyncio.wait_for(download(), 300))
    except (RuntimeError, TimeoutError):
        say("It can't be downloaded from here")
        return None
    binary = next((file for file in sorted(cache().glob("temporal-*")) if os.access(file, os.X_OK)), None)
    return binary.rename(cache() / "temporal") if binary else None


def _built_temporal(say: Say) -> Path | None:
    say("Building the Temporal CLI from its Go module (once; 2 to 6 minutes)")
    return cache() / "temporal" if go_install(TEMPORAL_CLI, cache(), say) else None


def _of_release(version: str, name: str, command: str, say: Say) -> Path:
    folder = cache() / version
    binary = folder / name
    tag = version if version.count(".") > 1 else f"{version}.0"
    with one_at_a_time(f"server-{version}"):
        if not binary.exists():
            say(f"Building Temporal's {name} {tag} from its Go module (once; 7 minutes or more for a server)")
            if not go_install(f"{TEMPORAL_RELEASE}/{command}@v{tag}", folder, say):
                raise DevstackError(
                    f"Temporal's {name} {tag} could not be built; see {cache() / 'go.log'}. "
                    f"Install Go (https://go.dev/dl/), or put the binary at {binary}."
                )
    return binary
