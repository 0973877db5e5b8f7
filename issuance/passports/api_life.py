"""Routes of what becomes of a book: hand-over, reports, invalidations, offices cut off, INTERPOL, defects, the list.

No rule stands here; commands hold them. Only the status list is for everybody.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import BaseModel, ConfigDict

from issuance.api.answers import PROBLEMS
from issuance.api.body import json_object, takes
from issuance.api.guard import SignedIn, TheService
from issuance.api.turnstile import require_pace
from issuance.core import clock
from issuance.core.approvals import Approval
from issuance.core.shapes import read_shape
from issuance.passports import cut_offs, defects, delivering, invalidating, predecessors, reports, returning, sltd
from issuance.passports.status_list import status_list
from specs.errors import Fault, NotFound
from specs.schema.passport_office import Report

router = APIRouter(prefix="/passports", tags=["passports"], responses=PROBLEMS)
public = APIRouter(prefix="/passports", tags=["verification"], responses={s: PROBLEMS[s] for s in (404, 422, 503)})
Body = Annotated[dict[str, Any], Depends(json_object)]
CLAUSE = "openapi"


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reported(_Asked):
    """reference: of the police report or the record."""

    kind: Report
    reference: str
    words: str = ""


class HolderReport(_Asked):
    """code: the private code of the application the book was made for."""

    code: str
    kind: Report
    reference: str


class HolderEnded(_Asked):
    """change: deceased or nationality_withdrawn; reference: of the file it rests on."""

    change: str
    reference: str


class Words(_Asked):
    words: str


class Decision(_Asked):
    decision: Literal["approve", "refuse"]
    words: str


class Invalidating(_Asked):
    """dry_run: count and list, change nothing; case_reference, words: needed otherwise."""

    scope: dict[str, Any]
    dry_run: bool = False
    case_reference: str = ""
    words: str = ""


class CuttingOff(_Asked):
    office: str
    reason: str


class Acknowledging(_Asked):
    """sha256: of the export's records as received; reference: of the answer."""

    sha256: str
    reference: str


@public.get(
    "/status-list", summary="Signed list of passports not good for travel / القائمة الموقعة للجوازات غير الصالحة"
)
def listed(service: TheService) -> Response:
    """Digests of numbers alone; a copy is fresh for as long as the header says."""
    fresh = {"Cache-Control": f"public, max-age={service.spec.passport.office.status_list.fresh_seconds}"}
    return Response(status_list(service, clock.now()), media_type="application/json", headers=fresh)


@public.post(
    "/reports",
    summary="The holder reports a book by private code / بلاغ صاحب الجواز برمزه",
    openapi_extra=takes(HolderReport, {"code": "7K2M-9QXT-4B6N-PW3D", "kind": "lost", "reference": "محضر 17/2026"}),
)
def report_by_holder(request: Request, service: TheService, body: Body) -> dict[str, Any]:
    """Of the last book made for the application that the code belongs to. Names nobody; a wrong code is not found."""
    asked = read_shape(HolderReport, body, code="passports.report", clause=CLAUSE)
    require_pace(request, "passport.report", service.spec.certificate_status.lookup.details)
    told = reports.report_by_holder(service, asked.code, asked.kind, asked.reference, clock.now())
    rule = service.spec.passport.office.documents.entries[told.state]
    return {"state": told.state, "ar": rule.title.ar, "en": rule.title.en}


@router.get("/invalidations", summary="Books invalidated together / الإلغاءات الجماعية")
def invalidations(service: TheService, actor: SignedIn) -> dict[str, Any]:
    """Those made, and those that wait for a second person."""
    made, waiting = invalidating.invalidations(service, actor, clock.now())
    return {"invalidations": [one.as_json() for one in made], "waiting": [_waiting(one) for one in waiting]}


