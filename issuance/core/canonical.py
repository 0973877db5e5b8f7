"""One byte form for a JSON value, so that equal values have equal hashes."""

from __future__ import annotations

import json
from typing import Any

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_WHOLE = frozenset({str, int, bool, type(None)})


def canonical(value: Any) -> bytes:
    """UTF-8 JSON, keys sorted, no blanks (RFC 8785 without floats). Raises `TypeError` for floats, foreign types."""
    _plain(value)
    return _ENCODER.encode(value).encode()


def _plain(value: Any) -> None:
    if type(value) in _WHOLE:
        return
    if isinstance(value, dict):
        for key, held in value.items():
            if not isinstance(key, str):
                raise TypeError("a canonical object has text keys")
            if type(held) not in _WHOLE:
                _plain(held)
    elif isinstance(value, list | tuple):
        for held in value:
            _plain(held)
    elif not isinstance(value, str | int):
        raise TypeError(f"{type(value).__name__} has no canonical form")
