"""Published shape of the anomaly report."""

from __future__ import annotations

from issuance.core.schema import MOMENT, Document, Exchange, Schema, Source, listed, maybe, members, number, text, words
from issuance.passports.anomalies import MEASURES


def _report(_source: Source) -> Schema:
    share = members({"count": number(), "base": number(), "percent": maybe(number())})
    shares = members({measure: maybe(share) for measure in MEASURES})
    officer = members(
        {
            "account": text(least=1),
            "username": maybe(text(least=1)),
            "steps": number(),
            "decisions": number(),
            "shares": shares,
            "median_seconds": maybe(number()),
        }
    )
    return members(
        {
            "since": MOMENT,
            "until": MOMENT,
            "below": number(),
            "everybody": shares,
            "officers": listed(officer),
            "unknown_holders": number(),
        }
    )


DOCUMENTS = (Document("passport-anomalies", 1, words("ما يلفت النظر في عمل الموظفين", "The anomaly report"), _report),)
ROUTES = {"GET /v1/passports/anomalies": Exchange(gives="passport-anomalies")}
COMMANDS = {"passports anomalies": Exchange(gives="passport-anomalies")}
