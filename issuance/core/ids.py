"""Identities of rows and random secrets. Numbers that people read come from `core.numbers`."""

from __future__ import annotations

import secrets

import uuid_utils


def new_id() -> str:
    """A UUIDv7 (RFC 9562 §5.7) as text of 36 characters; later ones sort after earlier ones."""
    return str(uuid_utils.uuid7())


def new_token(length_bytes: int) -> str:
    """A URL-safe secret of `length_bytes` random bytes."""
    return secrets.token_urlsafe(length_bytes)
