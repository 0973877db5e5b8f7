"""Password hashing (Argon2id, RFC 9106) and first passwords. Slow on purpose: never inside a transaction."""

from __future__ import annotations

import secrets
from functools import lru_cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from issuance.staff.rules import normal_password
from specs.schema.staff import Hashing

# Without letters and digits that look alike on paper.
_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
# Each hash takes `memory_kib`: a flood of sign-ins must wait, not eat the machine's memory.
_AT_ONCE = BoundedSemaphore(4)


def initial_password(characters: int) -> str:
    """A random password a person can read from paper; 5.8 bits a character."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(characters))


def hash_password(password: str, hashing: Hashing) -> str:
    """The encoded Argon2id hash, its parameters and salt inside."""
    with _AT_ONCE:
        return _hasher(hashing).hash(normal_password(password))


def password_matches(stored: str | None, password: str, hashing: Hashing) -> bool:
    """stored None (no such account, or none that may sign in): the same work, then False."""
    with _AT_ONCE:
        try:
            matches = _hasher(hashing).verify(stored or _dummy(hashing), normal_password(password))
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False
    return matches and stored is not None


def outdated(stored: str, hashing: Hashing) -> bool:
    """Whether the hash was made with other parameters than the specification's present ones."""
    return _hasher(hashing).check_needs_rehash(stored)


@lru_cache(maxsize=4)
def _hasher(hashing: Hashing) -> PasswordHasher:
    return PasswordHasher(time_cost=hashing.passes, memory_cost=hashing.memory_kib, parallelism=hashing.lanes)


@lru_cache(maxsize=4)
def _dummy(hashing: Hashing) -> str:
    return _hasher(hashing).hash(secrets.token_urlsafe(16))
