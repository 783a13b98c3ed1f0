"""`python requirements/uv.py ARGUMENTS…`: uv, with the index, certificates and proxy that pip is set to.

For the Makefile. Whatever a variable of uv's own says holds. What it installs is counted, not listed.
"""

import ast
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

OF_UV = {
    "index-url": ("UV_DEFAULT_INDEX",),
    "extra-index-url": ("UV_INDEX",),
    "find-links": ("UV_FIND_LINKS",),
    "trusted-host": ("UV_INSECURE_HOST",),
    "cert": ("SSL_CERT_FILE",),
    "client-cert": ("SSL_CLIENT_CERT",),
    "proxy": ("HTTP_PROXY", "HTTPS_PROXY"),
    "timeout": ("UV_HTTP_TIMEOUT",),
}
"""The variables that say to uv what a setting of pip says."""
INSTALLED = " + "
LISTED = (INSTALLED, " - ", " ~ ", "Installed ", "Uninstalled ")
"""How lines begin that say no more than the count does."""
PINNED = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
"""As pip does, take a version from any index: the hashes say that it is the right one."""


def settings_of(listed: str) -> Mapping[str, str]:
    """The settings in what `pip config list` prints; a variable holds, and `[install]` before `[global]`."""
    found: dict[str, str] = {}
    for section in ("global.", "install.", ":env:."):
        for line in listed.splitlines():
            name, _, value = line.partition("=")
            if name.startswith(section):
                found[name.removeprefix(section)] = ast.literal_eval(value)
    return found


def variables_of(settings: Mapping[str, str]) -> Mapping[str, str]:
    """What uv has to be told to find packages where pip does."""
    found = dict(PINNED)
    for name, variables in OF_UV.items():
        if words := settings.get(name, "").split():
            separator = "," if name == "find-links" else " "
            found |= dict.fromkeys(variables, separator.join(words))
    return found


def main(arguments: list[str]) -> int:
    """Run uv; its exit code."""
    pip = [sys.executable, "-m", "pip", "config", "list"]
    settings = settings_of(subprocess.run(pip, capture_output=True, text=True, check=False).stdout)
    if settings.get("no-index", "").lower() in {"1", "true", "yes", "on"}:
        arguments = [*arguments, "--no-index"]
    uv = Path(sys.executable).with_name("uv")
    begun, count = time.monotonic(), 0
    with subprocess.Popen(
        [uv, *arguments], env={**variables_of(settings), **os.environ}, stderr=subprocess.PIPE, text=True
    ) as running:
        for line in running.stderr or ():
            count += line.startswith(INSTALLED)
            if not line.startswith(LISTED):
                sys.stderr.write(line)
                sys.stderr.flush()
    if count:
        sys.stderr.write(f"{count} packages installed in {time.monotonic() - begun:.0f} s\n")
    return running.returncode


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):  # uv has had it too, and says so
        sys.exit(main(sys.argv[1:]))
    sys.exit(130)
