"""Statistics of the register: counts and days, no persons. Small counts are left out so that none can be worked out.

Every table on open files shares the sums by stage of the whole register with the others and nothing else; these sums
are held fixed when a table chooses what to leave out, so that the tables say no more together than each alone. Periods
are calendar years, which do not overlap: no difference of two periods is a small one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, cast, true
from sqlmodel import col, func, select

from issuance.cases.access_rows import access_of
from issuance.cases.case_rules import CaseRules
from issuance.cases.file import REGISTER_OFFICE, REGISTER_TITLE
from issuance.cases.model import CaseClock, CaseMatter, CaseRow
from issuance.cases.suppression import Line, publish
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.service import Service
from issuance.staff.public import offices
from specs.schema.base import Bilingual

ACTION = "cases.statistics"
_WHOLE = Bilingual(ar="كل السجل", en="The whole register")
_PART = Bilingual(ar="مكتبك وما يتبعه", en="Your office and those below it")
Place = tuple[str, str]
"""(region code, empty where an office has none; office code)."""


@dataclass(frozen=True, slots=True)
class Table:
    """columns: codes; lines: None when nothing of it can be published without pointing at people."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...] | None


@dataclass(frozen=True, slots=True)
class Duration:
    """Days from report to final ruling, by nearest rank, one for each percent; of a line whose count is published."""

    level: str
    code: str
    days: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """Open files by stage (and place, age, kind of offence), breached clocks; of the year: files opened, matters final.

    offices: those counted; None: all.
    titles: the words of every code in the tables.
    """

    at: datetime
    year: int
    open_files: Table
    open_by_place: Table
    open_by_age: Table
    open_by_kind: Table
    breached_clocks: Table
    opened: Table
    final: Table
    days_to_final: tuple[Duration, ...]
    percents: tuple[int, ...]
    titles: Mapping[str, Bilingual]
    offices: frozenset[str] | None = None

    def as_json(self) -> dict[str, Any]:
        """None is a count left out."""
        tables = {name: asdict(held) for name in self.__slots__ if isinstance(held := getattr(self, name), Table)}
        return {
            "at": self.at.isoformat(),
            "year": self.year,
            "offices": None if self.offices is None else sorted(self.offices),
            **tables,
            "percents": list(self.percents),
            "days_to_final": [asdict(held) for held in self.days_to_final],
            "titles": {code: {"ar": title.ar, "en": title.en} for code, title in self.titles.items()},
        }


def statistics(service: Service, actor: Actor, year: int, now: datetime) -> Statistics:
    """The register as it is now, and what happened in the calendar year, of the offices in the actor's scope.

    Raises `NotAllowed`, `Unavailable`.
    """
    policy.require(actor, ACTION)
    rules, lifecycle = service.spec.cases_statistics, service.spec.cases_lifecycle
    below, stages = rules.suppression.below, tuple(lifecycle.stages.entries)
    today, dialect = civil_day(now), service.db.dialect
    first, last = date(year, 1, 1), date(year, 12, 31)
    clocks_held = service.spec.cases_clocks.clocks.items()
    duties = [code for code, clock in clocks_held if clock.for_rehabilitation is None]  # to wait breaches nothing
    with service.db.reading() as read:
        register = offices(read)
        region = {office.code: office.region or "" for office in register}
        within = _offices_of(read, service, actor, today)
        open_rows = _open(read, within, today, rules.age.upper_days)
        breached = _breached(read, within, now, duties)
        opened = _opened(read, within, first, last)
        days = _days_to_final(read, within, first, last, dialect)
    with unit_of_work(service.db, actor, "statistics of cases", now) as tx:
        tx.audit(ACTION, f"statistics:{year}")

    def placed(office: str) -> Place:
        return region.get(office, ""), office

    whole, by_place, by_age, by_kind = Counter[str](), _table(), _table(), _table()
    for (office, stage, kind, band), count in open_rows.items():
        whole[stage] += count
        by_place[placed(office)][stage] += count
        by_age["", f"age_{band}"][stage] += count
        by_kind["", kind][stage] += count
    national = Table(stages, (_published({("", ""): whole}, stages, below).lines or ())[-1:])
    small = any(None in (*line.cells, line.total) for line in national.lines or ())

    def beside(rows: Mapping[Place, Counter[str]]) -> Table:
        return Table(stages, None) if small else _published(rows, stages, below, settled=True)

    clocks = _table()
    for (office, clock), count in breached.items():
        clocks[placed(office)][clock] += count
    final = _published({placed(o): Counter(final=sum(held.values())) for o, held in days.items()}, ("final",), below)
    return Statistics(
        now,
        year,
        national,
        beside(by_place),
        beside(by_age),
        beside(by_kind),
        _published(clocks, sorted({clock for _, clock in breached}), below),
        _published({placed(o): Counter(opened=count) for o, count in opened.items()}, ("opened",), below),
        final,
        _durations(final, days, placed, rules.duration.percents),
        tuple(rules.duration.percents),
        _titles(service, register, within),
        within,
    )


