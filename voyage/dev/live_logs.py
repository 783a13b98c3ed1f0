"""The logs of several processes while they are written."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

Show = Callable[[str, str], None]
"""Called with a process's name and a line of its log."""
INTERVAL = 0.1  # seconds between two looks


@contextmanager
def showing(folder: Path, names: Iterable[str], show: Show) -> Iterator[None]:
    """Show each line that is added to the log files of these names, until the block ends."""
    files = [_Growing(name, folder / f"{name}.log") for name in names]
    ended = threading.Event()

    def follow() -> None:
        last_look = False
        while not last_look:
            last_look = ended.wait(INTERVAL)
            for file in files:
                for line in file.new_lines():
                    show(file.name, line)

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


class _Growing:
    """A file that is added to, and what of it has been read."""

    def __init__(self, name: str, file: Path) -> None:
        self.name = name
        self._file, self._read = file, 0

    def new_lines(self) -> list[str]:
        """The whole lines that have been added since."""
        if not self._file.exists():
            return []
        with self._file.open("rb") as log:
            log.seek(self._read)
            whole, newline, _ = log.read().rpartition(b"\n")
        self._read += len(whole) + len(newline)
        return whole.decode(errors="replace").splitlines()
