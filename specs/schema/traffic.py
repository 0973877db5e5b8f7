"""How often one address may do a thing at a public door."""

from __future__ import annotations

from pydantic import Field

from specs.schema.base import Part


class Pace(Part):
    """count: how many in so many minutes, from one address; many people may share one."""

    count: int = Field(ge=1)
    minutes: int = Field(ge=1)
