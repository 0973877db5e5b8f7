"""Published shapes of what is done to a case: a move, its form, a proposal for two officers and the decision on it."""

from __future__ import annotations

from issuance.cases.case_rules import CaseRules
from issuance.cases.request import DecisionRequest, MoveRequest, ProposalRequest
from issuance.cases.schemas.files import CASE_NUMBER, MATTER, action
from issuance.core.schema import (
    BILINGUAL,
    DAY,
    FLAG,
    ID,
    MOMENT,
    TEXT,
    Document,
    Exchange,
    Schema,
    Source,
    Wrong,
    keyed,
    listed,
    maybe,
    members,
    number,
    of_type,
    one_of,
    text,
    words,
)
from specs.schema.lifecycle import CaseField


def body(source: Source) -> Schema:
    """The values of an action; which of them one asks for is told by `/v1/cases/openings` and `/moves`."""
    rules = CaseRules.of(source.spec)
    return members({}, {name: _titled(held, rules) for name, held in rules.lifecycle.fields.items()})


def _titled(held: CaseField, rules: CaseRules) -> Schema:
    """With the title the life cycle gives it."""
    return {"title": held.title.en, "x-title-ar": held.title.ar, **_value(held, rules)}


def _value(held: CaseField, rules: CaseRules) -> Schema:
    match held.kind:
        case "choice":
            return maybe(one_of(rules.vocabularies[held.vocabulary or ""]))
        case "flag":
            return maybe(FLAG)
        case "dinars" | "sequence":
            return maybe(number())
        case "accused_list" | "charges" | "evidence_list":
            return maybe(listed(TEXT))
        case "penalties":
            return maybe(listed(keyed({})))
        case "object":
            return maybe(keyed({}))
        case _:
            return maybe(text(held.maximum_characters))


def move(source: Source) -> Schema:
    """The types of `MoveRequest`, with the actions and values of the life cycle."""
    actions = one_of(source.spec.cases_lifecycle.actions)
    return of_type(MoveRequest, given=False, action=actions, body=body(source), happened_on=maybe(DAY))


def _proposal(source: Source) -> Schema:
    actions = one_of(source.spec.cases_lifecycle.actions)
    return of_type(ProposalRequest, given=False, action=actions, body=body(source), happened_on=maybe(DAY))


def _decision(source: Source) -> Schema:
    del source
    return of_type(DecisionRequest, given=False, decision=one_of(("approve", "refuse", "withdraw")))


def _field(source: Source) -> Schema:
    del source
    choice = members({"code": TEXT}, {"title": maybe(BILINGUAL), "name": maybe(TEXT), "units": listed(TEXT)})
    return members(
        {"name": TEXT, "title": BILINGUAL, "kind": TEXT, "required": FLAG},
        {"maximum_characters": number(1), "confidential": FLAG, "choices": listed(choice)},
    )


def _moves(source: Source) -> Schema:
    one = {
        "name": one_of(source.spec.cases_lifecycle.actions),
        "title": BILINGUAL,
        "matters": listed(MATTER),
        "whole_file": FLAG,
        "four_eyes": FLAG,
        "hands_over": listed(TEXT),
        "fields": listed(_field(source)),
    }
    return members({"number": CASE_NUMBER, "moves": listed(members(one))}, {"version": number(1)})


def _openings(source: Source) -> Schema:
    one = {
        "name": one_of(source.spec.cases_lifecycle.actions),
        "title": BILINGUAL,
        "fields": listed(_field(source)),
    }
    return members({"openings": listed(members(one))})


def awaited(source: Source) -> Schema:
    """A request that waits for a second officer."""
    return members(
        {
            "id": ID,
            "case": CASE_NUMBER,
            "action": action(source),
            "asked_by": TEXT,
            "asked_at": MOMENT,
            "expires_at": MOMENT,
        }
    )


def _asked(source: Source) -> Schema:
    said = {
        "body": keyed({}),
        "matters": listed(MATTER),
        "happened_on": maybe(DAY),
        "basis": TEXT,
        "evidence": listed(ID),
    }
    own = {"state": TEXT, "reason": TEXT, "proposal": members(said)}
    return members({**awaited(source)["properties"], **own})


def _proposed(source: Source) -> Schema:
    del source
    return members({"id": ID, "case": CASE_NUMBER})


def _decided(source: Source) -> Schema:
    del source
    return members({"id": ID, "decision": one_of(("refuse", "withdraw"))})


DOCUMENTS = (
    Document(
        "case-move",
        1,
        words("إجراء في قضية", "An action in a case"),
        move,
        beyond=words(
            "ما يلزم كل إجراء من الحقول وما يجوز الآن يُسأل عنه /v1/cases/openings و /v1/cases/NUMBER/moves",
            "Which values an action asks for, and which actions are open now, is told by `/v1/cases/openings` and "
            "`/v1/cases/NUMBER/moves`",
        ),
        wrong=(
            Wrong(("action",), "burn", words("لا إجراء بهذا الاسم", "there is no such action")),
            Wrong(("happened_on",), "yesterday", words("التاريخ YYYY-MM-DD", "a day is YYYY-MM-DD")),
        ),
    ),
    Document("case-proposal-request", 1, words("طلب اعتماد ضابط ثان", "A second officer is asked"), _proposal),
    Document("case-decision", 1, words("قرار الضابط الثاني", "The second officer's decision"), _decision),
    Document("case-moves", 1, words("الإجراءات المتاحة الآن", "What may be done now"), _moves),
    Document("case-openings", 1, words("كيف يُفتح ملف", "How a case may be opened"), _openings),
    Document("case-proposal", 1, words("طلب اعتماد كما يُقرأ", "What is to be approved"), _asked),
    Document("case-proposed", 1, words("طلب اعتماد قُيد", "A proposal that waits"), _proposed),
    Document("case-decided", 1, words("طلب رُفض أو سُحب", "A proposal refused or withdrawn"), _decided),
)
ROUTES = {
    "POST /v1/cases": Exchange("case-move", "case-summary"),
    "GET /v1/cases/openings": Exchange(gives="case-openings"),
    "GET /v1/cases/{number}/moves": Exchange(gives="case-moves"),
    "POST /v1/cases/{number}/actions": Exchange("case-move", "case-summary"),
    "POST /v1/cases/{number}/proposals": Exchange("case-proposal-request", "case-proposed"),
    "GET /v1/approvals/{approval}": Exchange(gives="case-proposal"),
    "POST /v1/approvals/{approval}": Exchange("case-decision", ("case-summary", "case-decided")),
}
COMMANDS = {
    "cases open": Exchange(gives="case-summary"),
    "cases act": Exchange(gives="case-summary"),
    "cases moves": Exchange(gives="case-moves"),
}
