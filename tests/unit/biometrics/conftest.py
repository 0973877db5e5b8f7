"""Fixtures of this room: the installations of `tests.service`."""

from __future__ import annotations

from tests.service import desk, service

__all__ = ["desk", "service"]
