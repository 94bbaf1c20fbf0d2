"""From an HTTP request to checked parameters: what was sent, held against aiogram's models of the Bot API."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin
from urllib.parse import parse_qsl

import aiogram.methods
import aiogram.types
from aiogram.types import BufferedInputFile
from pydantic import BaseModel, TypeAdapter, ValidationError

from tests.e2e.bot_api.limits import Json, Refusal, bad_request

MODELS: dict[str, type[aiogram.methods.TelegramMethod]] = {
    model.__api_method__: model
    for name in aiogram.methods.__all__
    if issubclass(model := getattr(aiogram.methods, name), aiogram.methods.TelegramMethod)
    and model is not aiogram.methods.TelegramMethod
}


@dataclass(frozen=True)
class Upload:
    """A file that came with a call."""

    name: str
    data: bytes


def parse_request(content_type: str, query: str, body: bytes) -> tuple[Json, dict[str, Upload]]:
    """The fields and the files of a call, from its query string and a urlencoded, multipart or JSON body."""
    fields: Json = dict(parse_qsl(query, keep_blank_values=True))
    files: dict[str, Upload] = {}
    try:
        if content_type.startswith("application/json"):
            fields |= json.loads(body or b"{}")
        elif content_type.startswith("application/x-www-form-urlencoded"):
            fields |= parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
        elif content_type.startswith("multipart/form-data"):
            for name, value in _parts(content_type, body):
                target: dict[str, Any] = files if isinstance(value, Upload) else fields
                target[name] = value
        elif body:
            raise bad_request(f"can't read a body of type {content_type!r}")
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise bad_request("strings must be encoded in UTF-8") from None
    return fields, files


def check_parameters(method: str, fields: Json, files: Mapping[str, Upload]) -> Json:
    """The parameters of a call as Python values, uploads in place; refused unless aiogram's model accepts them."""
    model = MODELS[method]
    if unknown := fields.keys() - model.model_fields.keys():
        raise bad_request(f"{method} has no parameter {', '.join(sorted(unknown))}")
    values = {name: _decoded(model, name, value) for name, value in fields.items()}
    left = dict(files)
    for name in model.model_fields:
        if name in left:
            values[name] = left.pop(name)
        elif isinstance(value := values.get(name), str) and value.startswith("attach://"):
            values[name] = left.pop(value.removeprefix("attach://"), value)
    if left:
        raise bad_request(f"{method} has no use for the file {', '.join(left)}")
    try:
        checked = model.model_validate(
            {k: BufferedInputFile(v.data, v.name) if isinstance(v, Upload) else v for k, v in values.items()}
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise bad_request(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    if unknown_inside := list(_unknown_keys(checked)):
        raise bad_request(f"{method} was sent unknown fields {', '.join(unknown_inside)}")
    return values


def check_result(method: str, result: object) -> None:
    """Raises where the stand-in is about to answer something that aiogram's model of the method does not know."""
    checked = _result_type(method).validate_python(result)
    if unknown := list(_unknown_keys(checked)):
        raise TypeError(f"{method} would answer unknown fields {unknown}")


def check_update(update: Json) -> None:
    """Raises where a test would make the stand-in send an update that Telegram never sends."""
    if unknown := list(_unknown_keys(aiogram.types.Update.model_validate(update))):
        raise TypeError(f"unknown fields in an update: {unknown}")


@cache
def _result_type(method: str) -> TypeAdapter[Any]:
    return TypeAdapter(MODELS[method].__returning__)


def _decoded(model: type[BaseModel], name: str, value: object) -> object:
    """`value` with its JSON undone, unless the field is a plain string: "123" is a fine text."""
    kinds = _leaf_types(model.model_fields[name].annotation)
    if not isinstance(value, str) or (str in kinds and int not in kinds):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _leaf_types(annotation: object) -> set[object]:
    alternatives = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else ()
    return {leaf for part in alternatives for leaf in _leaf_types(part)} or {annotation}


def _unknown_keys(value: object) -> Iterator[str]:
    if isinstance(value, BaseModel):
        yield from (f"{type(value).__name__}.{key}" for key in value.model_extra or ())
        for name in value.model_fields_set & type(value).model_fields.keys():
            yield from _unknown_keys(getattr(value, name))
    elif isinstance(value, list):
        for item in value:
            yield from _unknown_keys(item)


def _parts(content_type: str, body: bytes) -> Iterator[tuple[str, str | Upload]]:
    boundary = re.search(r'boundary="?([^";]+)', content_type)
    if not boundary:
        raise bad_request("multipart body without a boundary")
    for part in (b"\r\n" + body).split(f"\r\n--{boundary[1]}".encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        names = dict(re.findall(r'(name|filename)="([^"]*)"', head.decode()))
        filename = names.get("filename")
        yield names["name"], content.decode() if filename is None else Upload(filename, content)


def not_modelled(what: str) -> Refusal:
    """The 501 answer: Telegram may know `what`, this stand-in does not."""
    return Refusal(501, f"Not Implemented: {what} is not modelled here")
