"""What Temporal gets to see of a payload, and what is said when it can't be read."""

import base64
import os
from pathlib import Path

import pytest
from temporalio.api.failure.v1 import Failure
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError

from saga.errors import DecryptionError
from saga.payloads.data_converter import data_converter, encrypting_data_converter
from saga.payloads.keys import EncryptionSettings, load_keys
from saga.payloads.payload_codec import EncryptionCodec
from voyage.errors import SettingsError
from voyage.runtime.settings import load_settings

NAME = "Wilhelmina von Humboldt"
OLD, NEW = os.urandom(32), os.urandom(32)


def converter(**keys: bytes) -> DataConverter:
    return encrypting_data_converter(EncryptionCodec(keys))


def written(key_id: str, key: bytes) -> str:
    return f"{key_id}:{base64.b64encode(key).decode()}"


async def test_what_is_stored_holds_nothing_readable() -> None:
    [stored] = await converter(old=OLD).encode([{"name": NAME}])
    assert NAME.encode() not in stored.SerializeToString()
    assert await converter(old=OLD).decode([stored]) == [{"name": NAME}]


async def test_the_same_value_is_never_stored_the_same_twice() -> None:
    [one], [two] = [await converter(old=OLD).encode([NAME]) for _ in range(2)]
    assert one.data != two.data


async def test_the_text_and_trace_of_a_failure_are_encrypted() -> None:
    failure = Failure()
    ours = converter(old=OLD)
    await ours.encode_failure(ApplicationError(f"No seat for {NAME}"), failure)
    assert NAME.encode() not in failure.SerializeToString()
    assert NAME in str(await ours.decode_failure(failure))


async def test_after_a_rotation_both_keys_are_read_and_the_first_one_writes() -> None:
    [before] = await converter(old=OLD).encode([NAME])
    rotated = converter(new=NEW, old=OLD)
    assert await rotated.decode([before]) == [NAME]
    [after] = await rotated.encode([NAME])
    assert await converter(new=NEW).decode([after]) == [NAME]


async def test_an_unknown_key_is_named() -> None:
    [stored] = await converter(old=OLD).encode([NAME])
    with pytest.raises(DecryptionError, match=r"'old', which is not here\. Known: new\. Add it to VOYAGE_"):
        await converter(new=NEW).decode([stored])


async def test_another_key_under_the_same_id_is_told() -> None:
    [stored] = await converter(old=OLD).encode([NAME])
    with pytest.raises(DecryptionError, match=r"the key 'old' of VOYAGE_ENCRYPTION_KEYS is another"):
        await converter(old=NEW).decode([stored])


async def test_without_keys_an_encrypted_value_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VOYAGE_ENCRYPTION_KEYS", raising=False)
    [stored] = await converter(old=OLD).encode([NAME])
    with pytest.raises(DecryptionError, match=r"'old'.*Known: none\. Add it to VOYAGE_ENCRYPTION_KEYS"):
        await data_converter().decode([stored])


async def test_what_was_stored_before_encryption_was_on_can_be_read() -> None:
    [stored] = await DataConverter.default.encode([NAME])
    assert await converter(old=OLD).decode([stored]) == [NAME]


def test_keys_come_from_the_environment_the_first_one_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOYAGE_ENCRYPTION_KEYS", f"{written('new', NEW)}, {written('old', OLD)}")
    assert list(load_keys().items()) == [("new", NEW), ("old", OLD)]
    monkeypatch.setenv("VOYAGE_ENCRYPTION_KEY", "old")
    assert next(iter(load_keys())) == "old"


def test_keys_come_from_a_file_one_a_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{written('new', NEW)}\n{written('old', OLD)}\n")
    monkeypatch.setenv("VOYAGE_ENCRYPTION_KEYS_FILE", str(file))
    assert load_keys() == {"new": NEW, "old": OLD}


@pytest.mark.parametrize(
    "keys", ["secret-key", "id:secret-key", f"id:{base64.b64encode(b'secret-key').decode()}"]
)
def test_a_key_that_is_none_is_refused_and_not_repeated(keys: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOYAGE_ENCRYPTION_KEYS", keys)
    with pytest.raises(SettingsError, match=r"VOYAGE_ENCRYPTION_KEYS: .*openssl rand") as refused:
        load_keys()
    assert "secret" not in str(refused.value)
    assert keys.rpartition(":")[2] not in str(refused.value)


def test_two_keys_with_one_id_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOYAGE_ENCRYPTION_KEYS", f"{written('a', NEW)},{written('a', OLD)}")
    with pytest.raises(SettingsError, match=r"VOYAGE_ENCRYPTION_KEYS: .*'a' twice"):
        load_keys()


def test_the_key_that_encrypts_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOYAGE_ENCRYPTION_KEYS", written("old", OLD))
    monkeypatch.setenv("VOYAGE_ENCRYPTION_KEY", "new")
    with pytest.raises(SettingsError, match=r"VOYAGE_ENCRYPTION_KEY: no key has the id 'new'\. Known: old"):
        load_keys()


def test_no_repr_shows_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOYAGE_ENCRYPTION_KEYS", written("old", OLD))
    shown = f"{load_settings(EncryptionSettings)!r} {EncryptionCodec({'old': OLD})!r} {data_converter()!r}"
    assert base64.b64encode(OLD).decode() not in shown
    assert repr(OLD) not in shown
