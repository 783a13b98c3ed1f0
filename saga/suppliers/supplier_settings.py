"""The settings of suppliers, read from the environment: `VOYAGE_CAR_SUPPLIER_URL` and its siblings."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    Field,
    FilePath,
    HttpUrl,
    SecretStr,
    StringConstraints,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from voyage.runtime.settings import PositiveSeconds, Seconds, Utf8


def _header(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not (text.isascii() and text.isprintable()) or text != text.strip():
        raise ValueError("takes printable ASCII, without blanks around it")
    return value


Header = Annotated[SecretStr, AfterValidator(_header)]


class Simulation(StrEnum):
    """The one value that says so."""

    SIMULATED = "simulated"


class SimulationSettings(BaseSettings):
    """Whether legs without a supplier of their own are simulated. Otherwise the worker doesn't start."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    suppliers: Simulation | None = None
    """`simulated`: a leg without a supplier of its own is simulated; nothing real is booked."""


class LegSimulationSettings(BaseSettings):
    """The same for one leg; in the environment, `VOYAGE_<LEG>_SUPPLIER`."""

    model_config = SettingsConfigDict(frozen=True)

    supplier: Simulation | None = None


class SupplierSettings(BaseSettings):
    """Who supplies a leg, and how to call it: by `url`, or by `plugin`.

    In the environment each name follows `VOYAGE_<LEG>_SUPPLIER_`.
    """

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    url: HttpUrl | None = None
    """Where the supplier's HTTP service is."""
    plugin: Annotated[str, StringConstraints(min_length=1), Utf8] | None = None
    """Your own supplier instead: `package.module:Class`, or the name of an entry point `voyage.suppliers`."""
    authorization: Header | None = None
    """The `Authorization` header of each call."""
    tell_owner: bool = False
    """Whether each call has the booking's owner, if it has one, in the header `Voyage-Owner`."""
    ca: FilePath | None = None
    """The certificates to trust, PEM, instead of the system's."""
    certificate: FilePath | None = None
    """The certificate to show, PEM."""
    key: FilePath | None = None
    """Its private key, if it isn't in the same file."""
    timeout: PositiveSeconds = 20.0
    """Seconds to wait for the whole answer."""
    connect_timeout: PositiveSeconds = 5.0
    """Seconds to wait for a connection."""
    connections: int = Field(default=100, ge=1, le=100_000)
    """The most connections of one worker, so that a slow supplier takes no other's place."""
    pool_timeout: PositiveSeconds = 2.0
    """Seconds to wait until one of them is free; the try has failed after that."""
    retry_after_limit: Seconds = 300.0
    """The most seconds that the supplier's `Retry-After` may put a try off."""
    response_limit: int = Field(default=65_536, ge=256, le=16_777_216)
    """The most bytes of an answer's body, unpacked; the try has failed after that."""
    threads: int = Field(default=40, ge=1, le=1000)
    """The most calls at a time of a plugin whose methods are plain; `POOL_TIMEOUT` holds for them too."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.url and self.plugin:
            raise ValueError("set either the URL or the plugin, not both")
        return self


def supplier_prefix(leg: str) -> str:
    """How the environment's names of a leg's supplier begin."""
    return f"{leg_prefix(leg)}SUPPLIER_"


def leg_prefix(leg: str) -> str:
    """How the environment's names of a leg begin."""
    return f"VOYAGE_{leg.upper()}_"