@router.post(
    "/invalidations",
    summary="Count, or ask another person to invalidate / تجربة أو طلب إلغاء",
    openapi_extra=takes(
        Invalidating,
        {"scope": {"office": "PTIP", "issued_from": "2015-01-01", "issued_to": "2015-03-31"}, "dry_run": True},
    ),
)
def invalidate(service: TheService, actor: SignedIn, body: Body) -> dict[str, Any]:
    """A dry run changes nothing; otherwise `approval` is what another person decides on."""
    asked = read_shape(Invalidating, body, code="passports.invalidate", clause=CLAUSE)
    found = invalidating.dry_run(service, actor, asked.scope)
    if asked.dry_run:
        return {"approval": None, "affected": found.as_json()}
    approval = invalidating.ask(service, actor, asked.scope, asked.case_reference, asked.words, clock.now())
    return {"approval": approval, "affected": found.as_json()}


@router.post(
    "/invalidations/{approval}",
    summary="Approve or refuse, as the second person / اعتماد أو رفض",
    openapi_extra=takes(Decision, {"decision": "approve", "words": "مطابق لقرار النيابة"}),
)
def decide_invalidation(service: TheService, actor: SignedIn, approval: str, body: Body) -> dict[str, Any]:
    """All the books change with the approval, or none."""
    asked = read_shape(Decision, body, code="passports.invalidate", clause=CLAUSE)
    if asked.decision == "approve":
        done = invalidating.approve(service, actor, approval, asked.words, clock.now())
        return {"invalidation": done.as_json()}
    invalidating.refuse(service, actor, approval, asked.words, clock.now())
    return {"invalidation": None}


@router.post(
    "/invalidations/{invalidation}/reinstatement",
    summary="Ask another person to undo it / طلب الرجوع عنه",
    openapi_extra=takes(Words, {"words": "حكم بإلغاء القرار"}),
)
def reinstate(service: TheService, actor: SignedIn, invalidation: str, body: Body) -> dict[str, Any]:
    """`approval` is decided on as an invalidation is."""
    asked = read_shape(Words, body, code="passports.invalidate", clause=CLAUSE)
    return {"approval": invalidating.ask_reinstatement(service, actor, invalidation, asked.words, clock.now())}


@router.get("/cut-offs", summary="Offices cut off / المكاتب الموقوفة")
def offices_cut_off(service: TheService, actor: SignedIn) -> dict[str, Any]:
    """The newest first; one without an end stands."""
    return {"cut_offs": [one.as_json() for one in cut_offs.cut_offs(service, actor)]}


@router.post(
    "/cut-offs",
    status_code=201,
    summary="Cut an office off at once / إيقاف مكتب فوراً",
    openapi_extra=takes(CuttingOff, {"office": "PTIP", "reason": "خرج المكتب عن السيطرة"}),
)
def cut_off(service: TheService, actor: SignedIn, body: Body) -> dict[str, Any]:
    """Enrolment, decisions, production and hand-over there end; its blanks are frozen and told as stolen."""
    asked = read_shape(CuttingOff, body, code="passports.cut_off", clause=CLAUSE)
    done = cut_offs.cut_off(service, actor, asked.office, asked.reason, clock.now())
    return {"id": done.id, "office": done.office, "blanks": done.blanks}


@router.post(
    "/cut-offs/{cut_off_id}/restoring",
    summary="Ask another supervisor to restore it / طلب إعادة المكتب",
    openapi_extra=takes(Words, {"words": "عاد المكتب إلى السلطة"}),
)
def ask_restoring(service: TheService, actor: SignedIn, cut_off_id: str, body: Body) -> dict[str, Any]:
    """`approval` is what another supervisor decides on."""
    asked = read_shape(Words, body, code="passports.cut_off", clause=CLAUSE)
    return {"approval": cut_offs.ask_restoring(service, actor, cut_off_id, asked.words, clock.now())}


@router.post(
    "/cut-offs/restoring/{approval}",
    summary="Restore it, as the second supervisor / إعادة المكتب",
    openapi_extra=takes(Words, {"words": "فحصت المخزن"}),
)
def restore(service: TheService, actor: SignedIn, approval: str, body: Body) -> dict[str, Any]:
    """Its people sign in anew; its programs need new tokens."""
    asked = read_shape(Words, body, code="passports.cut_off", clause=CLAUSE)
    return {"office": cut_offs.approve_restoring(service, actor, approval, asked.words, clock.now())}


