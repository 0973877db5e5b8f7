"""`ca_record.json`: what a terminal wrote down of one chip authentication. Reads it strictly; judges nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from keys.chip_authentication import ChipAuthenticationRecord

MAXIMUM_BYTES: Final = 262_144
_OCTETS: Final = ("terminal_public", "response", "nonce", "token")
_NUMBERS: Final = ("send_sequence_counter", "key_id")
_KNOWN: Final = {*_OCTETS, *_NUMBERS, "terminal_private", "protocol"}


def read_record(data: bytes) -> ChipAuthenticationRecord:
    """Byte strings and the terminal's secret are hexadecimal texts, numbers are numbers. Raises `ValueError`."""
    if len(data) > MAXIMUM_BYTES:
        raise ValueError(f"more than {MAXIMUM_BYTES} bytes")
    held = json.loads(data.decode("utf-8"))
    if not isinstance(held, dict) or "terminal_public" not in held or not held.keys() <= _KNOWN:
        raise ValueError(f"not an object of {', '.join(sorted(_KNOWN))} with at least terminal_public")
    secret = _text(held, "terminal_private")
    fields: dict[str, Any] = {name: bytes.fromhex(text) for name in _OCTETS if (text := _text(held, name)) is not None}
    for name in _NUMBERS:
        if (number := held.get(name)) is not None:
            if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < 1 << 128:
                raise ValueError(f"{name} is no number in range")
            fields[name] = number
    return ChipAuthenticationRecord(
        terminal_private=int(secret, 16) if secret is not None else None, protocol=_text(held, "protocol"), **fields
    )


def _text(held: Mapping[str, Any], name: str) -> str | None:
    text = held.get(name)
    if text is not None and not (isinstance(text, str) and text.isascii()):
        raise ValueError(f"{name} is no text")
    return text
