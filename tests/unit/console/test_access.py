"""Nobody gets in who doesn't belong: passwords, users, and what must be set before others come in."""

import asyncio
import os
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import web

from console.access import passwords
from console.access.doors import LocalDoor, PasswordDoor, ProxyDoor, door_of
from console.access.sessions import MOST, Session, Sessions
from console.access.users import PasswordFile, Right, User, line_of
from console.settings import ConsoleSettings
from voyage.errors import SettingsError

PASSWORD = "correct horse battery"  # noqa: S105 -- of these tests
LINES: dict[str, str] = {}


def line(name: str, right: Right = Right.LOOK) -> str:
    """Made once: a hash takes its time, as it should."""
    return LINES.setdefault(f"{name} {right}", line_of(name, right, PASSWORD))


def settings(**changes: Any) -> ConsoleSettings:
    return ConsoleSettings().model_copy(update=changes)


@pytest.fixture
def users(tmp_path: Path) -> Path:
    path = tmp_path / "users"
    path.write_text(f"# who may\n\n{line('jane')}\n{line('joe', Right.ACT)}\n")
    return path


def test_a_hash_tells_its_password_and_no_other() -> None:
    hashed = line("jane").split(":", 2)[2]
    assert passwords.is_hash(hashed)
    assert PASSWORD not in hashed
    assert passwords.is_right(PASSWORD, hashed)
    for wrong in ("", PASSWORD[:-1], f"{PASSWORD} ", "x" * 5000, "\udc80"):
        assert not passwords.is_right(wrong, hashed)
    assert not passwords.is_right("", None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "$2b$12$abc",
        "$argon2id$v=19$m=99999999,t=3,p=4$AAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAA",
    ],
)
def test_what_is_no_hash_is_known(text: str) -> None:
    assert not passwords.is_hash(text)


@pytest.mark.parametrize(
    ("name", "password"),
    [("", PASSWORD), ("a b", PASSWORD), ("a:b", PASSWORD), ("jane", "short"), ("j", "x" * 1001)],
)
def test_a_line_for_nobody_and_a_short_password_are_refused(name: str, password: str) -> None:
    with pytest.raises(ValueError, match=r"a (name|password) has"):
        line_of(name, Right.LOOK, password)


async def test_users_are_who_the_file_says_now(users: Path) -> None:
    file = PasswordFile(users)
    assert await file.login("joe", PASSWORD) == User("joe", Right.ACT)
    assert await file.login("joe", "wrong password") is None
    assert await file.login("nobody", PASSWORD) is None

    await asyncio.to_thread(users.write_text, line("joe"))
    assert file.user("joe") == User("joe", Right.LOOK)
    assert file.user("jane") is None


async def test_after_some_wrong_passwords_a_name_waits(users: Path) -> None:
    file = PasswordFile(users)
    assert file.pause("joe") == 0
    for _ in range(4):
        await file.login("joe", "wrong password")
    assert 0 < file.pause("joe") <= 2
    assert file.pause("jane") == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "has no user"),
        ("jane:look:plain", "line 1 of .* can't be used"),
        ("jane:rule:$argon2id$", "line 1 of .* can't be used"),
        ("\njane", "line 2 of .* can't be used"),
    ],
)
def test_a_file_that_cant_be_used_is_told_by_line_and_without_what_it_holds(
    users: Path, text: str, told: str
) -> None:
    users.write_text(text)
    with pytest.raises(SettingsError, match=told) as refused:
        door_of(settings(console_users=users))
    assert "plain" not in str(refused.value)


def test_a_user_who_is_there_twice_is_told(users: Path) -> None:
    users.write_text(f"{line('jane')}\n{line('jane')}")
    with pytest.raises(SettingsError, match=r"line 2 of .* names a user again"):
        door_of(settings(console_users=users))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "console.example"])  # noqa: S104
def test_it_does_not_start_for_others_without_users(host: str, users: Path) -> None:
    with pytest.raises(SettingsError, match="lets others in, and no user is set"):
        door_of(settings(console_host=host))
    assert isinstance(door_of(settings(console_host=host, console_users=users)), PasswordDoor)
    assert isinstance(door_of(settings(console_host=host, console_user_header="X-User")), ProxyDoor)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_on_its_own_machine_it_needs_none(host: str) -> None:
    assert isinstance(door_of(settings(console_host=host)), LocalDoor)


def test_two_ways_in_are_one_too_many(users: Path) -> None:
    with pytest.raises(SettingsError, match="set one of them, not both"):
        door_of(settings(console_users=users, console_user_header="X-User"))


def test_sessions_are_not_kept_without_end() -> None:
    sessions = Sessions()
    first, _ = sessions.begin("jane")
    assert sessions.get(first)
    for _ in range(MOST):
        sessions.begin()
    assert sessions.get(first) is None


def test_a_file_that_can_not_be_used_any_more_changes_nothing_and_is_logged_once(
    users: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = PasswordFile(users)
    known = file.users()
    for text in (f"{line('jane')}\n{line('jane')}", "", "rubbish"):
        users.write_text(text)
        os.utime(users, (len(text), len(text)))
        assert file.users() == file.users() == known
    users.unlink()
    assert file.users() == known
    assert len(caplog.messages) == 4
    assert "names a user again" in caplog.messages[0]


def test_a_session_ends_with_its_password(users: Path) -> None:
    door = PasswordDoor(PasswordFile(users))
    session = Session("joe", door.users.proof("joe"))
    request = cast("web.Request", None)
    assert door.user(request, session) == User("joe", Right.ACT)
    users.write_text(line_of("joe", Right.ACT, f"{PASSWORD}, another"))
    assert door.user(request, session) is None
