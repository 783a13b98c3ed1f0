"""`make setup` installs with uv, which finds packages where pip is set to find them."""

import os
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from zipfile import ZipFile

import pytest

from tests.documentation.pages import ROOT

UV = ROOT / "requirements/uv.py"
PYTHON = ROOT / ".venv/bin/python"
"""With pip, as `make setup` makes it; the Pythons of `make test-pythons` have none."""
asked: list[tuple[str, str]] = []


class Index(BaseHTTPRequestHandler):
    """Has no package, and notes what it is asked for."""

    def do_GET(self) -> None:
        asked.append((self.path, self.headers.get("Authorization", "")))
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def index() -> Iterator[str]:
    asked.clear()
    with HTTPServer(("127.0.0.1", 0), Index) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def install(**settings: str) -> str:
    """What uv complains of when it is to install what nobody has."""
    unset = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    environment = {**unset, "UV_NO_CACHE": "1", "PIP_NO_INPUT": "1", **settings}
    command: list[str | Path] = [
        PYTHON,
        UV,
        "pip",
        "install",
        "--dry-run",
        "--python",
        PYTHON,
        "voyage-nobody",
    ]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 -- our own
    assert ended.returncode
    return ended.stderr


def test_the_index_of_pip_s_variable_is_asked(index: str) -> None:
    install(PIP_INDEX_URL=f"http://me:secret@{index}/own")
    assert [path for path, _ in asked] == ["/own/voyage-nobody/"]
    assert all(login.startswith("Basic ") for _, login in asked)


def test_the_index_of_pip_s_file_is_asked_and_links_are_followed(index: str, tmp_path: Path) -> None:
    file = tmp_path / "pip.conf"
    file.write_text(f"[global]\nindex-url = http://{index}/own\nfind-links = {tmp_path}\n")
    (tmp_path / "voyage_nobody-1.0-py2-none-any.whl").touch()
    assert "voyage-nobody" in install(PIP_CONFIG_FILE=str(file))
    assert ("/own/voyage-nobody/", "") in asked


def test_what_uv_itself_is_told_holds(index: str) -> None:
    install(PIP_INDEX_URL="http://127.0.0.1:1/pip", UV_DEFAULT_INDEX=f"http://{index}/uv")
    assert [path for path, _ in asked] == ["/uv/voyage-nobody/"]


def test_no_index_is_asked_where_pip_asks_none(index: str) -> None:
    assert "voyage-nobody" in install(PIP_INDEX_URL=f"http://{index}/own", PIP_NO_INDEX="1")
    assert not asked


def test_what_is_installed_is_counted_and_not_listed(tmp_path: Path) -> None:
    about = "voyage_nobody-1.0.dist-info"
    with ZipFile(tmp_path / "voyage_nobody-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: voyage-nobody\nVersion: 1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")
    where: list[str | Path] = ["--no-index", "--find-links", tmp_path, "--target", tmp_path / "there"]
    command: list[str | Path] = [PYTHON, UV, "pip", "install", "--python", PYTHON, *where, "voyage-nobody"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 -- our own

    assert (ended.returncode, (tmp_path / "there" / about).exists()) == (0, True)
    assert " + voyage-nobody" not in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("1 packages installed in ")
