"""What stands out in the work of the passport office, officer by officer: counts for a supervisor, proof of nothing.

It names accounts, never an applicant or an application. A rate over few cases is left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final, Literal, get_args

from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import TRIPOLI
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.passports.model import PassportApplication, PassportApplicationStep, PassportHold
from issuance.passports.own_matters import family_of
from issuance.service import Service
from issuance.staff.public import AccountName, account_names, holders
from specs.schema.anomalies import PassportAnomalies, WorkTime

REPORT = "passports.anomalies"
Measure = Literal["outside_hours", "overrides", "refusals", "hasty", "family"]
MEASURES: Final[tuple[Measure, ...]] = get_args(Measure)
DECISIONS = ("approved", "refused", "returned")
ENDS_A_DAY = timedelta(hours=4)
"""A longer pause between two decisions is no measure of speed."""


@dataclass(frozen=True, slots=True)
class Share:
    """count of base; percent None: left out, as the base is below the limit."""

    count: int
    base: int
    percent: int | None


@dataclass(frozen=True, slots=True)
class Officer:
    """One account. median_seconds: between a decision and the one before; None: too few to say."""

    account: str
    name: AccountName | None
    steps: int
    decisions: int
    shares: Mapping[Measure, Share]
    median_seconds: int | None

    def as_json(self) -> dict[str, Any]:
        return {
            "account": self.account,
            "username": self.name.username if self.name else None,
            "steps": self.steps,
            "decisions": self.decisions,
            "shares": _shares(self.shares),
            "median_seconds": self.median_seconds,
        }


@dataclass(frozen=True, slots=True)
class AnomalyReport:
    """since, until: the window; below: cases under which no rate is told; everybody: every officer together; officers:
    the busiest first; unknown: of those, accounts of which it is not said whose they are."""

    since: datetime
    until: datetime
    below: int
    everybody: Mapping[Measure, Share]
    officers: tuple[Officer, ...]
    unknown: int

    def as_json(self) -> dict[str, Any]:
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "below": self.below,
            "everybody": _shares(self.everybody),
            "officers": [one.as_json() for one in self.officers],
            "unknown_holders": self.unknown,
        }


def report(service: Service, actor: Actor, now: datetime) -> AnomalyReport:
    """Of the window that the specification sets; the look is kept. Raises `NotAllowed`.

    outside_hours: steps outside the hours of work; overrides: holds lifted, of those on applications the officer
    decided on or lifted a hold of; refusals: of decisions; hasty: decisions sooner after the last than the limit;
    family: applications of the officer's own or of their family record, of those they took a step of, where it is said
    whose account it is.
    """
    policy.require(actor, REPORT)
    rules = service.spec.passport.anomalies
    since = now - timedelta(days=rules.window.days)
    with unit_of_work(service.db, actor, "anomaly report", now) as tx:
        tx.audit(REPORT, "passports")
        taken = _steps(tx.read, since, now)
        called = account_names(tx.read, {account for account, *_ in taken})
        named = {account: name for account, name in called.items() if name.username is not None}  # people alone
        lifted = _holds(tx.read, since, now, {a: ids for a, ids in _decided(taken).items() if a in named})
        known = holders(tx.read, named)
        kin = {account: _applications_of(tx.read, person) for account, person in known.items()}
    of = _counted(taken, lifted, rules, named, kin)
    below = rules.suppression.below
    officers = [_officer(account, named.get(account), count, below) for account, count in of.items()]
    total: Counter[str] = sum((count.counts for count in of.values()), Counter())
    return AnomalyReport(
        since,
        now,
        below,
        {measure: _share(total, measure, below) for measure in MEASURES},
        tuple(sorted(officers, key=lambda one: (-one.steps, one.account))),
        sum(account not in known for account in of),
    )


Taken = tuple[str, datetime, str, str]
"""Account, when, the state it went to, application."""


@dataclass(slots=True)
class _Counts:
    counts: Counter[str]
    gaps: list[float]


def _steps(read: ReadSession, since: datetime, until: datetime) -> list[Taken]:
    """Every step of the window, by account and in time."""
    step = PassportApplicationStep
    query = select(step.actor, step.at, step.after, step.application_id)
    window = query.where(col(step.at) >= since, col(step.at) <= until)
    return [(row[0], row[1], row[2], row[3]) for row in read.exec(window.order_by(col(step.actor), col(step.at)))]


def _applications_of(read: ReadSession, person: str) -> set[str]:
    """Those for this person or somebody of their family record."""
    application = PassportApplication
    people = family_of(read, person) | {person}
    return set(read.exec(select(application.id).where(col(application.person_id).in_(people))))


def _decided(taken: Iterable[Taken]) -> dict[str, set[str]]:
    out: dict[str, set[str]] = defaultdict(set)
    for account, _, after, application in taken:
        if after in DECISIONS:
            out[account].add(application)
    return out


def _holds(
    read: ReadSession, since: datetime, until: datetime, decided: Mapping[str, set[str]]
) -> dict[str, tuple[int, int]]:
    """Account -> (holds it lifted, holds that it had before it)."""
    hold = PassportHold
    query = select(hold.application_id, hold.lifted_by, hold.ended, hold.lifted_at)
    seen: dict[str, list[str | None]] = defaultdict(list)
    for application, lifted_by, ended, at in read.exec(query.where(col(hold.raised_at) <= until)):
        by = lifted_by if ended == "lifted" and at is not None and since <= at <= until else None
        seen[application].append(by)
    out: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for application, lifters in seen.items():
        accounts = {by for by in lifters if by} | {a for a, ids in decided.items() if application in ids}
        for account in accounts:
            out[account][0] += lifters.count(account)
            out[account][1] += len(lifters)
    return {account: (lifted, base) for account, (lifted, base) in out.items()}


def _counted(
    taken: Iterable[Taken],
    lifted: Mapping[str, tuple[int, int]],
    rules: PassportAnomalies,
    named: Mapping[str, AccountName],
    kin: Mapping[str, Collection[str]],
) -> dict[str, _Counts]:
    """Counts by account; what the service itself did is nobody's work. kin: account -> applications of its family."""
    out: dict[str, _Counts] = defaultdict(lambda: _Counts(Counter(), []))
    last: dict[str, datetime] = {}
    touched: dict[str, set[str]] = defaultdict(set)
    for account, at, after, application in taken:
        if account not in named:
            continue
        touched[account].add(application)
        held = out[account]
        held.counts["outside_hours:base"] += 1
        held.counts["outside_hours"] += not at_work(at, rules.work_time)
        if after not in DECISIONS:
            continue
        held.counts["refusals:base"] += 1
        held.counts["refusals"] += after == "refused"
        if account in last and at - last[account] < ENDS_A_DAY:
            gap = (at - last[account]).total_seconds()
            held.gaps.append(gap)
            held.counts["hasty:base"] += 1
            held.counts["hasty"] += gap < rules.haste.seconds
        last[account] = at
    for account, (count, base) in lifted.items():
        if account in named:
            out[account].counts.update({"overrides": count, "overrides:base": base})
    for account, own in kin.items():
        met = len(touched[account].intersection(own))
        out[account].counts.update({"family": met, "family:base": len(touched[account])})
    return out


def at_work(at: datetime, rules: WorkTime) -> bool:
    """Whether a moment lies in the hours of work, by the clock of Libya. Pure."""
    there = at.astimezone(TRIPOLI)
    return there.strftime("%A").lower() in rules.days and rules.from_hour <= there.hour < rules.to_hour


def _officer(account: str, name: AccountName | None, held: _Counts, below: int) -> Officer:
    return Officer(
        account,
        name,
        held.counts["outside_hours:base"],
        held.counts["refusals:base"],
        {measure: _share(held.counts, measure, below) for measure in MEASURES},
        round(median(held.gaps)) if len(held.gaps) >= below else None,
    )


def _shares(shares: Mapping[Measure, Share]) -> dict[str, dict[str, int | None] | None]:
    """None: left out. What is told of the own family is its count, however few: one is enough to ask."""
    return {
        measure: None
        if share.percent is None and measure != "family"
        else {"count": share.count, "base": share.base, "percent": share.percent}
        for measure, share in shares.items()
    }


def _share(counts: Counter[str], measure: Measure, below: int) -> Share:
    count, base = counts[measure], counts[f"{measure}:base"]
    return Share(count, base, None if base < below else round(100 * count / base))
