"""The offline bundle of a border post (`border/bundle.yaml`): what it holds, how long it is good, what is kept."""

from __future__ import annotations

from pydantic import Field

from specs.schema.base import Clause, Part


class BundleContents(Clause):
    """issued_numbers: whether numbers that are good are in it as well, or only those that are not."""

    issued_numbers: bool


class BundleFreshness(Clause):
    """clock_tolerance_minutes: how far a reader's clock may be behind the one that made it; wait_seconds: how long one
    that took no longer may be made while somebody waits for it."""

    good_hours: int = Field(gt=0, le=24 * 90)
    clock_tolerance_minutes: int = Field(ge=0, le=24 * 60)
    remake_minutes: int = Field(ge=0)
    wait_seconds: int = Field(ge=0)


class BundleKeeping(Clause):
    """bundles: whole ones kept by the service; deltas_days: how far back a delta can begin."""

    bundles: int = Field(ge=1)
    deltas_days: int = Field(ge=0)


class BundleLimits(Clause):
    bundle_maximum_bytes: int = Field(gt=0, le=1 << 32)
    delta_maximum_bytes: int = Field(gt=0, le=1 << 30)


class BorderBundle(Part):
    contents: BundleContents
    freshness: BundleFreshness
    keeping: BundleKeeping
    limits: BundleLimits
