"""Settings: from the environment, a file or the command line; documented; and never a secret in a message."""

import json
import re
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined

from config import Settings, load_settings
from config.settings import SettingsError
from tests.shared_data import REPOSITORY, SHARED

SECRET = "123456:AAH-very-secret"


def leaves(model: type[BaseModel] = Settings, prefix: str = "") -> dict[str, Any]:
    """Every setting's dotted name and field."""
    found = {}
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= leaves(field.annotation, f"{prefix}{name}.")
        else:
            found[prefix + name] = field
    return found


def variable(name: str) -> str:
    return "QAWL_" + name.upper().replace(".", "__")


# --- where values come from


def test_without_anything_set_there_is_a_default_for_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QAWL_DATA_DIR")
    settings = load_settings()
    assert settings.data_dir.name == "qawl"
    assert settings.telegram.token is None
    assert settings.encoder.model is None
    assert settings.telegram.api_url.endswith("/bot")
    assert settings.telegram.file_url.endswith("/file/bot")


def test_the_environment_sets_every_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QAWL_DATA_DIR", str(tmp_path / "here"))
    monkeypatch.setenv("QAWL_TELEGRAM__TOKEN", SECRET)
    monkeypatch.setenv("QAWL_TELEGRAM__ADMINS", "[1, 22]")
    monkeypatch.setenv("QAWL_TELEGRAM__API_URL", "http://127.0.0.1:8081/bot/")
    monkeypatch.setenv("QAWL_ENCODER__MODEL", "/models/e5")
    settings = load_settings()
    assert settings.data_dir == tmp_path / "here"
    assert settings.telegram.token is not None
    assert settings.telegram.token.get_secret_value() == SECRET
    assert settings.telegram.admins == [1, 22]
    assert settings.telegram.api_url == "http://127.0.0.1:8081/bot"
    assert settings.encoder.model == "/models/e5"


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "qawl.toml"
    file.write_text('data_dir = "/from/file"\n[telegram]\nadmins = [5]\ntoken = "t"\n[encoder]\nmodel = "m"\n')
    monkeypatch.setenv("QAWL_TELEGRAM__ADMINS", "[6]")
    settings = load_settings(config=file)
    assert settings.data_dir == tmp_path / "data", "the environment's"
    assert settings.telegram.admins == [6]
    assert settings.encoder.model == "m"
    assert load_settings(config=file, data_dir=Path("/given")).data_dir == Path("/given")
    monkeypatch.delenv("QAWL_DATA_DIR")
    assert load_settings(config=file).data_dir == Path("/from/file")


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in leaves():
        monkeypatch.setenv(variable(name), "")
    assert load_settings().model_dump(exclude={"data_dir"}) == Settings().model_dump(exclude={"data_dir"})
    assert load_settings().telegram.token is None


# --- what is wrong is said in one line


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("QAWL_TELEGRAM__ADMINS", "7001", "telegram"),
        ("QAWL_TELEGRAM__ADMINS", '["Amal"]', "telegram.admins"),
        ("QAWL_TELEGRAM__ADMINS", "7001, 7002", "JSON"),
        ("QAWL_TELEGRAM__CHANNELS", "{", "JSON"),
        ("QAWL_TELEGRAM__API_URL", "api.telegram.org/bot", "telegram.api_url"),
        ("QAWL_TELEGRAM__TOKE", "x", "telegram.toke"),
        ("QAWL_TELEGRAM__LISTEN", "8443", "telegram.listen"),
        ("QAWL_TELEGRAM__LISTEN", ":8443", "127.0.0.1:8443"),
        ("QAWL_TELEGRAM__LISTEN", "localhost:https", "telegram.listen"),
        ("QAWL_TELEGRAM__LISTEN", "localhost:65536", "telegram.listen"),
        ("QAWL_TELEGRAM__LISTEN", "localhost:0", "telegram.listen"),
    ],
)
def test_an_impossible_value_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[telegram\n", "not valid TOML"),
        (b'source = "\xff"', "not UTF-8"),
        (b"nonsense = 1", "nonsense"),
        (b'[telegram]\nadmins = "me"', "telegram.admins"),
        (b'telegram = "x"', "telegram"),
    ],
)
def test_a_wrong_file_is_said_in_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "qawl.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        load_settings(config=file)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_that_is_not_there_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        load_settings(config=tmp_path / name)


