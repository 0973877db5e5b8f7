"""Page against chip against seal against what was issued: every field that differs, with its routes. Pure.

Names compare by what the zones hold: one that fills its field may be cut (Doc 9303-4 §4.2.3), which is no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from issuance.border.routes import Route, RouteName
from keys.verdict import Check, Result
from specs.schema import Specification

ORDER: Final[tuple[RouteName, ...]] = ("chip", "seal", "register", "mrz", "page")
"""What is believed first: the others are compared with the first of these that was read."""
CLAUSE: Final = "Doc 9303-11 §5.1; border/inspections.yaml"
_ROUTES: Final[Mapping[RouteName, tuple[str, str]]] = {
    "chip": ("the chip", "الشريحة"),
    "seal": ("the seal", "الختم"),
    "register": ("what was issued", "ما صدر فعلاً"),
    "mrz": ("the zone given as text", "المنطقة المكتوبة"),
    "page": ("the picture of the page", "صورة الصفحة"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """routes: the one that differs, then the one it was compared with; sure: no misreading explains it."""

    field: str
    routes: tuple[RouteName, RouteName]
    sure: bool
    reason: str
    reason_ar: str

    def as_json(self) -> dict[str, object]:
        return {
            "field": self.field,
            "routes": list(self.routes),
            "reason": self.reason,
            "reason_ar": self.reason_ar,
        }

    def check(self) -> Check:
        """A sure difference is a failure; what may be misread is for the eye."""
        result: Result = "fail" if self.sure else "unknown"
        return Check(f"document.differs.{self.field}", "profile", result, self.reason, self.reason_ar, CLAUSE)


def differences(routes: Sequence[Route], spec: Specification) -> list[Difference]:
    """Every field of the specification in which two routes disagree, the most believed route as the measure."""
    read = [route for name in ORDER for route in routes if route.name == name and route.fields]
    rules = spec.border_inspections.comparison
    found = []
    for field in (*rules.checked_fields, *rules.unchecked_fields):
        holding = [route for route in read if field in route.fields]
        for route in holding[1:]:
            if not _same(field, route, holding[0]):
                found.append(_difference(field, route, holding[0], field in rules.checked_fields, spec))
    return found


def agreement(routes: Sequence[Route], found: Sequence[Difference]) -> Iterator[Check]:
    """The differences as checks; one pass where several routes were compared and none was found."""
    yield from (one.check() for one in found)
    read = [_ROUTES[name] for name in ORDER for route in routes if route.name == name and route.fields]
    if len(read) > 1 and not found:
        en, ar = " and ".join(one[0] for one in read), " و".join(one[1] for one in read)
        yield Check("document.agreement", "profile", "pass", f"{en} agree in every field", f"اتفقت {ar}", CLAUSE)


def _difference(field: str, route: Route, measure: Route, checked: bool, spec: Specification) -> Difference:
    pictured = [one for one in (route, measure) if one.name == "page"]
    sure = all(one.sure and checked for one in pictured)
    (en, ar), (of_en, of_ar) = _ROUTES[route.name], _ROUTES[measure.name]
    title = spec.labels.keys.get(field, field)
    reason, reason_ar = f"{field.replace('_', ' ')}: {en} differs from {of_en}", f"{title}: {ar} تخالف {of_ar}"
    if not sure:
        reason, reason_ar = f"{reason}; it may be misread: compare by eye", f"{reason_ar}؛ لعله خطأ قراءة فقارن بالعين"
    return Difference(field, (route.name, measure.name), sure, reason, reason_ar)


def _same(field: str, one: Route, other: Route) -> bool:
    if field != "name":
        return one.fields[field].rstrip("<") == other.fields[field].rstrip("<")
    return same_name(one.fields, other.fields, one.filled, other.filled)


def same_name(one: Mapping[str, str], other: Mapping[str, str], one_filled: bool, other_filled: bool) -> bool:
    """Whether two zones can hold one name. filled: the zone's name takes its whole field, and may be cut there.

    What is cut keeps the beginning of each component, and loses whole components only from the end.
    """
    names = [(zone["surname"], zone["given"]) for zone in (one, other)]
    if names[0] == names[1]:
        return True
    if len("".join(names[0])) == len("".join(names[1])) and one_filled == other_filled:
        return False
    return all(
        _cut(mine.split(), theirs.split(), one_filled, other_filled) for mine, theirs in zip(*names, strict=True)
    )


def _cut(one: Sequence[str], other: Sequence[str], one_filled: bool, other_filled: bool) -> bool:
    for mine, theirs in zip_longest(one, other, fillvalue=""):
        shorter_is_mine = len(mine) < len(theirs)
        if mine == theirs:
            continue
        if shorter_is_mine and not (one_filled and theirs.startswith(mine)):
            return False
        if not shorter_is_mine and not (other_filled and mine.startswith(theirs)):
            return False
    return True
