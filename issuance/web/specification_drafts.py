"""Drafting an edition on the web: propose, edit, see faults and difference, submit, approve by two others."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.answers import attachment
from issuance.api.guard import TheService
from issuance.core import clock, policy
from issuance.specification import drafts, views
from issuance.specification.amendment import kind_words, number_of
from issuance.specification.book_specimen import specimen_picture
from issuance.specification.draft_documents import document_of
from issuance.specification.manifest import CLAUSE
from issuance.specification.views import DraftView, Judged
from issuance.web.cases_words import moment
from issuance.web.certificate_review_shown import account_words
from issuance.web.forms import Form
from issuance.web.language import Language, asked_for
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Conflict, Fault, Invalid, IssuanceError, NotFound, Unavailable
from specs.load import SpecInvalid
from specs.schema.base import SpecFault

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()
PAGE = "/specification/drafts"
PROPOSAL = ("edition", "based_on", "from_date", "words")
FIELDS = ("submit_words", "decide_words", "withdraw_words", "digest")
_OWN = {"submit": "submit_words", "withdraw": "withdraw_words"}


@router.get(PAGE)
def listed(request: Request, service: TheService, visitor: Staff) -> Response:
    """Every draft, the newest first; who may draft finds the form."""
    return _list(request, service, visitor, Form({"based_on": max(service.spec.passport.editions)}))


@router.post(PAGE)
def propose(
    request: Request, service: TheService, visitor: Staff, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """Begin a draft; what is wrong is said beside its field."""
    form = Form({name: body.fields.get(name, "").strip() for name in PROPOSAL})
    values = form.values
    try:
        starts = _day(values["from_date"])
        made = drafts.propose(
            service, visitor.actor, values["edition"], values["based_on"], starts, values["words"], clock.now()
        )
    except Unavailable:
        raise
    except IssuanceError as error:
        return _list(request, service, visitor, form.refused(error, PROPOSAL), status=422)
    return RedirectResponse(f"{PAGE}/{made.id}", status_code=303)


@router.get(PAGE + "/{draft}")
def one(request: Request, service: TheService, visitor: Staff, draft: str) -> Response:
    """A draft: where it stands, what is wrong, what it changes, and what this visitor may do."""
    return _one(request, service, visitor, draft, Form())


@router.post(PAGE + "/{draft}")
def act(
    request: Request, service: TheService, visitor: Staff, draft: str, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """One step; what is refused is said, and what the visitor wrote stays."""
    form = Form({name: body.fields.get(name, "") for name in FIELDS})
    step = body.fields.get("step", "")
    try:
        _done(service, visitor, draft, step, form.values, clock.now())
    except (Unavailable, NotFound):
        raise
    except SpecInvalid:  # every fault stands on the page anyway
        return _one(request, service, visitor, draft, form, status=422)
    except IssuanceError as error:
        status = 409 if isinstance(error, Conflict) else 422
        alias = {"words": _OWN.get(step, "decide_words"), "reason": _OWN.get(step, "decide_words")}
        return _one(request, service, visitor, draft, form.refused(error, FIELDS[:3], alias), status=status)
    return RedirectResponse(f"{PAGE}/{draft}", status_code=303)


@router.get(PAGE + "/{draft}/amendment.pdf")
def amendment(request: Request, service: TheService, visitor: Staff, draft: str) -> Response:
    """What the draft changes, typeset in the language of the page."""
    t, view = asked_for(request), views.draft(service, visitor.actor, draft)
    content = document_of(service, view, "amendment", t.code)
    return attachment(content, "application/pdf", f"amendment-{view.edition}.pdf", inline=True)


@router.get(PAGE + "/{draft}/book.pdf")
def book(request: Request, service: TheService, visitor: Staff, draft: str) -> Response:
    """The booklet as it would be with the draft, unsigned."""
    t, view = asked_for(request), views.draft(service, visitor.actor, draft)
    content = document_of(service, view, "book", t.code)
    return attachment(content, "application/pdf", f"draft-{view.edition}-{t.code}.pdf", inline=True)


@router.get(PAGE + "/{draft}/page/{side}.png")
def data_page(service: TheService, visitor: Staff, draft: str, side: Literal["before", "after"]) -> Response:
    """The specimen's data page by the edition the draft is based on, or by the draft."""
    view = views.draft(service, visitor.actor, draft)
    if side == "after":
        return Response(document_of(service, view, "page", "ar"), media_type="image/png")
    spec = service.spec
    return Response(specimen_picture(spec, spec.passport.editions[view.based_on]), media_type="image/png")