# --- secrets


def secrets() -> list[str]:
    return [name for name, field in leaves().items() if SecretStr in (field.annotation, *get_args(field.annotation))]


def test_what_is_secret_is_known_as_such() -> None:
    assert set(secrets()) >= {"telegram.token", "telegram.webhook_secret", "llm.api_key"}
    named = [name for name in leaves() if re.search(r"token|secret|key|password", name)]
    assert sorted(named) == sorted(secrets())


def test_a_secret_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in secrets():
        monkeypatch.setenv(variable(name), SECRET)
    settings = load_settings()
    for shown in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert SECRET not in shown


@pytest.mark.parametrize(
    "wrong", [("QAWL_TELEGRAM__ADMINS", "x"), ("QAWL_TELEGRAM__API_URL", "x"), ("QAWL_LLM__X", "x")]
)
def test_a_secret_is_not_in_the_message_about_something_else(
    monkeypatch: pytest.MonkeyPatch, wrong: tuple[str, str]
) -> None:
    for name in secrets():
        monkeypatch.setenv(variable(name), SECRET)
    monkeypatch.setenv(*wrong)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert SECRET not in str(caught.value)


def test_a_secret_of_the_wrong_kind_is_not_in_the_message_either(tmp_path: Path) -> None:
    file = tmp_path / "qawl.toml"
    file.write_text(f'[telegram]\ntoken = ["{SECRET}"]\n')
    with pytest.raises(SettingsError, match=r"telegram\.token") as caught:
        load_settings(config=file)
    assert SECRET not in str(caught.value)


# --- the documentation


def documented() -> dict[str, list[str]]:
    """The rows of docs/settings.md: name to environment variable, type, default, meaning."""
    text = (REPOSITORY / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| `")
    ]
    return {name.strip("`"): rest for name, *rest in rows}


def type_of(field: Any) -> str:
    kinds = {str: "text", int: "number", float: "number", bool: "true or false", Path: "folder", SecretStr: "secret"}
    if get_origin(field.annotation) is Literal:
        *first, last = (f"`{value}`" for value in get_args(field.annotation))
        return f"{', '.join(first)} or {last}"
    plain = next(kind for kind in (*get_args(field.annotation), field.annotation) if kind is not type(None))
    return "list of numbers" if field.annotation == list[int] else kinds[plain]


def default_of(field: Any) -> str | None:
    """The default as the documentation writes it; None for folders, which differ from system to system."""
    if field.annotation is Path:
        return None
    assert field.default is not PydanticUndefined
    return "–" if field.default is None else f"`{json.dumps(field.default).strip(chr(34))}`"


def test_the_documentation_lists_every_setting_and_no_other() -> None:
    assert list(documented()) == list(leaves())


@pytest.mark.parametrize("name", leaves())
def test_the_documentation_of_a_setting_is_right(name: str) -> None:
    field = leaves()[name]
    written, kind, default, meaning = documented()[name]
    assert written == f"`{variable(name)}`"
    assert kind == type_of(field)
    assert default_of(field) in (None, default)
    assert default
    assert field.description in meaning


def test_every_setting_that_the_contract_names_exists() -> None:
    contract = SHARED / "CONTRACT.md"
    if not contract.is_file():
        pytest.skip("the contract is not there: ../shared/CONTRACT.md")
    named = set(re.findall(r"QAWL_[A-Z_]+", contract.read_text(encoding="utf-8")))
    assert named <= {variable(name) for name in leaves()}
