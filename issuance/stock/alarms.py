"""What somebody must see to: stores that run dry, numbers missing or too many, days not counted, transfers that do not
arrive, spoiled books kept too long, stores cut off. Reckoned when asked, so that none is forgotten or stale."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists
from sqlmodel import col, func, select

from issuance.core.civil import civil_day
from issuance.db.session import ReadSession
from issuance.stock.counts import last_count
from issuance.stock.facts import Balance, fault
from issuance.stock.forecast import Forecast, Stock, country_supply, foretell, office_supply, working_days
from issuance.stock.look import balances
from issuance.stock.model import StockAccount, StockBlank, StockEntry, StockMovement, StockTransfer
from specs.errors import Fault
from specs.schema import Specification
from specs.schema.delivery import Delivery


@dataclass(frozen=True, slots=True)
class Alarm:
    """office None: the country. numbers: blanks it is about."""

    office: str | None
    numbers: int
    fault: Fault

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.fault.code,
            "office": self.office,
            "numbers": self.numbers,
            "ar": self.fault.ar,
            "en": self.fault.en,
        }


def forecasts(
    read: ReadSession, spec: Specification, now: datetime, offices: Collection[str] | None = None
) -> list[Forecast]:
    """Of every office that ever held blanks, by code; None: of all, and before them of the country."""
    today, rules = civil_day(now), spec.passport.stock.forecast
    query = select(StockAccount).where(StockAccount.kind == "store").order_by(col(StockAccount.office))
    if offices is not None:
        query = query.where(col(StockAccount.office).in_(offices))
    held = {row.office or "": row.balance for row in read.exec(query)}
    way = _on_the_way(read)
    used = _used(read, today - timedelta(days=rules.look_back_days))
    stocks = {
        office: Stock(numbers, way.get(office, 0), used.get(office, {}), _since(read, office, today))
        for office, numbers in held.items()
    }
    out = []
    if offices is None and stocks:
        whole: dict[date, int] = {}
        for days in used.values():
            for day, number in days.items():
                whole[day] = whole.get(day, 0) + number
        country = Stock(sum(held.values()), sum(way.values()), whole, min(one.since for one in stocks.values()))
        supply = country_supply(rules, delivery_in_force(spec, today))
        out.append(foretell(rules, spec.cases_holidays, supply, None, country, today))
    supply = office_supply(rules)
    out += [foretell(rules, spec.cases_holidays, supply, office, one, today) for office, one in stocks.items()]
    return out


def alarms(
    read: ReadSession, spec: Specification, now: datetime, offices: Collection[str] | None = None
) -> list[Alarm]:
    """Of these offices, None: of all and the country; by office."""
    today = civil_day(now)
    found = [alarm for one in forecasts(read, spec, now, offices) for alarm in _of_forecast(one)]
    for balance in balances(read, offices):
        found += _of_balance(read, spec, balance, today)
    found += _overdue(read, spec, now, offices)
    return sorted(found, key=lambda one: (one.office or "", one.fault.code))


def delivery_in_force(spec: Specification, today: date) -> Delivery:
    """The supplier's terms of the edition in force."""
    editions = sorted(spec.passport.editions.values(), key=lambda one: one.booklet.in_force.from_date)
    begun = [one for one in editions if one.booklet.in_force.from_date <= today]
    return (begun or editions[:1])[-1].delivery


def _of_forecast(one: Forecast) -> Iterator[Alarm]:
    where_ar, where_en = (one.office, one.office) if one.office else ("البلاد كلها", "the whole country")
    if one.state == "dry":
        yield _alarm("dry", one.office, 0, f"نفدت الدفاتر: {where_ar}", f"no blanks are left: {where_en}")
    elif one.state in ("late", "order"):
        ar = f"{where_ar}: تنفد الدفاتر يوم {one.dry_on}، اطلب {one.order} قبل {one.order_by}"
        en = f"{where_en}: dry on {one.dry_on}; order {one.order} by {one.order_by}"
        yield _alarm("runs_dry" if one.state == "order" else "order_late", one.office, one.numbers, ar, en)


