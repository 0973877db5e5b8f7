"""The stock as pages show it: names for codes, moments, tags. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from issuance.core import clock
from issuance.core.approvals import Approval
from issuance.core.civil import civil_day
from issuance.passports.reconciliation import Entry
from issuance.staff.public import offices as register
from issuance.stock.alarms import Alarm
from issuance.stock.counts import Count
from issuance.stock.facts import Balance, Fate, Movement
from issuance.stock.forecast import Forecast
from issuance.stock.transfers import Transfer
from issuance.web.cases_charts import Bar, bars
from issuance.web.cases_words import moment
from issuance.web.certificate_review_shown import account_words
from issuance.web.language import Language

if TYPE_CHECKING:
    from issuance.service import Service

COLUMNS = ("store", "transit", "consumed", "spoiled", "destroyed", "missing")
_TAGS = {"dry": "fail", "late": "fail", "order": "warning", "enough": "pass", "unknown": ""}
_FINDINGS = 20
_GRAVE = ("dry", "missing", "surplus", "frozen", "order_late")


def holders(service: Service, t: Language, now: datetime) -> list[tuple[str, str]]:
    """Offices that may hold blanks today: code and name."""
    kinds = service.spec.passport.stock.locations.kinds
    with service.db.reading() as read:
        found = register(read, civil_day(now))
    return [(one.code, _named(one.code, t.pick(one, "arabic", "english"))) for one in found if one.kind in kinds]


class Shown:
    """Words for one page. people: accounts it names."""

    def __init__(self, service: Service, t: Language, people: Iterable[str | None]) -> None:
        self.t = t
        self.rules = service.spec.passport.stock
        self.people = account_words(service, people)
        with service.db.reading() as read:
            self.names = {one.code: t.pick(one, "arabic", "english") for one in register(read)}

    def office(self, code: str | None) -> str:
        return self.t("stock.country") if code is None else _named(code, self.names.get(code, ""))

    def offices(self, held: Sequence[Balance]) -> list[dict[str, Any]]:
        """One row an office with what stands in each account."""
        rows: dict[str, dict[str, Any]] = {}
        for one in held:
            if one.office is None:
                continue
            blank = {"code": one.office, "office": self.office(one.office), "frozen": False, "cells": {}}
            row = rows.setdefault(one.office, blank)
            row["cells"][one.kind] = row["cells"].get(one.kind, 0) + one.numbers
            row["frozen"] = row["frozen"] or one.frozen
        return [{**row, "cells": [row["cells"].get(kind, 0) for kind in COLUMNS]} for row in rows.values()]

    @property
    def columns(self) -> list[str]:
        return [self.t.pick(self.rules.accounts.entries[kind]) for kind in COLUMNS]  # type: ignore[index]

    def stores(self, held: Sequence[Balance]) -> list[tuple[str, str]]:
        """The offices that have a store, to be chosen from."""
        return [(one.office, self.office(one.office)) for one in held if one.kind == "store" and one.office]

    def alarm(self, one: Alarm) -> dict[str, Any]:
        grave = one.fault.code.rpartition(".")[2] in _GRAVE
        return {"words": self.t.pick(one.fault), "tag": "fail" if grave else "warning"}

    def reconciled(self, found: Sequence[Entry]) -> dict[str, Any] | None:
        """The last reconciliation of blanks against books; None: there was none yet."""
        if not found:
            return None
        last = found[0]
        words = self.rules.reconciliation.entries
        shown = [
            {
                "words": self.t.pick(words[one["kind"]]),
                "office": self.office(one["office"]),
                "blank": one["blank"] or "",
                "number": " – ".join(filter(None, (one["number"], one["last"] if one["count"] > 1 else None))),
            }
            for one in last.findings[:_FINDINGS]
        ]
        return {"at": moment(last.at), "found": last.found, "findings": shown, "more": last.found - len(shown)}

    def waiting(self, one: Approval) -> dict[str, Any]:
        held = one.proposal
        return {
            "id": one.id,
            "kind": self._movement(held["kind"]),
            "office": self.office(held["office"]),
            "ranges": held["ranges"],
            "document": held["document"],
            "reason": self._reason(held["reason"]),
            "by": self.people[one.asked_by],
            "at": moment(one.asked_at),
            "words": one.reason,
        }

    def forecast(self, one: Forecast) -> dict[str, Any]:
        return {
            **one.as_json(),
            "office": self.office(one.office),
            "per_day": f"{float(one.per_day):.1f}",
            "tag": _TAGS[one.state],
            "words": self.t(f"stock.state.{one.state}"),
        }

    def bars(self, found: Sequence[Forecast]) -> list[Bar]:
        """Calendar days until each store runs dry, those of which it is known."""
        today = civil_day(clock.now())
        rows = [(self.office(one.office), (one.dry_on - today).days) for one in found if one.dry_on is not None]
        return bars(rows, rtl=self.t.direction == "rtl")

    def transfer(self, one: Transfer) -> dict[str, Any]:
        return {
            "id": one.id,
            "from": self.office(one.from_office),
            "to": self.office(one.to_office),
            "numbers": one.numbers,
            "seals": one.seals,
            "state": one.state,
            "words": self.t(f"stock.transfer.{one.state}"),
            "sent_by": self.people.get(one.sent_by, one.sent_by),
            "sent_at": moment(one.sent_at),
            "ended_at": moment(one.ended_at) if one.ended_at else "",
            "missing": one.missing,
            "surplus": one.surplus,
            "ranges": one.ranges,
        }

    def count(self, one: Count) -> dict[str, Any]:
        return {
            **one.as_json(),
            "office": self.office(one.office),
            "at": moment(one.at),
            "even": one.even,
            "extra": one.extra,
        }

    def movement(self, one: Movement) -> dict[str, Any]:
        people = [self.people.get(who, who) for who in (one.by, one.second) if who]
        return {
            "kind": self._movement(one.kind),
            "office": self.office(one.office),
            "numbers": one.numbers,
            "ranges": one.ranges[:6],
            "more": max(0, len(one.ranges) - 6),
            "people": people,
            "reason": self._reason(one.reason or ""),
            "document": one.document if one.kind in ("receive", "destroy") else "",
            "passport": one.passport or "",
            "at": moment(one.at),
        }

    def fate(self, one: Fate) -> dict[str, Any]:
        return {
            "number": one.blank,
            "kind": one.kind,
            "account": self.t.pick(self.rules.accounts.entries[one.kind]),
            "office": self.office(one.office),
            "passport": one.passport or "",
            "history": [self.movement(held) for held in one.history],
        }

    def _movement(self, kind: str) -> str:
        return self.t.pick(self.rules.movements.entries[kind])  # type: ignore[index]

    def _reason(self, code: str) -> str:
        if (way := self.rules.finding.entries.get(code)) is not None:
            return self.t.pick(way.title)
        words = self.rules.spoiling.entries.get(code)
        return self.t.pick(words) if words is not None else ""


def _named(code: str, name: str) -> str:
    return f"{name} ({code})" if name else code
