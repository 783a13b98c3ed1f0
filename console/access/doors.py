"""The ways in, of which the settings open one: this machine alone, a password, or the header of a proxy."""

from ipaddress import ip_address
from typing import Protocol

from aiohttp import web

from console.access.sessions import Session
from console.access.users import PasswordFile, Right, User
from console.settings import ConsoleSettings
from saga.cli.attention import login_name
from voyage.errors import SettingsError

_LOCAL_NAMES = {"localhost", "127.0.0.1", "[::1]", "::1"}


class Door(Protocol):
    """One way in."""

    asks_for_password: bool

    def refusal(self, request: web.Request) -> str:
        """Why this request may not come in whoever sends it; empty if it may."""
        ...

    def user(self, request: web.Request, session: Session | None) -> User | None:
        """Who it is; None if nobody knows."""
        ...


class LocalDoor:
    """Whoever is on this machine may act. Pages of others, reached by a name of theirs, may not."""

    asks_for_password = False

    def __init__(self) -> None:
        self._user = User(login_name(), Right.ACT)

    def refusal(self, request: web.Request) -> str:
        """Only by a name of this machine: another one may have been made to lead here."""
        if _host_of(request) in _LOCAL_NAMES:
            return ""
        return "This console is for its own machine: open it as http://127.0.0.1 or http://localhost."

    def user(self, request: web.Request, session: Session | None) -> User | None:  # noqa: ARG002 -- all are one
        """Whoever runs the console."""
        return self._user


class PasswordDoor:
    """Users of a password file."""

    asks_for_password = True

    def __init__(self, users: PasswordFile) -> None:
        self.users = users

    def refusal(self, request: web.Request) -> str:  # noqa: ARG002 -- anybody may try
        """Anybody may try."""
        return ""

    def user(self, request: web.Request, session: Session | None) -> User | None:  # noqa: ARG002
        """Whose session it is, with their right as it is now; nobody's if the password has changed."""
        if not session or not session.name or session.proof != self.users.proof(session.name):
            return None
        return self.users.user(session.name)


class ProxyDoor:
    """Users whom a trusted proxy names."""

    asks_for_password = False

    def __init__(self, settings: ConsoleSettings) -> None:
        self._header, self._proxies = settings.console_user_header, settings.proxies
        self._actors = settings.actors

    def refusal(self, request: web.Request) -> str:
        """Only from the proxy, and only once named."""
        if _address_of(request) not in self._proxies:
            return "This console is reached through its proxy only."
        named = request.headers.getall(self._header, [])
        return "" if len(named) == 1 and named[0].strip() else "The proxy named no user."

    def user(self, request: web.Request, session: Session | None) -> User | None:  # noqa: ARG002
        """Whom the proxy names."""
        name = request.headers[self._header].strip()[:200]
        may_act = name in self._actors or "*" in self._actors
        return User(name, Right.ACT if may_act else Right.LOOK)


def door_of(settings: ConsoleSettings) -> Door:
    """The way in that the settings open; raises `SettingsError` if anybody at all could come in by it."""
    if settings.console_users and settings.console_user_header:
        raise SettingsError("VOYAGE_CONSOLE_USERS and VOYAGE_CONSOLE_USER_HEADER: set one of them, not both.")
    if settings.console_users:
        users = PasswordFile(settings.console_users)
        users.users()
        return PasswordDoor(users)
    if settings.console_user_header:
        return ProxyDoor(settings)
    if not is_loopback(settings.console_host):
        raise SettingsError(
            f"VOYAGE_CONSOLE_HOST={settings.console_host} lets others in, and no user is set. Set "
            "VOYAGE_CONSOLE_USERS to a password file (voyage-console password NAME), or "
            "VOYAGE_CONSOLE_USER_HEADER to the header in which your proxy names the user."
        )
    return LocalDoor()


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _address_of(request: web.Request) -> str:
    """Who called; IPv4 as such, also at an address that takes both."""
    peer = ip_address((request.remote or "0.0.0.0").partition("%")[0])  # noqa: S104 -- nobody's address
    return str(getattr(peer, "ipv4_mapped", None) or peer)


def _host_of(request: web.Request) -> str:
    """The name by which it was reached, without the port."""
    host = request.host.lower()
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