def _of_balance(read: ReadSession, spec: Specification, held: Balance, today: date) -> Iterator[Alarm]:
    office, numbers = held.office or "", held.numbers
    if held.kind == "missing":
        ar, en = f"{office}: {numbers} دفتر مفقود لم يُعثر عليه", f"{office}: {numbers} blanks are missing"
        yield _alarm("missing", office, numbers, ar, en)
    if held.kind == "spoiled":
        since = _oldest_spoiled(read, held.account)
        days = delivery_in_force(spec, today).destruction.within_days
        if since is not None and (today - since).days > days:
            ar = f"{office}: تالف ينتظر الإتلاف منذ {since}"
            yield _alarm("undestroyed", office, numbers, ar, f"{office}: spoiled since {since} and not destroyed")
    if held.kind != "store":
        return
    if held.frozen:
        yield _alarm("frozen", office, numbers, f"{office}: المخزن مجمد", f"{office}: the store is frozen")
    last = last_count(read, office)
    if last is not None and last.surplus:
        names = ", ".join(last.surplus[:5])
        ar, en = f"{office}: في المخزن ما ليس في دفتره: {names}", f"{office}: on the shelf, not in the books: {names}"
        yield _alarm("surplus", office, last.extra, ar, en)
    since = last.on if last is not None else _since(read, office, today)
    idle = working_days(spec.cases_holidays, since + timedelta(days=1), today - timedelta(days=1))
    if numbers and idle >= spec.passport.stock.daily_count.every_working_days:
        ar, en = f"{office}: لم يُجرد المخزن منذ {since}", f"{office}: the store was not counted since {since}"
        yield _alarm("uncounted", office, numbers, ar, en)


def _overdue(read: ReadSession, spec: Specification, now: datetime, offices: Collection[str] | None) -> Iterator[Alarm]:
    before = now - timedelta(days=spec.passport.stock.transfers.overdue_days)
    query = select(StockTransfer).where(StockTransfer.state == "sent", StockTransfer.sent_at < before)
    if offices is not None:
        query = query.where(col(StockTransfer.to_office).in_(offices) | col(StockTransfer.from_office).in_(offices))
    for row in read.exec(query):
        since = civil_day(row.sent_at)
        ar = f"إرسالية من {row.from_office} إلى {row.to_office} لم تصل منذ {since}"
        en = f"blanks from {row.from_office} to {row.to_office} are on the way since {since}"
        yield _alarm("overdue", row.to_office, row.numbers, ar, en)


def _on_the_way(read: ReadSession) -> dict[str, int]:
    query = (
        select(StockAccount.office, func.sum(StockAccount.balance))
        .where(StockAccount.kind == "transit", StockAccount.balance > 0)
        .group_by(col(StockAccount.office))
    )
    return {office or "": int(numbers) for office, numbers in read.exec(query)}


def _used(read: ReadSession, since: date) -> dict[str, dict[date, int]]:
    """Blanks drawn by office and day, less those given back; each is one movement of one number."""
    out: dict[str, dict[date, int]] = {}
    for kind, sign in (("consume", 1), ("give_back", -1)):
        query = (
            select(col(StockMovement.office), col(StockMovement.on), func.count())
            .where(StockMovement.kind == kind, StockMovement.on >= since)
            .group_by(col(StockMovement.office), col(StockMovement.on))
        )
        for office, day, numbers in read.exec(query):
            days = out.setdefault(office, {})
            days[day] = days.get(day, 0) + sign * numbers
    return out


def _since(read: ReadSession, office: str, today: date) -> date:
    """The first day on which the office did anything with blanks."""
    query = select(col(StockMovement.on)).where(StockMovement.office == office).order_by(col(StockMovement.id)).limit(1)
    return read.exec(query).first() or today


def _oldest_spoiled(read: ReadSession, account: str) -> date | None:
    still = exists().where(
        col(StockBlank.account) == account, col(StockBlank.number).between(StockEntry.first, StockEntry.last)
    )
    query = (
        select(func.min(StockMovement.on))
        .join(StockEntry, col(StockEntry.movement_id) == col(StockMovement.id))
        .where(StockEntry.account == account, StockEntry.quantity > 0, still)
    )
    return read.exec(query).one()


def _alarm(kind: str, office: str | None, numbers: int, ar: str, en: str) -> Alarm:
    return Alarm(office, numbers, fault(f"alarm.{kind}", ar, en, field="office"))
