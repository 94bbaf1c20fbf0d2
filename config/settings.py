"""Every setting: its name, type, default and meaning. `docs/settings.md` lists them all; a test compares.

A value comes from, first match wins: command line, environment (`QAWL_TELEGRAM__TOKEN`), the TOML file given with
`--config` (`[telegram] token = …`), the defaults below.
"""

import tomllib
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings.exceptions import SettingsError as UnparsableSetting


class SettingsError(Exception):
    """A setting has an impossible value or the settings file cannot be read. Its message names both in one line."""


def host_and_port(value: str) -> str:
    """The value, if it says where to listen; raises ValueError otherwise."""
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 1 << 16:
        raise ValueError("must be host:port, such as 127.0.0.1:8443")
    return value


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Telegram(_Table):
    """How the bot talks to Telegram."""

    token: SecretStr | None = Field(None, description="the bot's token from @BotFather; needed by `qawl serve`")
    api_url: str = Field("https://api.telegram.org/bot", description="Bot API address; ends in `/bot`")
    file_url: str = Field(
        "https://api.telegram.org/file/bot", description="where files are fetched; ends in `/file/bot`"
    )
    webhook_url: str | None = Field(None, description="public https address for updates; absent = long polling")
    webhook_secret: SecretStr | None = Field(None, description="what Telegram must send with each webhook call")
    listen: str = Field("127.0.0.1:8443", description="host:port that the webhook listens on")
    admins: list[int] = Field([], description="user ids that may feed and manage the archive")
    channels: list[int] = Field([], description="channel ids whose posts are ingested")
    access: Literal["open", "allowlist", "admins"] = Field(
        "open", description="who may ask: everybody, the users and chats in `allowed`, or admins only"
    )
    allowed: list[int] = Field([], description="ids of users and chats that may ask under `allowlist`")
    questions_per_minute: int = Field(12, ge=1, description="questions of one person that are answered in a minute")
    questions_per_minute_in_chat: int = Field(60, ge=1, description="questions of one chat answered in a minute")

    @field_validator("api_url", "file_url")
    @classmethod
    def _http_address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must be an http(s) address")
        return value.rstrip("/")

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        return host_and_port(value)


class Encoder(_Table):
    """Which model turns text into vectors."""

    model: str | None = Field(
        None, description="a sentence-transformers folder or hub name; absent = the bundled model"
    )
    cache_dir: Path = Field(
        Path(platformdirs.user_cache_dir("qawl", appauthor=False)),
        description="where the bundled model is unpacked (470 MB) and, with OpenVINO, compiled (490 MB), once",
    )


class Ranking(_Table):
    """Parts of the ranking; each can be switched off to see what it is worth."""

    dense: bool = Field(True, description="nearest passage vectors")
    centring: bool = Field(True, description="take each language's mean vector away before comparing")
    lexical: bool = Field(True, description="BM25 over stems")
    late_interaction: bool = Field(True, description="MaxSim over token vectors")
    bridge: bool = Field(True, description="let passages of one language speak for their like in another")


class Ingest(_Table):
    """How articles are fetched."""

    allow_private_addresses: bool = Field(
        False, description="let links lead into your own network; leave it off where admins are not the operator"
    )


class Log(_Table):
    """What is written to stderr while Qawl runs."""

    format: Literal["text", "json"] = Field("text", description="lines for people, or a JSON object a line")
    level: Literal["debug", "info", "warning", "error"] = Field("info", description="the least that is worth a line")


class Metrics(_Table):
    """What monitoring can ask `qawl serve`."""

    listen: str | None = Field(
        None, description="host:port of `/metrics` (Prometheus) and `/healthz`, such as 127.0.0.1:9464; absent = off"
    )

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, value: str | None) -> str | None:
        return value and host_and_port(value)


class Llm(_Table):
    """An optional OpenAI-compatible endpoint; everything works without one."""

    base_url: str | None = Field(None, description="address of the endpoint; absent = off")
    model: str | None = Field(None, description="model name sent to the endpoint")
    api_key: SecretStr | None = Field(None, description="key sent to the endpoint")


class Settings(BaseSettings):
    """All settings of one Qawl process."""

    # An empty variable counts as unset: that is how compose files and service units leave one out.
    model_config = SettingsConfigDict(
        env_prefix="QAWL_", env_nested_delimiter="__", env_ignore_empty=True, extra="forbid"
    )

    data_dir: Path = Field(
        Path(platformdirs.user_data_dir("qawl", appauthor=False)), description="folder of the archive and its indexes"
    )
    database_url: str | None = Field(
        None, description="`postgresql://…` for several machines; absent = in the data folder"
    )
    telegram: Telegram = Telegram()
    encoder: Encoder = Encoder()
    ranking: Ranking = Ranking()
    ingest: Ingest = Ingest()
    log: Log = Log()
    metrics: Metrics = Metrics()
    llm: Llm = Llm()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Where values come from, first match wins."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(*, config: Path | None = None, data_dir: Path | None = None) -> Settings:
    """Settings from the environment and, if given, the TOML file `config`; `data_dir` overrides both.

    Raises:
        SettingsError: when the file cannot be read or a value is impossible; secrets are never part of the message.
    """
    if config is not None and not config.is_file():
        raise SettingsError(f"The settings file {config} does not exist.")
    given: dict[str, Any] = {} if data_dir is None else {"data_dir": data_dir}

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=config)

    try:
        return FromFile(**given)
    except UnicodeDecodeError as error:
        raise SettingsError(f"The settings file {config} is not UTF-8.") from error
    except UnparsableSetting as error:  # it names the table, never the value
        table = str(error).partition('"')[2].partition('"')[0]
        raise SettingsError(f"A setting of {table} is wrong: lists are written as JSON, such as [1, 2].") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The settings file {config} is not valid TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"The setting {name} is wrong: {first['msg']}.") from error
    except OSError as error:
        raise SettingsError(f"The settings file {config} cannot be read: {error.strerror}.") from error
