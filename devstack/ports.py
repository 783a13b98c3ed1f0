"""Ports: which are free, and which have somebody listening."""

import random
import socket
from contextlib import closing

HOST = "127.0.0.1"
# Below the ports that systems give to outgoing connections: one of those could take a port
# between our look and the start of the server that is to have it.
_OURS = range(20_000, 32_000)


def free_port(preferred: int = 0) -> int:
    """`preferred` if nobody has it, else any free one."""
    for port in (*([preferred] if preferred else []), *random.sample(_OURS, 100)):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
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
