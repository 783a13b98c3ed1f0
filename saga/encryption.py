"""Encryption of everything of ours that Temporal stores: inputs, results, memos, summaries, error texts.

The form is the one of Temporal's own samples: AES-GCM, with the key's id beside the data.
"""

import dataclasses
import os
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    EncodingPayloadConverter,
    PayloadCodec,
)

from saga.encryption_settings import known, load_keys
from saga.errors import DecryptionError
from saga.payloads import PayloadConverter

ENCODING = "binary/encrypted"
KEY_ID = "encryption-key-id"
_NONCE_BYTES = 12


class EncryptionCodec(PayloadCodec):
    """Encrypts with the first of these keys, decrypts with all; what is not encrypted is left as it is."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._known = known(keys)
        self._key_id, self._cipher = next(iter(self._ciphers.items()))

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt whole payloads, their metadata included."""
        return [self._encrypted(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt; raises `DecryptionError` for an unknown key id, a wrong key and broken data."""
        return [self._decrypted(payload) for payload in payloads]

    def _encrypted(self, payload: Payload) -> Payload:
        nonce, key_id = os.urandom(_NONCE_BYTES), self._key_id.encode()
        data = nonce + self._cipher.encrypt(nonce, payload.SerializeToString(), None)
        return Payload(metadata={"encoding": ENCODING.encode(), KEY_ID: key_id}, data=data)

    def _decrypted(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING.encode():
            return payload
        key_id = _key_id(payload)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise _unknown(key_id, self._known)
        nonce, data = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        try:
            return Payload.FromString(cipher.decrypt(nonce, data, None))
        except (InvalidTag, ValueError):
            raise DecryptionError(
                f"Can't be decrypted: the key {key_id!r} of VOYAGE_ENCRYPTION_KEYS is another than the one "
                "that encrypted it, or the data is broken. Give each key an id of its own."
            ) from None


class _Unreadable(EncodingPayloadConverter):
    """What has been encrypted, to a process that has no keys."""

    @property
    def encoding(self) -> str:
        return ENCODING

    def to_payload(self, value: Any) -> Payload | None:  # noqa: ARG002 -- its converter asks each in turn
        return None

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> NoReturn:  # noqa: ARG002 -- the SDK's signature
        raise _unknown(_key_id(payload), known({}))


class _WithoutKeys(PayloadConverter):
    """Says what to do about an encrypted payload."""

    def __init__(self) -> None:
        super().__init__(_Unreadable())


def data_converter() -> DataConverter:
    """Ours, which encrypts if the settings name keys; raises `SettingsError`."""
    keys = load_keys()
    if not keys:
        return dataclasses.replace(DataConverter.default, payload_converter_class=_WithoutKeys)
    return encrypting(EncryptionCodec(keys))


def encrypting(codec: EncryptionCodec) -> DataConverter:
    """Ours, which encrypts by this codec, also the texts and traces of failures."""
    return dataclasses.replace(
        DataConverter.default,
        payload_converter_class=PayloadConverter,
        payload_codec=codec,
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def _key_id(payload: Payload) -> str:
    return payload.metadata.get(KEY_ID, b"").decode(errors="replace")


def _unknown(key_id: str, names: str) -> DecryptionError:
    return DecryptionError(
        f"Encrypted with the key {key_id!r}, which is not here. Known: {names}. "
        "Add it to VOYAGE_ENCRYPTION_KEYS; it need not be the first."
    )
