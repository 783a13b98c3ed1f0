"""The data converter of our Temporal clients: JSON by pydantic, encrypted if the settings name keys."""

import dataclasses
from typing import Any, NoReturn

from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    EncodingPayloadConverter,
)

from saga.payloads.keys import known, load_keys
from saga.payloads.payload_codec import ENCODING, EncryptionCodec, key_id_of, unknown_key
from saga.payloads.payload_converter import PayloadConverter


class _Unreadable(EncodingPayloadConverter):
    """What has been encrypted, to a process that has no keys."""

    @property
    def encoding(self) -> str:
        return ENCODING

    def to_payload(self, value: Any) -> Payload | None:  # noqa: ARG002 -- its converter asks each in turn
        return None

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> NoReturn:  # noqa: ARG002 -- the SDK's signature
        raise unknown_key(key_id_of(payload), known({}))


class _WithoutKeys(PayloadConverter):
    """Says what to do about an encrypted payload."""

    def __init__(self) -> None:
        super().__init__(_Unreadable())


def data_converter() -> DataConverter:
    """Ours, which encrypts if the settings name keys; raises `SettingsError`."""
    keys = load_keys()
    if not keys:
        return dataclasses.replace(DataConverter.default, payload_converter_class=_WithoutKeys)
    return encrypting_data_converter(EncryptionCodec(keys))


def encrypting_data_converter(codec: EncryptionCodec) -> DataConverter:
    """Ours, which encrypts by this codec, also the texts and traces of failures."""
    return dataclasses.replace(
        DataConverter.default,
        payload_converter_class=PayloadConverter,
        payload_codec=codec,
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
