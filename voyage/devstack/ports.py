"""Ports: which are free, and which have somebody listening."""

import fcntl
import os
import random
import socket
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import BinaryIO

HOST = "127.0.0.1"
# Below the ports that systems give to outgoing connections: one of those could take a port
# between our look and the start of the server that is to have it.
_OURS = range(20_000, 32_000)
_given: set[int] = set()


def free_port(preferred: int = 0) -> int:
    """`preferred` if nobody has it, else another; it is given to nobody else while this process lives."""
    if preferred and _is_free(preferred) and (preferred in _given or _reserved(preferred)):
        return preferred
    for port in random.sample(_OURS, 100):
        if _is_free(port) and _reserved(port):
            return port
    raise AssertionError("a machine without a free port")


def listening(host: str, port: int) -> bool:
    """Whether somebody accepts connections there."""
    try:
        with closing(socket.create_connection((host, port), timeout=1)):
            return True
    except OSError:
        return False


def speaks_amqp(host: str, port: int) -> bool:
    """Whether a broker answers the protocol header; a port that merely listens may not be ready yet."""
    try:
        with closing(socket.create_connection((host, port), timeout=2)) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return connection.recv(1) == b"\x01"
    except OSError:
        return False


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _reserved(port: int) -> bool:
    """Whether it is ours now: others look for ports in the seconds until our server has taken its own."""
    if port in _given:
        return False
    try:
        fcntl.lockf(_register(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    _given.add(port)
    return True


@cache
def _register() -> BinaryIO:
    """A file of which each byte is a port: whoever has locked it has the port, until he ends."""
    return Path(tempfile.gettempdir(), f"devstack-ports-{os.getuid()}").open("ab")
