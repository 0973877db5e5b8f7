"""One byte form for a JSON value, so that equal values have equal hashes."""

from __future__ import annotations

import json
from typing import Any

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_WHOLE = frozenset({str, int, bool, type(None)})
_EMPTY = {dict: "{}", list: "[]", tuple: "[]", type(None): "null"}


def canonical(value: Any) -> bytes:
    """UTF-8 JSON, keys sorted, no blanks (RFC 8785 without floats). Raises `TypeError` for floats, foreign types."""
    return text_of(value).encode()


def text_of(value: Any) -> str:
    """The same before it is encoded, for texts that are put together."""
    kind = type(value)
    if kind is str:
        return _ENCODER.encode(value)
    if not value and kind in _EMPTY:
        return _EMPTY[kind]
    if kind not in _WHOLE:
        _plain(value)
    return _ENCODER.encode(value)


def _plain(value: Any) -> None:
    if isinstance(value, dict):
        for key, held in value.items():
            if not isinstance(key, str):
                raise TypeError("a canonical object has text keys")
            if type(held) not in _WHOLE:
                _plain(held)
    elif isinstance(value, list | tuple):
        for held in value:
            if type(held) not in _WHOLE:
                _plain(held)
    elif not isinstance(value, str | int):
        raise TypeError(f"{type(value).__name__} has no canonical form")