def percentile(days: Mapping[int, int], percent: int) -> int:
    """The smallest number of days within which `percent` of all were done (nearest rank). days: days -> how many."""
    rank = -(-percent * sum(days.values()) // 100)
    reached = 0
    for held in sorted(days):
        reached += days[held]
        if reached >= rank:
            return held
    raise ValueError("there is nothing to rank")


def _table() -> defaultdict[Place, Counter[str]]:
    return defaultdict(Counter)


def _published(
    rows: Mapping[Place, Counter[str]], columns: Sequence[str], below: int, *, settled: bool = False
) -> Table:
    if not rows:
        return Table(tuple(columns), ())
    counts = {place: [held[column] for column in columns] for place, held in rows.items()}
    return Table(tuple(columns), publish(counts, len(columns), below, settled=settled))


def _offices_of(read: ReadSession, service: Service, actor: Actor, today: date) -> frozenset[str] | None:
    """The offices whose files the actor may count; None: all."""
    rules = CaseRules.of(service.spec)
    scopes = policy.scopes(actor, ACTION, rules.roles)
    if "everywhere" in scopes:
        return None
    reach = access_of(read, actor, today, rules).reach
    return reach.own | (reach.territory if "territory" in scopes else frozenset())


def _among(office: Any, within: frozenset[str] | None) -> ColumnElement[bool]:
    return true() if within is None else col(office).in_(sorted(within))


def _open(
    read: ReadSession, within: frozenset[str] | None, today: date, upper_days: Sequence[int]
) -> dict[tuple[str, str, str, int], int]:
    """(office, stage, kind of offence, number of the age band) -> open files."""
    held: Any = [CaseRow.holder, CaseRow.stage, CaseRow.kind]
    after = [today - timedelta(days=days) for days in upper_days]
    younger: list[Any] = [func.sum(case((col(CaseRow.opened_on) >= day, 1), else_=0)) for day in after]
    # in the order of the index, so that nothing is sorted; each sum holds the bands before it too
    order: Any = [col(CaseRow.stage), col(CaseRow.kind), col(CaseRow.holder)]
    counts: Any = [*held, *younger, func.count()]
    counted: Any = select(*counts).where(col(CaseRow.ended).is_(False), _among(CaseRow.holder, within))
    found = {}
    for office, stage, kind, *sums in read.exec(counted.group_by(*order)):
        for band, (upto, before) in enumerate(zip(sums, (0, *sums), strict=False)):
            if upto > before:
                found[office, stage, kind, band] = upto - before
    return found


def _breached(
    read: ReadSession, within: frozenset[str] | None, now: datetime, codes: Sequence[str]
) -> dict[tuple[str, str], int]:
    query = (
        select(CaseClock.office, CaseClock.code, func.count())
        .where(col(CaseClock.due_at) <= now, col(CaseClock.code).in_(codes), _among(CaseClock.office, within))
        .group_by(col(CaseClock.office), col(CaseClock.code))
    )
    return {(office, code): count for office, code, count in read.exec(query)}


def _opened(read: ReadSession, within: frozenset[str] | None, first: date, last: date) -> dict[str, int]:
    query = select(CaseRow.office, func.count())
    counted = query.where(col(CaseRow.opened_on).between(first, last), _among(CaseRow.office, within))
    return dict(read.exec(counted.group_by(col(CaseRow.office))).all())


def _days_to_final(
    read: ReadSession, within: frozenset[str] | None, first: date, last: date, dialect: str
) -> dict[str, Counter[int]]:
    """Office that opened the file -> days from report to final -> matters that became final in the period."""
    days: ColumnElement[int]
    if dialect == "sqlite":
        days = cast(func.julianday(CaseMatter.final_on) - func.julianday(CaseMatter.opened_on), Integer)
    else:
        days = col(CaseMatter.final_on) - col(CaseMatter.opened_on)  # type: ignore[assignment]
    query = (
        select(CaseMatter.office, days, func.count())
        .where(col(CaseMatter.final_on).between(first, last), _among(CaseMatter.office, within))
        .group_by(col(CaseMatter.office), days)
    )
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for office, held, count in read.exec(query):
        found[office][held] += count
    return found


def _durations(
    final: Table, days: Mapping[str, Counter[int]], placed: Any, percents: Iterable[int]
) -> tuple[Duration, ...]:
    found = []
    for line in final.lines or ():
        held = Counter[int]()
        for office, counted in days.items():
            group = placed(office)[0]
            if line.level == "all" or (line.level == "group" and group == line.code) or office == line.code:
                held.update(counted)
        told = tuple(percentile(held, percent) for percent in percents) if line.total else None
        found.append(Duration(line.level, line.code, told))
    return tuple(found)


def _titles(service: Service, register: Iterable[Any], within: frozenset[str] | None) -> dict[str, Bilingual]:
    spec = service.spec
    bounds = spec.cases_statistics.age.upper_days
    ages = {f"age_{n}": Bilingual(ar=f"حتى {days} يوماً", en=f"up to {days} days") for n, days in enumerate(bounds)}
    last = bounds[-1]
    return {
        "": _WHOLE if within is None else _PART,
        "opened": Bilingual(ar="قضايا فُتحت", en="Files opened"),
        "final": Bilingual(ar="أحكام صارت نهائية", en="Matters final"),
        **spec.cases_lifecycle.stages.entries,
        **ages,
        f"age_{len(bounds)}": Bilingual(ar=f"أكثر من {last} يوماً", en=f"more than {last} days"),
        **spec.cases_register.kinds.entries,
        **{code: clock.title for code, clock in spec.cases_clocks.clocks.items()},
        **spec.staff_offices.regions.names,
        REGISTER_OFFICE: REGISTER_TITLE,
        **{office.code: Bilingual(ar=office.arabic, en=office.english) for office in register},
    }
