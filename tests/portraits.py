"""A picture that tests hand in again and again is judged once by the same rules: the judge is pure and takes 0.3 s."""

from __future__ import annotations

from issuance.mrtd.portrait import Portrait, prepare_portrait
from issuance.passports import commands as passports
from issuance.passports import duplicates
from issuance.people import commands as people
from specs.schema.portrait import PortraitRules

_MOST = 64
_judged: dict[tuple[bytes, int], tuple[PortraitRules, Portrait]] = {}


def judged_once(picture: bytes, rules: PortraitRules) -> Portrait:
    """As `prepare_portrait`. The rules are kept beside what they found, so that no others take their place."""
    key = (picture, id(rules))
    if key not in _judged:
        found = prepare_portrait(picture, rules)
        if len(_judged) >= _MOST:
            _judged.clear()
        _judged[key] = (rules, found)
    return _judged[key][1]


def judge_once() -> None:
    """From now on, in this process."""
    for module in (passports, duplicates, people):
        module.prepare_portrait = judged_once  # type: ignore[attr-defined]