@router.get("/sltd", summary="What INTERPOL was told and is to be told / ما أُبلغ به الإنتربول")
def told(service: TheService, actor: SignedIn) -> dict[str, Any]:
    """The latest exports, without their records, and how many records wait."""
    waiting, made = sltd.exports(service, actor)
    return {"waiting": waiting, "exports": [one.as_json() for one in made]}


@router.post("/sltd/exports", summary="The export that is due / التصدير المستحق")
def export(service: TheService, actor: SignedIn, form: Annotated[Literal["json", "csv"], Query()] = "json") -> Response:
    """The one that is not acknowledged, again, else the next; 404 when nothing waits."""
    made = sltd.export(service, actor, clock.now())
    if made is None:
        words = "لا شيء ينتظر التصدير", "nothing waits to be exported"
        raise NotFound(Fault("passports.sltd.nothing", *words, field="export", clause=sltd.CLAUSE))
    return PlainTextResponse(made.as_csv(), media_type="text/csv") if form == "csv" else JSONResponse(made.as_json())


@router.post(
    "/sltd/exports/{sequence}/acknowledgement",
    status_code=204,
    summary="It arrived / إقرار بالاستلام",
    openapi_extra=takes(Acknowledging, {"sha256": "0" * 64, "reference": "IPSG-2026-118"}),
)
def acknowledge(service: TheService, actor: SignedIn, sequence: int, body: Body) -> Response:
    """From then on the next export is given out."""
    asked = read_shape(Acknowledging, body, code="passports.sltd", clause=CLAUSE)
    sltd.acknowledge(service, actor, sequence, asked.sha256, asked.reference, clock.now())
    return Response(status_code=204)


@router.get("/defects", summary="Defects of passports / عيوب الجوازات")
def known_defects(service: TheService, actor: SignedIn) -> dict[str, Any]:
    return {"defects": [one.as_json() for one in defects.defects(service, actor)]}


@router.post(
    "/defects",
    status_code=201,
    summary="Enter a defect / إدخال عيب",
    openapi_extra=takes(
        defects.Entry,
        {
            "title": "Wrong digest in DG2",
            "deviation": "DGHashWrong",
            "about": 2,
            "words": "DG2 of this batch does not match EF.SOD",
            "conditions": {"blank_first": "900000000001", "blank_last": "900000000500"},
        },
    ),
)
def enter_defect(service: TheService, actor: SignedIn, body: Body) -> dict[str, Any]:
    return defects.enter(service, actor, body, clock.now()).as_json()


@router.get("/defects/{defect}", summary="Which passports carry it / الجوازات التي تحمل العيب")
def carriers(service: TheService, actor: SignedIn, defect: str) -> dict[str, Any]:
    """How many, the first thousand numbers, and the entry of a deviation list it makes."""
    return defects.carriers(service, actor, defect).as_json()


@router.get("/{number}/standing", summary="How a book stands / حال الجواز")
def stands(service: TheService, actor: SignedIn, number: str) -> dict[str, Any]:
    """State, events, and the books it follows."""
    held = reports.standing(service, actor, number)
    with service.db.reading() as read:
        follows = predecessors.chain(read, number)
    return held.as_json(service.spec.passport.office) | {"chain": [one.as_json() for one in follows]}


@router.post(
    "/{number}/reports",
    summary="Report it lost, stolen, found or damaged / الإبلاغ عنه",
    openapi_extra=takes(Reported, {"kind": "lost", "reference": "محضر 17/2026"}),
)
def report(service: TheService, actor: SignedIn, number: str, body: Body) -> dict[str, Any]:
    """On the status list and in the queue for INTERPOL at once."""
    asked = read_shape(Reported, body, code="passports.report", clause=CLAUSE)
    told = reports.report(service, actor, number, asked.kind, asked.reference, asked.words, clock.now())
    return told.as_json(service.spec.passport.office)


