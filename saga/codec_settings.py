"""Where `voyage-worker codec` listens, and for whom."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class CodecSettings(BaseSettings):
    """For `voyage-worker codec`. Whoever reaches it reads everything that the keys can."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    codec_host: str = Field("127.0.0.1", min_length=1)
    """The address on which it listens."""
    codec_port: int = Field(8234, ge=1, le=65535)
    """The port on which it listens."""
    codec_origin: str = Field("http://localhost:8233", pattern=r"^https?://[^/]+$")
    """The origin of Temporal's UI, as the browser shows it: scheme, host and port."""
