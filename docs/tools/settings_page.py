"""docs/settings.md: every setting, its default and what it is, from the classes that read them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from console.settings import ConsoleSettings
from consumer.settings import ConsumerSettings
from publisher.settings import BrokerSettings
from saga.payloads.codec_server import CodecServerSettings
from saga.payloads.keys import EncryptionSettings
from saga.settings import WorkerSettings
from saga.suppliers.supplier_settings import SimulationSettings, SupplierSettings
from voyage.runtime.settings import PREFIX, ConnectionSettings, RuntimeSettings
from voyage.trips.loading import TripSettings


@dataclass(frozen=True)
class Section:
    """A table: whose settings, what to say above it, and how their names begin."""

    title: str
    text: str
    kind: type[BaseSettings]
    prefix: str = PREFIX


SECTIONS = (
    Section("Trip", "For clients, `voyage-consumer` and `voyage-worker`, the same for all.", TripSettings),
    Section("RabbitMQ", "For clients and `voyage-consumer`.", BrokerSettings),
    Section("Connections", "For clients, `voyage-consumer` and `voyage-worker`.", ConnectionSettings),
    Section(
        "Consumer",
        "For `voyage-consumer`, with the tables RabbitMQ, Encryption, and Logs, health and metrics.",
        ConsumerSettings,
    ),
    Section("Worker", "For `voyage-worker`.", WorkerSettings),
    Section(
        "Encryption",
        "For `voyage-consumer` and `voyage-worker`, the same for both. See [Encryption](security.md#encryption).",
        EncryptionSettings,
    ),
    Section("Codec server", "For `voyage-worker codec`, with the keys above.", CodecServerSettings),
    Section(
        "Console",
        "For `voyage-console`, with all tables of `voyage-consumer`. See [The console](console.md).",
        ConsoleSettings,
    ),
    Section(
        "Logs, health and metrics",
        "For `voyage-consumer`, `voyage-worker` and `voyage-console`.",
        RuntimeSettings,
    ),
    Section(
        "Suppliers",
        "For `voyage-worker`, one set for each leg: `VOYAGE_CAR_SUPPLIER_URL` and so on. See [Suppliers](suppliers.md).",
        SupplierSettings,
        "VOYAGE_<LEG>_SUPPLIER_",
    ),
    Section(
        "Simulated suppliers",
        "For `voyage-worker`. `VOYAGE_<LEG>_SUPPLIER=simulated` says it of one leg.",
        SimulationSettings,
    ),
)
HEAD = """# Settings

For operators: every setting. Voyage reads settings from the environment and checks them when a process starts; if one is
invalid, the process exits with code 2 and the variable's name. A name that begins with `VOYAGE_` and is none of these
also ends every command, which says the name that was perhaps meant. Variables of an application that uses the Python
client are its own. `make settings` generates this page from the code.
"""
TAIL = """
## Temporal and OpenTelemetry

| variables | what they set |
|---|---|
| `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, … | Temporal, by its SDK's [environment configuration](https://docs.temporal.io/develop/environment-configuration); default `localhost:7233`, `default` |
| `OTEL_TRACES_EXPORTER`, `OTEL_EXPORTER_OTLP_ENDPOINT`, … | traces, by [OpenTelemetry's variables](https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/); none set: no traces. See [Traces](monitoring.md#traces) |
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *map(_section, SECTIONS)]) + TAIL


def _section(section: Section) -> str:
    rows = [
        f"| `{_variable(name, field, section.prefix)}` | {_default(field)} | {_what(field)} |"
        for name, field in _own_fields(section.kind)
    ]
    lines = [
        f"## {section.title}",
        "",
        section.text,
        "",
        "| setting | default | what it is |",
        "|---|---|---|",
    ]
    return "\n".join([*lines, *rows, ""])


def _own_fields(kind: type[BaseSettings]) -> Iterator[tuple[str, FieldInfo]]:
    """The fields that a class adds to those of its parents, in the order of the code."""
    own: Mapping[str, object] = kind.__annotations__
    return ((name, field) for name, field in kind.model_fields.items() if name in own)


def _variable(name: str, field: FieldInfo, prefix: str) -> str:
    return str(field.validation_alias) if field.validation_alias else f"{prefix}{name.upper()}"


def _default(field: FieldInfo) -> str:
    default = field.get_default()
    if isinstance(default, SecretStr):
        default = default.get_secret_value()  # the code's own default, which is no secret
    match default:
        case None | "":
            return "none"
        case bool():
            return f"`{str(default).lower()}`"
        case float():
            return f"`{default:g}`"
        case type():
            return f"`{default.__module__}:{default.__name__}`"
        case StrEnum():
            return f"`{default.value}`"
        case _:
            return f"`{default}`"


def _what(field: FieldInfo) -> str:
    if not field.description:
        raise LookupError("A setting without a docstring can't be documented")
    return " ".join(field.description.split()).removesuffix(".")


if __name__ == "__main__":
    (Path(__file__).parents[1] / "settings.md").write_text(page())
