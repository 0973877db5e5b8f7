"""What held when: the certificates of a path at the moment of signing, and now.

Expired since is no fault of a document: it was signed while everything held. Signed outside the period is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from keys.chain.rules import USAGE, check
from keys.chain.search import Path
from keys.verdict import Check
from keys.x509 import Certificate

Interval = tuple[datetime, datetime]
_HELD_NOW: Final = check("validity", "policy", "pass", ("every certificate holds now", "كل الشهادات سارية"))
_HELD_AT_SIGNING: Final = check(
    "validity", "policy", "pass", ("every certificate held at signing", "كل الشهادات كانت سارية وقت التوقيع")
)
_USED_IN_TIME: Final = check(
    "usage_period", "policy", "pass", ("signed in the usage period of its key", "وُقّعت ضمن مدة استعمال المفتاح"), USAGE
)
_CURRENT: Final = check("current", "policy", "pass", ("nothing has expired since", "لم تنته صلاحية شيء منذ ذلك"))


@dataclass(frozen=True, slots=True)
class Periods:
    """When every certificate of a path holds together; usage: when the signer's key might sign."""

    path: Path
    begins: datetime
    ends: datetime
    usage: Interval

    @classmethod
    def of(cls, path: Path) -> Periods:
        """Raises `DerError` when an extension does not read."""
        begun, ended = path[0].private_key_usage_period
        usage = (begun or datetime.min.replace(tzinfo=UTC), ended or datetime.max.replace(tzinfo=UTC))
        return cls(path, max(c.not_before.at for c in path), min(c.not_after.at for c in path), usage)

    def judge(self, at: datetime, signed_at: Interval | None) -> tuple[Check, ...]:
        """At `at` alone, or at some moment of `signed_at` and then, for what became of it, at `at`."""
        if signed_at is None:
            return (_HELD_NOW if self.begins <= at <= self.ends else self._outside(at, at),)
        earliest, latest = max(signed_at[0], self.begins), min(signed_at[1], self.ends)
        if earliest > latest:
            return self._outside(*signed_at), self._current(at)
        in_time = max(earliest, self.usage[0]) <= min(latest, self.usage[1])
        return _HELD_AT_SIGNING, _USED_IN_TIME if in_time else self._unused(), self._current(at)

    def _outside(self, earliest: datetime, latest: datetime) -> Check:
        for place, certificate in enumerate(self.path):
            if latest < certificate.not_before.at or earliest > certificate.not_after.at:
                who, who_ar = _place(place)
                span = _span(certificate.not_before.at, certificate.not_after.at)
                words = (
                    f"{who} holds {span}, and this is of {_span(earliest, latest)}",
                    f"{who_ar} تسري {span}، وهذا بتاريخ {_span(earliest, latest)}",
                )
                return check("validity", "policy", "fail", words)
        words = ("at no moment did all certificates hold together", "لم تجتمع صلاحية الشهادات في أي وقت")
        return check("validity", "policy", "fail", words)

    def _unused(self) -> Check:
        span = _span(*self.usage)
        words = (f"the key might sign {span} only", f"لا يجوز للمفتاح التوقيع إلا {span}")
        return check("usage_period", "policy", "fail", words, USAGE)

    def _current(self, at: datetime) -> Check:
        if self.begins <= at <= self.ends:
            return _CURRENT
        late = at > self.ends
        certificate, place = _first(self.path, at, late)
        who, who_ar = _place(place)
        if late:
            day = f"{certificate.not_after.at:%F}"
            words = (f"{who} expired on {day}, after the signing", f"{who_ar} انتهت في {day} بعد التوقيع")
            return check("current", "policy", "warning", words)
        day = f"{certificate.not_before.at:%F}"
        return check("current", "policy", "fail", (f"{who} holds from {day} only", f"{who_ar} لا تسري إلا من {day}"))


def _first(path: Path, at: datetime, late: bool) -> tuple[Certificate, int]:
    """The first certificate that has expired at `at`, or that does not hold yet."""
    return next((c, place) for place, c in enumerate(path) if (at > c.not_after.at if late else at < c.not_before.at))


def _place(place: int) -> tuple[str, str]:
    return ("the signer's certificate", "شهادة الموقّع") if place == 0 else ("a certificate above it", "شهادة أعلى منها")


def _span(begin: datetime, end: datetime) -> str:
    if begin == end:
        return f"{begin:%F}"
    first = "" if begin.year == datetime.min.year else f"{begin:%F}"
    last = "" if end.year == datetime.max.year else f"{end:%F}"
    return f"{first}..{last}"
