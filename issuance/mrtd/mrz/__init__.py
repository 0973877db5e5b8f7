"""The machine readable zone of Doc 9303 parts 3 to 7: read, judge, build. Pure; knows no tables, keys or web."""

from __future__ import annotations

from issuance.mrtd.mrz.build import Built, build
from issuance.mrtd.mrz.check import MrzReport, check, check_digit
from issuance.mrtd.mrz.rules import Rules, rules_of, standing_rules
from issuance.mrtd.mrz.truncate import fit, truncations

__all__ = [
    "Built",
    "MrzReport",
    "Rules",
    "build",
    "check",
    "check_digit",
    "fit",
    "rules_of",
    "standing_rules",
    "truncations",
]
