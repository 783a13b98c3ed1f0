"""A trip while it is written: which files are watched, and what has changed in its declaration."""

import os
from collections.abc import Iterator, Sequence
from importlib.util import cache_from_source
from pathlib import Path

from watchfiles import PythonFilter, watch

from voyage.dev.declared import Declared

DEEPEST = 3  # folders below the working directory
LOOK_EVERY = 500  # milliseconds


class Watched:
    """The .py files of the working directory: which of them have changed since this was made."""

    def __init__(self) -> None:
        self._stamps = _stamps(_folders())

    def changes(self) -> Iterator[Sequence[Path]]:
        """What has changed since the last time, or nothing, twice a second; ends never."""
        polling = False
        while True:
            try:
                yield from self._until_other_folders(_folders(), polling=polling)
            except OSError:  # the system lets nobody watch any more
                if polling:
                    raise
                polling = True

    def _until_other_folders(self, folders: Sequence[Path], *, polling: bool) -> Iterator[Sequence[Path]]:
        was_watched = False
        for changes in watch(
            *folders,
            watch_filter=PythonFilter(),
            recursive=False,
            force_polling=polling or None,
            rust_timeout=LOOK_EVERY,
            yield_on_timeout=True,
        ):
            files = {Path(path) for _, path in changes}
            before, now = self._stamps, _folders()
            if files or not was_watched:
                self._stamps = _stamps(now)
            if not was_watched:
                files |= {file for file, _ in self._stamps.items() ^ before.items()}
            was_watched = True
            for file in files:
                _forget(file)
            yield sorted(files)
            if now != folders:
                return


def difference(before: Declared, now: Declared) -> str:
    """What is new in a declaration, in words."""
    both = [name for name in now.legs if name in before.legs]
    parts = {
        "added": [name for name in now.legs if name not in before.legs],
        "removed": [name for name in before.legs if name not in now.legs],
        "changed": [name for name in both if now.legs[name] != before.legs[name]],
    }
    told = [f"{word}: {', '.join(names)}" for word, names in parts.items() if names]
    if [name for name in before.legs if name in now.legs] != both:
        told.append("booked in another order")
    return f"legs {'; '.join(told)}" if told else "the legs are the same"


def _folders() -> list[Path]:
    """The working directory and the packages in it, but no environment and nothing hidden."""
    found = [here := Path.cwd()]
    for folder, below, files in os.walk(here):
        path = Path(folder)
        below[:] = [name for name in below if not name.startswith((".", "__")) and name != "node_modules"]
        if "pyvenv.cfg" in files or len(path.relative_to(here).parts) >= DEEPEST:
            below.clear()
        elif path != here and any(name.endswith(".py") for name in files):
            found.append(path)
    return found


def _stamps(folders: Sequence[Path]) -> dict[Path, int]:
    """When each file was last written."""
    files = (file for folder in folders for file in folder.glob("*.py"))
    return {file: file.stat().st_mtime_ns for file in files if file.is_file()}


def _forget(file: Path) -> None:
    """Python would take what it compiled for this one, if it changed within a second to equal length."""
    Path(cache_from_source(file)).unlink(missing_ok=True)
