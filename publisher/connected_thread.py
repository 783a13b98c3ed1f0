"""The loop thread of a blocking client: one in each process, as no thread outlives a fork."""

import os
from collections.abc import Callable
from threading import Lock
from weakref import WeakSet, finalize

from publisher.client import Client
from publisher.connecting import Connecting
from publisher.errors import ClientClosedError
from publisher.loop_thread import LoopThread


class ConnectedThread:
    """Connects in a process when it is first asked there; ends when it is closed, or the interpreter ends."""

    def __init__(self, connect: Callable[[], Connecting[Client]]) -> None:
        self._connect = connect
        self._is_closed = False
        self._lock = Lock()
        self.made: LoopThread | None = None
        _ALL.add(self)

    def get(self) -> LoopThread:
        """The thread of this process; raises `ClientClosedError`, or what connecting raises."""
        with self._lock:
            if self.made is None and not self._is_closed:
                self.made = LoopThread(self._connect)
                finalize(self, self.made.close)  # also at the interpreter's end
        if self._is_closed:
            self.close()
        if self.made is None or self._is_closed:
            raise ClientClosedError("This client is closed. Connect a new one: BlockingClient.connect().")
        return self.made

    def close(self) -> None:
        """End it within seconds; twice is once."""
        self._is_closed = True
        if self.made:
            self.made.close()

    def forget(self) -> None:
        """Have no thread, and a lock that nobody holds, as in a child after a fork."""
        self._lock, self.made = Lock(), None


_ALL: WeakSet[ConnectedThread] = WeakSet()
_OF_PARENTS = list[LoopThread | None]()
"""Kept, as the garbage collector would close sockets and event loops that the parent uses."""


def _forget_parents() -> None:
    for connected in tuple(_ALL):
        _OF_PARENTS.append(connected.made)
        connected.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_parents)
