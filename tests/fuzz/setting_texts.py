"""Any text for any setting is a `SettingsError` that names the variable, or a value that can be used."""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from hypothesis import strategies as st
from pamqp import encode
from pydantic_settings import BaseSettings

from consumer.settings import ConsumerSettings
from publisher.settings import BrokerSettings
from saga.payloads.codec_server import CodecServerSettings
from saga.payloads.keys import EncryptionSettings, load_keys
from saga.settings import WorkerSettings
from saga.suppliers.selection import choose
from saga.suppliers.supplier_settings import SupplierSettings, supplier_prefix
from saga.temporal.client_config import client_config
from tests.fuzz.hunting import Target, each
from tests.fuzz.texts import TEXTS
from voyage.commands.variables import NAMES
from voyage.errors import SettingsError
from voyage.runtime.settings import load_settings

KINDS: tuple[type[BaseSettings], ...] = (
    ConsumerSettings,
    WorkerSettings,
    EncryptionSettings,
    CodecServerSettings,
)
SUPPLIER = supplier_prefix("car")
OF_A_SUPPLIER = sorted(f"{SUPPLIER}{name.upper()}" for name in SupplierSettings.model_fields)
TEMPORAL = ("TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_TLS", "TEMPORAL_API_KEY", "TEMPORAL_PROFILE")
VARIABLES = (
    *sorted(NAMES - {"VOYAGE_AMQP_URL"}), "AMQP_URL", "VOYAGE_CAR_SUPPLIER", *OF_A_SUPPLIER, *TEMPORAL,
)  # fmt: skip


def check(case: tuple[str, str]) -> None:
    """Read it as each process does, and use what was read."""
    variable, text = case
    with patch.dict(os.environ, {"VOYAGE_SUPPLIERS": "simulated", variable: text}, clear=True):
        for read in READERS:
            try:
                read()
            except SettingsError as refused:
                said = str(refused)
                begins = variable.partition("_")[0] if variable.startswith("TEMPORAL") else variable
                assert said.startswith((begins, "VOYAGE_CAR_SUPPLIER_*")), said


def _read_all() -> None:
    for kind in KINDS:
        for name, value in load_settings(kind):
            _use(name, value)


def _use(name: str, value: object) -> None:
    if isinstance(value, float):
        timedelta(seconds=value)
    if name.endswith("_queue") and isinstance(value, str):
        encode.short_string(value[:200] if "task" in name else value)
    if name.endswith("_host"):
        str(value).encode("idna")


def _use_the_broker() -> None:
    settings = load_settings(BrokerSettings)
    assert settings.shown_address
    encode.short_string(f"{settings.results_queue}.{'0' * 32}")
    encode.short_string(settings.reply_exchange)


def _use_the_policy() -> None:
    policy = load_settings(ConsumerSettings).policy
    assert timedelta(seconds=policy.retry_interval) > timedelta(0)
    assert timedelta(seconds=policy.try_timeout) > timedelta(0)
    assert timedelta(seconds=policy.heartbeat_timeout) > timedelta(0)


def _supply() -> None:
    supplier = choose("car")
    with suppress(AttributeError):  # only the one behind HTTP opens anything
        supplier._client.headers  # type: ignore[attr-defined]  # noqa: B018, SLF001 -- reading it is the use


READERS: tuple[Callable[[], object], ...] = (
    _read_all,
    _use_the_broker,
    _use_the_policy,
    load_keys,
    _supply,
    client_config,
)
TARGET = Target(
    "settings", st.tuples(st.sampled_from(VARIABLES), TEXTS), each(check, "settings"), examples=150
)