@router.get(PAGE + "/{draft}/files/{name}")
def file(request: Request, service: TheService, visitor: Staff, draft: str, name: str) -> Response:
    """One file of a draft, to be edited, with its faults above it."""
    view = views.draft(service, visitor.actor, draft)
    return _file(request, service, visitor, view, name, Form({"text": _text_of(view, name)}))


@router.post(PAGE + "/{draft}/files/{name}")
def put(
    request: Request,
    service: TheService,
    visitor: Staff,
    draft: str,
    name: str,
    body: Annotated[Posted, Depends(posted)],
) -> Response:
    """Keep the text, right or wrong. Somebody's change in between loses neither theirs nor what was typed here."""
    form = Form({"text": body.fields.get("text", "").replace("\r\n", "\n")})
    given = body.fields.get("version", "")
    version = int(given) if given.isdecimal() else None
    try:
        view = drafts.put(service, visitor.actor, draft, name, form.values["text"], version, clock.now())
    except (Unavailable, NotFound):
        raise
    except IssuanceError as error:
        view = views.draft(service, visitor.actor, draft)
        status = 409 if isinstance(error, Conflict) else 422
        return _file(request, service, visitor, view, name, form.refused(error, ("text",)), status=status)
    judged = views.judge(service, view)
    if any(_own(fault, view, name) for fault in judged.faults):
        return _file(request, service, visitor, view, name, form, status=422)
    return RedirectResponse(f"{PAGE}/{draft}", status_code=303)


def _done(service: Service, visitor: Visitor, draft: str, step: str, values: Any, now: datetime) -> None:
    actor = visitor.actor
    match step:
        case "submit":
            drafts.submit(service, actor, draft, values["submit_words"], now)
        case "approve":
            drafts.approve(service, actor, draft, values["digest"], values["decide_words"], now)
        case "returned" | "rejected":
            drafts.decline(service, actor, draft, step, values["decide_words"], now)
        case "withdraw":
            drafts.withdraw(service, actor, draft, values["withdraw_words"], now)
        case _:
            raise Invalid(Fault("specification.draft.step", "اختر ما تفعله", "choose what you do", "step", CLAUSE))


def _list(request: Request, service: Service, visitor: Visitor, form: Form, *, status: int = 200) -> Response:
    held = views.drafts(service, visitor.actor)
    names = account_words(service, [one.proposed_by for one in held])
    signed = views.signed_editions(service)
    return page(
        request,
        "specification_drafts.html",
        status=status,
        form=form,
        drafts=[_row(one) | {"by": names[one.proposed_by]} for one in held],
        signed=[{"edition": name, "from": row.from_date, "digest": row.digest} for name, row in signed.items()],
        editions=[(name, name) for name in sorted(service.spec.passport.editions, reverse=True)],
        may_draft=policy.allowed(visitor.actor, "specification.draft"),
    )


