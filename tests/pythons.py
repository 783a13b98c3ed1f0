"""`make test-pythons`: the unit tests under every Python that is declared and on this machine."""

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).with_name("uv")
OURS = f"{sys.version_info.major}.{sys.version_info.minor}"


def declared() -> list[str]:
    """The versions among the classifiers."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found = (re.fullmatch(r".* Python :: (3\.\d+)", line) for line in project["classifiers"])
    return [match[1] for match in found if match]


def interpreter(version: str) -> str | None:
    """One of this version that runs, on the path or pyenv's."""
    on_path = shutil.which(f"python{version}")
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for candidate in (on_path, *map(str, pyenv)):
        if candidate and _run(candidate, "-c", "import ensurepip") == 0:
            return candidate
    return None


OURSELVES = ("--no-deps", "--no-build-isolation", "--editable", str(ROOT))


def passes(python: str) -> bool:
    """Whether the unit tests pass in a new environment with the pinned requirements."""
    with tempfile.TemporaryDirectory(prefix="voyage-python-") as folder:
        theirs = f"{folder}/bin/python"
        pinned = ("--require-hashes", "-r", "requirements/dev.txt")
        return not any(
            _run(*step, show=True)
            for step in (
                (str(UV), "venv", "--quiet", "--clear", "--python", python, folder),
                (str(UV), "pip", "install", "--quiet", "--python", theirs, *pinned),
                (str(UV), "pip", "install", "--quiet", "--python", theirs, *OURSELVES),
                (theirs, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/unit"),
            )
        )


def _run(*command: str, show: bool = False) -> int:
    output = None if show else subprocess.DEVNULL
    return subprocess.run(command, cwd=ROOT, stdout=output, stderr=output, check=False).returncode  # noqa: S603 -- commands of this file


def main() -> None:
    """Test each; fail if one fails."""
    failed = []
    for version in declared():
        python = interpreter(version)
        if version == OURS:
            print(f"Python {version}: what `make test` runs under")
        elif python is None:
            print(f"Python {version}: not on this machine, so not tested here")
        else:
            print(f"Python {version}: {python}", flush=True)
            failed += [] if passes(python) else [version]
    if failed:
        sys.exit(f"The unit tests fail under Python {', '.join(failed)}")


if __name__ == "__main__":
    main()
