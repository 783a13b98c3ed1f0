"""With which keys Temporal's payloads are encrypted, read from the environment."""

import base64
import binascii
import re
from collections.abc import Mapping

from pydantic import Field, FilePath, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from voyage.errors import SettingsError
from voyage.runtime.settings import load_settings

KEY_BYTES = 32
_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


class EncryptionSettings(BaseSettings):
    """Keys for what Temporal stores; none leaves it readable. Consumer and worker need the same ones."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    encryption_keys: SecretStr | None = None
    """`id:key`, separated by commas or blanks; a key is 32 random bytes in base64. All of them decrypt."""
    encryption_keys_file: FilePath | None = None
    """A file with these keys instead, one a line."""
    encryption_key: str | None = Field(default=None, min_length=1)
    """The id of the key that encrypts, if it isn't the first."""


def load_keys() -> dict[str, bytes]:
    """The keys by their ids, the one that encrypts first; raises `SettingsError`, which shows no key."""
    settings = load_settings(EncryptionSettings)
    variable, text = _source(settings)
    keys: dict[str, bytes] = {}
    for word in filter(None, re.split(r"[\s,]+", text)):
        key_id, key = _pair(word, variable)
        if key_id in keys:
            raise SettingsError(f"{variable}: has {key_id!r} twice. Give each key an id of its own")
        keys[key_id] = key
    first = settings.encryption_key
    if first is None:
        return keys
    if first not in keys:
        raise SettingsError(f"VOYAGE_ENCRYPTION_KEY: no key has the id {first!r}. Known: {known(keys)}")
    return {first: keys[first], **keys}


def known(keys: Mapping[str, bytes]) -> str:
    """The ids of these keys, for people."""
    return ", ".join(keys) or "none"


def _source(settings: EncryptionSettings) -> tuple[str, str]:
    if settings.encryption_keys and settings.encryption_keys_file:
        raise SettingsError("VOYAGE_ENCRYPTION_KEYS: set it or VOYAGE_ENCRYPTION_KEYS_FILE, not both")
    if settings.encryption_keys:
        return "VOYAGE_ENCRYPTION_KEYS", settings.encryption_keys.get_secret_value()
    if file := settings.encryption_keys_file:
        try:
            return "VOYAGE_ENCRYPTION_KEYS_FILE", file.read_text("ascii")
        except (OSError, ValueError):
            raise SettingsError("VOYAGE_ENCRYPTION_KEYS_FILE: can't be read as text") from None
    return "VOYAGE_ENCRYPTION_KEYS", ""


def _pair(word: str, variable: str) -> tuple[str, bytes]:
    key_id, colon, encoded = word.partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if not colon or not _KEY_ID.fullmatch(key_id) or len(key) != KEY_BYTES:
        raise SettingsError(
            f"{variable}: takes id:key, each key {KEY_BYTES} bytes in base64. "
            "Make one: openssl rand -base64 32"
        )
    return key_id, key
