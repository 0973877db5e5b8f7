"""Passwords of tests are hashed as the service does it, at the least cost Argon2 admits: thousands sign in."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from argon2 import PasswordHasher

from issuance.staff import passwords
from specs.load import SHIPPED, load
from specs.schema.staff import Hashing

AS_ORDERED: Final = passwords._hasher
"""The hasher of the service itself, at the cost the specification orders."""


@lru_cache(maxsize=4)
def _cheap(hashing: Hashing) -> PasswordHasher:
    if hashing != load(SHIPPED).staff_access.hashing:
        return AS_ORDERED(hashing)
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def hash_cheaply() -> None:
    """From now on, in this process and those forked from it."""
    passwords._hasher = _cheap
