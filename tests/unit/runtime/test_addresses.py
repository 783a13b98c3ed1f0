"""Every setting that is an address refuses what can't be one, by its name; IPv6 is shown in brackets."""

import pytest
from pydantic_settings import BaseSettings

from publisher.settings import BrokerSettings
from saga.payloads.codec_server import CodecServerSettings
from saga.suppliers.supplier_settings import SupplierSettings
from saga.temporal.client_config import is_address
from voyage.errors import SettingsError
from voyage.runtime import tracing
from voyage.runtime.addresses import is_http_url, shown
from voyage.runtime.settings import RuntimeSettings, load_settings

NO_URLS = [
    "",
    " ",
    "localhost",
    "x:1",
    "::1:1",
    "{}://",
    "{}://x:port",
    "{}://x:99999",
    "{}://x:0",
    "{}://::1:1",
]
NO_URLS += [
    "{}://[::1",
    "{}://[zz]:1",
    "{}://a b:1",
    "{}://x:-1",
    "{}://" + "a" * 300,
    "ftp://x:1",
    "{}://:1",
]
NO_HOSTS = ["", " ", "a b", "http://x", "x:1", "[::1]", "::1:zz", "a/b", "fe80::1%eth0", "a" * 300, "u@x"]


def refused(kind: type[BaseSettings], name: str, prefix: str = "VOYAGE_") -> None:
    with pytest.raises(SettingsError, match=f"^{name}: ") as told:
        load_settings(kind, prefix)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("text", NO_URLS)
def test_no_address_of_a_broker(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMQP_URL", text.format("amqp"))
    refused(BrokerSettings, "AMQP_URL")


@pytest.mark.parametrize("text", NO_URLS)
@pytest.mark.parametrize("name", ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"])
def test_no_address_of_a_collector(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if text:  # empty is unset, by OpenTelemetry's own rule
        monkeypatch.setenv(name, text.format("http"))
        with pytest.raises(SettingsError, match=f"^{name}: takes "):
            tracing.set_up("test")


@pytest.mark.parametrize("text", NO_URLS)
def test_no_origin_of_a_page(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOYAGE_CODEC_ORIGIN", text.format("http"))
    refused(CodecServerSettings, "VOYAGE_CODEC_ORIGIN")


@pytest.mark.parametrize(
    "text", ["", " ", "localhost", "::1:1", "http://x:99999", "http://::1:1", "http://[zz]"]
)
def test_no_address_of_a_supplier(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOYAGE_CAR_SUPPLIER_URL", text)
    refused(SupplierSettings, "VOYAGE_CAR_SUPPLIER_URL", "VOYAGE_CAR_SUPPLIER_")


@pytest.mark.parametrize("text", NO_HOSTS)
def test_no_host_to_listen_on(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOYAGE_HEALTH_HOST", text)
    refused(RuntimeSettings, "VOYAGE_HEALTH_HOST")


@pytest.mark.parametrize("text", ["127.0.0.1", "::", "::1", "localhost", "a-b.example", "bücher.example"])
def test_hosts_to_listen_on(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOYAGE_HEALTH_HOST", text)
    assert load_settings(RuntimeSettings).health_host == text


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:4318",
        "https://[::1]:4318/v1/traces",
        "http://user:pass@collector.example",
    ],
)
def test_a_whole_url_is_taken(text: str) -> None:
    assert is_http_url(text)


def test_ipv6_is_shown_in_brackets() -> None:
    assert BrokerSettings(amqp_url="amqp://u:p@[::1]:5/v").shown_address == "amqp://[::1]:5/v"
    assert (shown("::1", 80), shown("127.0.0.1", 80)) == ("[::1]:80", "127.0.0.1:80")
    assert not is_address("[fe80::1%eth0]:7233")