def _one(
    request: Request, service: Service, visitor: Visitor, draft: str, form: Form, *, status: int = 200
) -> Response:
    t, actor = asked_for(request), visitor.actor
    view = views.draft(service, actor, draft)
    judged, subject = views.judge(service, view), view.subject(actor.id)
    names = account_words(service, [step.account for step in view.steps])
    wrong = {fault.file.rpartition("/")[2] for fault in judged.faults}
    return page(
        request,
        "specification_draft.html",
        status=status,
        form=form,
        draft=_row(view),
        digest=view.digest,
        faults=[_fault(fault, view) for fault in judged.faults],
        changes=_changes(judged, t),
        shown=judged.spec is not None,
        files=[(name, name in wrong) for name in view.files],
        steps=[
            {
                "kind": step.kind,
                "by": names[step.account],
                "at": moment(step.at),
                "words": step.words or "",
                "file": step.file or "",
            }
            for step in view.steps
        ],
        approved_by=[names[account] for account in view.approved_by],
        expires=moment(view.expires_at) if view.expires_at is not None and view.state == "review" else "",
        may_edit=policy.allowed(actor, "specification.draft", subject),
        may_submit=view.state == "drafting" and policy.allowed(actor, "specification.draft", subject),
        may_decide=policy.allowed(actor, "specification.approve", subject),
        concerned=view.state == "review"
        and policy.allowed(actor, "specification.approve")
        and actor.id in view.concerned,
    )


def _file(
    request: Request,
    service: Service,
    visitor: Visitor,
    view: DraftView,
    name: str,
    form: Form,
    *,
    status: int = 200,
) -> Response:
    _text_of(view, name)
    judged = views.judge(service, view)
    own = [_fault(fault, view) for fault in judged.faults if _own(fault, view, name)]
    return page(
        request,
        "specification_draft_file.html",
        status=status,
        form=form,
        draft=_row(view),
        name=name,
        version=view.version,
        faults=own,
        elsewhere=len(judged.faults) - len(own),
        rows=min(max(form.values["text"].count("\n") + 2, 12), 40),
        may_edit=policy.allowed(visitor.actor, "specification.draft", view.subject(visitor.actor.id)),
    )


def _row(view: DraftView) -> dict[str, Any]:
    return {
        "id": view.id,
        "href": f"{PAGE}/{view.id}",
        "edition": view.edition,
        "based_on": view.based_on,
        "state": view.state,
        "words": view.words,
        "at": moment(view.proposed_at),
    }


def _changes(judged: Judged, t: Language) -> list[dict[str, Any]]:
    if judged.difference is None:
        return []
    return [
        {
            "kind": change.kind,
            "kind_words": kind_words(change, t.code),
            "number": number_of(change),
            "was": change.before if change.renumbered else "",
            "title": t.pick(change.title),
            "id": change.id,
            "values": [
                {
                    "label": t.pick(value.label),
                    "before": value.shown("before", t.code),
                    "after": value.shown("after", t.code),
                }
                for value in change.values
            ],
        }
        for change in judged.difference.changes
    ]


def _own(fault: SpecFault, view: DraftView, name: str) -> bool:
    return fault.file == f"passport/editions/{view.edition}/{name}"


def _fault(fault: SpecFault, view: DraftView) -> dict[str, Any]:
    """With the text of its line, and the page where it is mended when it stands in the draft."""
    name = fault.file.rpartition("/")[2]
    own = _own(fault, view, name) and name in view.files
    lines = view.files[name].splitlines() if own else []
    return {
        "file": name if own else fault.file,
        "line": fault.line,
        "path": fault.path,
        "wrong": fault.wrong,
        "right": fault.right,
        "text": lines[fault.line - 1].strip() if fault.line <= len(lines) else "",
        "href": f"{PAGE}/{view.id}/files/{name}" if own else "",
    }


def _text_of(view: DraftView, name: str) -> str:
    if name not in view.files:
        words = "لا يوجد ملف بهذا الاسم", "there is no such file"
        raise NotFound(Fault("specification.draft.file", *words, field="file", clause=CLAUSE))
    return view.files[name]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        words = "اكتب التاريخ هكذا: 2028-01-01", "write the date as 2028-01-01"
        raise Invalid(Fault("specification.draft.from_date", *words, field="from_date", clause=CLAUSE)) from None
