"""One byte form for a JSON value, so that equal values have equal hashes."""

from __future__ import annotations

import json
from typing import Any


def canonical(value: Any) -> bytes:
    """UTF-8 JSON, keys sorted, no blanks (RFC 8785 without floats). Raises `TypeError` for floats, foreign types."""
    _plain(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _plain(value: Any) -> None:
    if isinstance(value, dict):
        for key, held in value.items():
            if not isinstance(key, str):
                raise TypeError("a canonical object has text keys")
            _plain(held)
    elif isinstance(value, list | tuple):
        for held in value:
            _plain(held)
    elif value is not None and not isinstance(value, str | int):
        raise TypeError(f"{type(value).__name__} has no canonical form")
