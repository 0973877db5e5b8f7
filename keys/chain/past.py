"""Was a certificate revoked at a moment that something else proves, a time stamp? What a list said later counts less.

Beside `keys.chain.revocation`, which knows no such moment and fails whatever was ever revoked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from keys.chain.revocation import REVOCATION, Listed, listings
from keys.chain.rules import check
from keys.chain.search import Path
from keys.trust import TrustStore
from keys.verdict import Check


def revocation_at(
    path: Path, stores: Sequence[TrustStore], proven: datetime, at: datetime, believed: Sequence[int] | None = None
) -> Check:
    """`chain.revocation` of a path as of `proven`, told at `at`; stores: whose revocation lists are asked.

    Revoked by then: fail. Revoked later: warning; but with `believed`, the reason codes that leave the past good
    (RFC 3161 §4), any other reason fails. Unknown without a list of either day. Raises `DerError`.
    """
    asked = [listings(store, path) for store in stores]
    known = True
    later: datetime | None = None
    for said in zip(*asked, strict=True):
        named = [(one.revoked_at, one.reason) for one in said if one.revoked_at is not None]
        for moment, reason in named:
            if moment <= proven or (believed is not None and reason not in believed):
                words = (f"the certificate was revoked on {moment:%F}", f"أُبطلت الشهادة في {moment:%F}")
                return check("revocation", "policy", "fail", words, REVOCATION)
            later = moment
        known &= bool(named) or _is_known(said, proven, at)
    if not known:
        words = ("unknown: no list of that time is here", "غير معلوم: لا قائمة إبطال لذلك الوقت هنا")
        return check("revocation", "policy", "unknown", words, REVOCATION)
    if later is not None:
        words = (f"revoked on {later:%F}, after the time stamp", f"أُبطلت في {later:%F} بعد ختم الوقت")
        return check("revocation", "policy", "warning", words, REVOCATION)
    return check("revocation", "policy", "pass", ("not revoked at that time", "لم تكن مُبطلة حينئذ"), REVOCATION)


def _is_known(said: Sequence[Listed], proven: datetime, at: datetime) -> bool:
    return not any(one.doubted for one in said) and any(
        not one.cause_at(moment) for one in said for moment in (proven, at)
    )
