"""The installation of `tests.service` for the tests of this folder."""

from tests.service import desk, service

__all__ = ["desk", "service"]