@router.post(
    "/{number}/holder",
    summary="Its holder died or is no national any more / وفاة صاحبه أو زوال جنسيته",
    openapi_extra=takes(HolderEnded, {"change": "deceased", "reference": "شهادة وفاة 88/2026"}),
)
def holder_ended(service: TheService, actor: SignedIn, number: str, body: Body) -> dict[str, Any]:
    """Every book of the holder is listed; their numbers."""
    asked = read_shape(HolderEnded, body, code="passports.report", clause=CLAUSE)
    return {"numbers": reports.end_of_holder(service, actor, number, asked.change, asked.reference, clock.now())}


@router.post("/{number}/arrival", status_code=204, summary="It came to the office of hand-over / وصوله إلى المكتب")
def arrived(service: TheService, actor: SignedIn, number: str) -> Response:
    delivering.receive(service, actor, number, clock.now())
    return Response(status_code=204)


@router.post(
    "/{number}/hand-over",
    summary="Hand it over / تسليمه",
    openapi_extra=takes(delivering.Identity, {"receiver": "holder", "method": "document", "proof": "بطاقة 4471"}),
)
def hand_over(service: TheService, actor: SignedIn, number: str, body: Body) -> dict[str, Any]:
    """From now on it is valid, and no earlier one is."""
    delivering.hand_over(service, actor, number, body, clock.now())
    return reports.standing(service, actor, number).as_json(service.spec.passport.office)


@router.post(
    "/{number}/return",
    summary="Send an uncollected book back / إعادة جواز لم يُستلم",
    openapi_extra=takes(Words, {"words": "ختم 8841"}),
)
def send_back(service: TheService, actor: SignedIn, number: str, body: Body) -> dict[str, Any]:
    """To the office that made it; words: number of the seal."""
    asked = read_shape(Words, body, code="passports.return", clause=CLAUSE)
    returning.send_back(service, actor, number, asked.words, clock.now())
    return reports.standing(service, actor, number).as_json(service.spec.passport.office)


@router.post(
    "/{number}/return/receipt",
    summary="Sign for a book that came back / توقيع استلام جواز أعيد",
    openapi_extra=takes(Words, {"words": "محضر استلام 12/2026"}),
)
def take_back(service: TheService, actor: SignedIn, number: str, body: Body) -> dict[str, str]:
    """By another person, at the office that made it; words: number of the signed receipt."""
    asked = read_shape(Words, body, code="passports.return", clause=CLAUSE)
    returning.take_back(service, actor, number, asked.words, clock.now())
    return {"number": number}


@router.post(
    "/{number}/destruction",
    status_code=202,
    summary="Ask a second person to see it destroyed / طلب إتلافه",
    openapi_extra=takes(Words, {"words": "محضر إتلاف 3/2026"}),
)
def ask_destruction(service: TheService, actor: SignedIn, number: str, body: Body) -> dict[str, Any]:
    asked = read_shape(Words, body, code="passports.deliver", clause=CLAUSE)
    return {"approval": delivering.ask_destruction(service, actor, number, asked.words, clock.now())}


@router.post(
    "/destructions/{approval}",
    summary="It was destroyed, as the second person / إثبات الإتلاف",
    openapi_extra=takes(Words, {"words": "حضرت الإتلاف"}),
)
def destroyed(service: TheService, actor: SignedIn, approval: str, body: Body) -> dict[str, Any]:
    asked = read_shape(Words, body, code="passports.deliver", clause=CLAUSE)
    return {"number": delivering.approve_destruction(service, actor, approval, asked.words, clock.now())}


def _waiting(one: Approval) -> dict[str, Any]:
    return {
        "approval": one.id,
        "case_reference": one.proposal.get("case_reference"),
        "scope": one.proposal.get("scope"),
        "books": one.proposal.get("books"),
        "reinstates": one.proposal.get("reinstate"),
        "asked_at": one.asked_at.isoformat(),
        "words": one.reason,
    }
