"""A real Chromium, told what to do by its driver (W3C WebDriver)."""

import base64
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from voyage.devstack.ports import HOST, free_port

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 30.0  # seconds
ENTER, TAB = "\ue007", "\ue004"


class Chromium:
    """One window."""

    def __init__(self, driver: httpx.Client, address: str) -> None:
        self._driver = driver
        self._address = address
        made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": _wanted()}})
        self._session = f"/session/{made['sessionId']}"

    def open(self, path: str) -> None:
        """Load a page of the console, anew."""
        self.do("POST", "/url", url=f"{self._address}{path}")

    def do(self, method: str, path: str, **body: Any) -> Any:
        """A command of WebDriver."""
        return self._call(method, f"{self._session}{path}", body if method == "POST" else None)

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script returns in the page."""
        return self.do("POST", "/execute/sync", script=script, args=list(arguments))

    def find(self, css: str) -> str:
        """The element, as soon as it is there."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = self.do("POST", "/elements", using="css selector", value=css)
            if found:
                return str(found[0][ELEMENT])
            assert time.monotonic() < deadline, f"no {css} in: {self.text()}"
            time.sleep(0.05)

    def click(self, css: str) -> None:
        """Click it as a person does: it must be there, and nothing above it."""
        self.do("POST", f"/element/{self.find(css)}/click")

    def type(self, css: str, text: str) -> None:
        """Type into it."""
        self.do("POST", f"/element/{self.find(css)}/value", text=text)

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        steps = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.do("POST", "/actions", actions=[{"type": "key", "id": "keyboard", "actions": steps}])

    def text(self, css: str = "body") -> str:
        """What a person reads there."""
        return str(
            self.run("const one = document.querySelector(arguments[0]); return one ? one.innerText : ''", css)
        )

    def sees(self, *wanted: str, css: str = "body", within: float = PATIENCE) -> str:
        """The text there, once it has all of this in it."""
        deadline = time.monotonic() + within
        while not all(one in (seen := self.text(css)) for one in wanted):
            assert time.monotonic() < deadline, f"never saw {wanted} in: {seen}"
            time.sleep(0.1)
        return seen

    def size(self, width: int, height: int = 900) -> None:
        """So large is the page, whatever a window may be at least."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.devtools("Emulation.setDeviceMetricsOverride", **metrics)

    def colours(self, scheme: str) -> None:
        """`light` or `dark`, as the person prefers."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.devtools("Emulation.setEmulatedMedia", features=[feature])

    def devtools(self, command: str, **parameters: Any) -> Any:
        """A command of Chromium's own."""
        return self.do("POST", "/goog/cdp/execute", cmd=command, params=parameters)

    def complaints(self) -> list[str]:
        """What the browser's console says is wrong, as of what the policy refuses."""
        return [
            one["message"] for one in self.do("POST", "/se/log", type="browser") if one["level"] == "SEVERE"
        ]

    def photograph(self, picture: Path) -> None:
        """The page as it is seen."""
        picture.write_bytes(base64.b64decode(self.do("GET", "/screenshot")))

    def close(self) -> None:
        """End it."""
        self.do("DELETE", "")

    def _call(self, method: str, path: str, body: Any) -> Any:
        answer = self._driver.request(method, path, json=body)
        value = answer.json()["value"]
        assert answer.is_success, value
        return value


@contextmanager
def driver() -> Iterator[httpx.Client]:
    """The driver's process, and how it is called."""
    found = shutil.which("chromedriver")
    assert found, "chromedriver is missing. On Debian: sudo apt-get install chromium chromium-driver"
    port = free_port()
    with subprocess.Popen([found, f"--port={port}"], stdout=subprocess.DEVNULL) as process:  # noqa: S603 -- by its name
        try:
            with httpx.Client(base_url=f"http://{HOST}:{port}", timeout=120, trust_env=False) as client:
                deadline = time.monotonic() + PATIENCE
                while not _is_ready(client):
                    assert time.monotonic() < deadline, "chromedriver did not become ready"
                    time.sleep(0.1)
                yield client
        finally:
            process.terminate()


def _is_ready(client: httpx.Client) -> bool:
    try:
        return bool(client.get("/status").json()["value"]["ready"])
    except httpx.TransportError:
        return False


def _wanted() -> dict[str, Any]:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    assert browser, "chromium is missing. On Debian: sudo apt-get install chromium chromium-driver"
    return {
        "browserName": "chrome",
        "goog:chromeOptions": {"binary": browser, "args": ARGUMENTS},
        "goog:loggingPrefs": {"browser": "ALL"},
    }
