"""Encryption of everything of ours that Temporal stores: inputs, results, memos, summaries, error texts.

The form is the one of Temporal's own samples: AES-GCM, with the key's id beside the data.
"""

import os
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    PayloadCodec,
)

from saga.errors import DecryptionError
from saga.payloads.keys import known

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
        key_id = key_id_of(payload)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise unknown_key(key_id, self._known)
        nonce, data = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        try:
            return Payload.FromString(cipher.decrypt(nonce, data, None))
        except (InvalidTag, ValueError):
            raise DecryptionError(
                f"Can't be decrypted: the key {key_id!r} of VOYAGE_ENCRYPTION_KEYS is another than the one "
                "that encrypted it, or the data is broken. Give each key an id of its own."
            ) from None


def key_id_of(payload: Payload) -> str:
    """The id of the key that encrypted it."""
    return payload.metadata.get(KEY_ID, b"").decode(errors="replace")


def unknown_key(key_id: str, names: str) -> DecryptionError:
    """The error for a payload whose key is not here; `names` are the ids that are."""
    return DecryptionError(
        f"Encrypted with the key {key_id!r}, which is not here. Known: {names}. "
        "Add it to VOYAGE_ENCRYPTION_KEYS; it need not be the first."
    )
