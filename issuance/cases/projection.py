"""What searches, work lists and certificates read: rows made from a case file, and from nothing else.

`rows_of` is pure; `write` replaces the rows of one file in the transaction of its action. Rows are plain values, not
objects of the tables' classes: a rebuild writes millions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, insert
from sqlmodel import Session, SQLModel, col, select

from issuance.cases.case_rules import CaseRules
from issuance.cases.clocks import due, next_warning
from issuance.cases.deadlines import RunningClock, running_clocks
from issuance.cases.file import CaseFile, Matter
from issuance.cases.file import Ruling as RulingValue
from issuance.cases.model import (
    CaseAccused,
    CaseAlarm,
    CaseClock,
    CaseMatter,
    CaseNameKey,
    CaseOffice,
    CaseRow,
    Ruling,
    RulingEffect,
    TravelBanRow,
)
from issuance.db.session import ReadSession
from issuance.people.public import name_keys

TABLES: tuple[type[SQLModel], ...] = (
    CaseRow, CaseOffice, CaseAccused, CaseNameKey, CaseMatter, CaseClock, TravelBanRow, Ruling, RulingEffect,
)  # fmt: skip


Row = tuple[type[SQLModel], dict[str, Any]]


def rows_of(file: CaseFile, rules: CaseRules) -> list[Row]:
    """Every projected row of the file, with its table; every column is there."""
    clocks = list(running_clocks(file, rules))
    return [
        _case(file, clocks, rules),
        *((CaseOffice, {"case_id": file.id, "office": office}) for office in _offices(file)),
        *_people(file),
        *_names(file),
        *_matters(file),
        *(_clock(file, clock) for clock in clocks),
        *_bans(file),
        *_rulings(file),
    ]


def write(session: Session, file: CaseFile, rules: CaseRules) -> None:
    """Put the rows of `file` in place of those it had."""
    erase(session, [file.id])
    write_many(session, [file], rules)


def erase(session: Session, case_ids: Sequence[str]) -> None:
    """Take away every row of these files. Rulings entered before there were case files stay."""
    connection = session.connection()
    for statement in _ERASED:
        connection.execute(statement, {_FILES: case_ids})
    for held in [*session.identity_map.values()]:
        if isinstance(held, TABLES):  # what was read of them is so no more
            session.expunge(held)


def _of_files(owner: str | None) -> ColumnElement[bool]:
    return col(owner).in_(bindparam(_FILES, expanding=True))


_FILES = "files"
_ERASED = (
    delete(RulingEffect).where(col(RulingEffect.ruling_id).in_(select(Ruling.id).where(_of_files(Ruling.case_id)))),
    *(
        delete(table).where(_of_files(table.case_id))
        for table in (Ruling, TravelBanRow, CaseClock, CaseMatter, CaseNameKey, CaseAccused, CaseOffice)
    ),
    delete(CaseRow).where(_of_files(CaseRow.id)),
)


def write_many(session: Session, files: Iterable[CaseFile], rules: CaseRules) -> None:
    """Rows of files that have none yet, in bulk."""
    fresh: dict[type[SQLModel], list[dict[str, Any]]] = {table: [] for table in TABLES}
    for file in files:
        for table, row in rows_of(file, rules):
            fresh[table].append(row)
    pass_over_told(session, fresh[CaseClock], rules)
    connection = session.connection()
    for table, rows in fresh.items():
        if rows:
            connection.execute(insert(table), rows)


def pass_over_told(session: Session | ReadSession, clocks: Sequence[dict[str, Any]], rules: CaseRules) -> None:
    """Set in rows of clocks what was told of them already, and when the next alarm is due: after that."""
    ids = sorted({row["case_id"] for row in clocks})
    told: dict[tuple[Any, ...], int] = {}
    for held in session.exec(select(CaseAlarm).where(col(CaseAlarm.case_id).in_(ids))) if ids else ():
        key = held.case_id, held.target, held.code, held.started_at
        told[key] = max(held.percent, told.get(key, 0))
    for row in clocks:
        if percent := told.get((row["case_id"], row["target"], row["code"], row["started_at"])):
            running = due(rules.clocks, rules.holidays, row["code"], row["started_at"])
            row["told"], row["warn_at"] = percent, next_warning(running, percent)


def leading(file: CaseFile, rules: CaseRules) -> Matter:
    """The matter that stands for the file: the least advanced that has not ended, else the last to change."""
    matters: Sequence[Matter] = tuple(file.matters.values())
    live = [matter for matter in matters if not rules.lifecycle.states[matter.state].ended]
    if live:
        return min(live, key=lambda matter: rules.lifecycle.order[matter.state])
    return max(matters, key=lambda matter: (matter.since, matter.code))


def _case(file: CaseFile, clocks: Sequence[RunningClock], rules: CaseRules) -> Row:
    lead = leading(file, rules)
    state, charge = rules.lifecycle.states[lead.state], file.charges[lead.charge]
    return CaseRow, {
        "id": file.id,
        "number": file.number,
        "version": file.version,
        "opened_at": file.opened_at,
        "opened_on": file.opened_on,
        "updated_at": file.updated_at,
        "office": file.offices[0],
        "holder": file.holder,
        "awaiting": file.transfer.receiver if file.transfer is not None else None,
        "assigned": file.assigned,
        "classification": file.classification,
        "sealed": file.sealed,
        "state": lead.state,
        "stage": state.stage,
        "ended": state.ended,
        "kind": charge.kind,
        "offence": charge.offence,
        "region": file.region,
        "next_due": min((clock.due.at for clock in clocks), default=None),
    }


def _offices(file: CaseFile) -> Sequence[str]:
    waiting = () if file.transfer is None or file.transfer.receiver in file.offices else (file.transfer.receiver,)
    return (*file.offices, *waiting)


def _people(file: CaseFile) -> Iterator[Row]:
    for held in file.accused.values():
        yield (
            CaseAccused,
            {
                "case_id": file.id,
                "code": held.code,
                "name": held.name,
                "birth_date": held.birth_date,
                "person_id": held.person_id,
            },
        )


def _names(file: CaseFile) -> Iterator[Row]:
    """Of those known by name only: who is identified is looked for in the register of people."""
    for held in file.accused.values():
        if held.person_id is None and held.name is not None:
            for key in name_keys(held.name):
                yield CaseNameKey, {"key": key, "case_id": file.id, "accused": held.code}


def _matters(file: CaseFile) -> Iterator[Row]:
    for matter in file.matters.values():
        charge, standing = file.charges[matter.charge], matter.standing
        yield (
            CaseMatter,
            {
                "case_id": file.id,
                "code": matter.code,
                "accused": matter.accused,
                "charge": matter.charge,
                "state": matter.state,
                "since": matter.since,
                "kind": charge.kind,
                "offence": charge.offence,
                "final_on": standing.final_on if standing is not None else None,
                "office": file.offices[0],
                "opened_on": file.opened_on,
            },
        )


def _clock(file: CaseFile, clock: RunningClock) -> Row:
    return CaseClock, {
        "case_id": file.id,
        "target": clock.target,
        "code": clock.due.code,
        "office": file.holder,
        "started_at": clock.due.started,
        "told": None,
        "warn_at": next_warning(clock.due, 0),
        "due_at": clock.due.at,
        "last_day": clock.due.last_day,
        "alarm_role": clock.due.alarm_role,
    }


def _bans(file: CaseFile) -> Iterator[Row]:
    here = {matter.accused for matter in file.matters.values() if matter.state != "moved"}
    for ban in file.travel_bans:
        if ban.accused not in here:
            continue  # it goes on in the file that the accused was moved to
        yield (
            TravelBanRow,
            {
                "id": ban.id,
                "case_id": file.id,
                "person_id": file.accused[ban.accused].person_id,
                "accused": ban.accused,
                "since_on": ban.since,
                "until_on": ban.until,
                "lifted_on": ban.lifted_on,
                "legal_basis": ban.legal_basis,
                "office": ban.office,
            },
        )


def _rulings(file: CaseFile) -> Iterator[Row]:
    """Of identified persons only, never on a name. Matters that were moved speak in their new file."""
    for matter in file.matters.values():
        person = file.accused[matter.accused].person_id
        if person is None or matter.state == "moved":
            continue
        for ruling in matter.rulings:
            yield _ruling(file, matter, ruling, person)
            for effect in ruling.effects:
                yield (
                    RulingEffect,
                    {
                        "id": effect.id,
                        "ruling_id": ruling.id,
                        "kind": effect.kind,
                        "effective_on": effect.effective_on,
                        "legal_basis": effect.legal_basis,
                        "revoked_on": effect.revoked_on,
                        "recorded_at": effect.recorded_at,
                    },
                )


def _ruling(file: CaseFile, matter: Matter, ruling: RulingValue, person: str) -> Row:
    charge = file.charges[matter.charge]
    return Ruling, {
        "id": ruling.id,
        "person_id": person,
        "case_id": file.id,
        "matter": matter.code,
        "instance": ruling.instance,
        "case_number": file.old_number or file.number,
        "court_arabic": ruling.court_arabic,
        "court_english": ruling.court_english,
        "kind": charge.kind,
        "presence": ruling.presence,
        "verdict": ruling.verdict,
        "ruled_on": ruling.ruled_on,
        "final_on": ruling.final_on,
        "final_by": ruling.final_by,
        "recidivist": ruling.recidivist,
        "penalty_ended_on": ruling.penalty_ended_on,
        "committed_on": charge.committed_on,
        "offence_arabic": charge.arabic,
        "offence_english": charge.english,
        "penalty_arabic": ruling.penalty_arabic,
        "penalty_english": ruling.penalty_english,
        "foreign_judgment": ruling.foreign,
        "recorded_at": ruling.recorded_at,
    }
