"""Routes over the whole register: search, statistics, a person's record, who looked. Views hold every rule."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from issuance.api.guard import SignedIn, TheService
from issuance.cases.alarms import MOST_ALARMS, standing_alarms
from issuance.cases.api.files import Number, StatedPurpose
from issuance.cases.as_json import record_json
from issuance.cases.case_rules import CaseRules
from issuance.cases.lists_as_json import alarms_json, found_json, looks_json
from issuance.cases.looks import MOST_ROWS
from issuance.cases.reading import who_looked_at_case, who_looked_at_person
from issuance.cases.record import record
from issuance.cases.search import Asked, search_cases
from issuance.cases.statistics import statistics
from issuance.core import clock
from issuance.core.civil import civil_day

router = APIRouter()

After = Annotated[str | None, Query(description="`after` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]
NationalNumber = Annotated[str, Path(examples=["119909000012"])]


@router.get("/cases/search", summary="Search cases / البحث في القضايا")
def search(
    service: TheService,
    actor: SignedIn,
    purpose: StatedPurpose,
    number: str | None = None,
    national_number: str | None = None,
    name: Annotated[str | None, Query(description="Arabic or Latin, in any spelling; it proposes.")] = None,
    office: Annotated[str | None, Query(description="That holds the file.")] = None,
    state: str | None = None,
    opened_from: date | None = None,
    opened_to: date | None = None,
) -> dict[str, Any]:
    """All that is given must hold. Finds only files I may read; the search is kept with its purpose."""
    asked = Asked(number, national_number, name, office, state, opened_from, opened_to)
    return found_json(search_cases(service, actor, asked, purpose, clock.now()), CaseRules.of(service.spec))


@router.get("/cases/statistics", summary="Statistics without persons / إحصاءات بلا أشخاص")
def statistics_(
    service: TheService, actor: SignedIn, year: Annotated[int | None, Query(ge=1953, le=2200)] = None
) -> dict[str, Any]:
    """Open files by stage, place, age and kind, clocks breached, days to final; null is a small count left out."""
    now = clock.now()
    return statistics(service, actor, year or civil_day(now).year, now).as_json()


@router.get("/cases/alarms", summary="Alarms of clocks that run / تنبيهات المواعيد الجارية")
def alarms(
    service: TheService,
    actor: SignedIn,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ALARMS)] = 50,
) -> dict[str, Any]:
    """Told to my roles, of files I may read, the nearest end first; a supervisor sees those of every role."""
    found = standing_alarms(service, actor, clock.now(), after=after, limit=limit)
    return alarms_json(found, CaseRules.of(service.spec))


@router.get("/cases/{number}/looks", summary="Who looked at a case / من اطلع على القضية")
def looks_at_case(
    service: TheService, actor: SignedIn, number: Number, after: After = None, limit: Limit = 100
) -> dict[str, Any]:
    """Newest first, refused looks too; for a case supervisor."""
    return looks_json(who_looked_at_case(service, actor, number, clock.now(), after=after, limit=limit))


@router.get("/people/{national_number}/record", summary="Criminal record of a person / صحيفة الحالة الجنائية")
def record_(
    service: TheService,
    actor: SignedIn,
    national_number: NationalNumber,
    purpose: StatedPurpose,
    as_of: Annotated[date | None, Query(description="Default: today.")] = None,
) -> dict[str, Any]:
    """Final rulings and the effects in force on that day, disclosed on a certificate or not."""
    held = record(service, actor, national_number, purpose, clock.now(), as_of=as_of)
    return record_json(held, national_number, CaseRules.of(service.spec))


@router.get("/people/{national_number}/looks", summary="Who looked at a person / من اطلع على بيانات شخص")
def looks_at_person(
    service: TheService, actor: SignedIn, national_number: NationalNumber, after: After = None, limit: Limit = 100
) -> dict[str, Any]:
    """At the record and at the files in which the person is accused, newest first; for a case supervisor."""
    return looks_json(who_looked_at_person(service, actor, national_number, clock.now(), after=after, limit=limit))
