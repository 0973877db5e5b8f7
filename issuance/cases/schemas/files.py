"""Published shapes of a case file: as one person sees it, its timeline, its evidence, a person's record."""

from __future__ import annotations

from issuance.cases.custody import CustodyStep
from issuance.cases.evidence import Evidence
from issuance.cases.facts import EffectFacts, RulingFacts
from issuance.cases.file import Accused, Charge, Custody, Report, Ruling, TravelBan
from issuance.core.schema import (
    BILINGUAL,
    CODED,
    DAY,
    FLAG,
    ID,
    MOMENT,
    TEXT,
    Document,
    Exchange,
    Schema,
    Source,
    joined,
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
from issuance.core.terms import national_number

CASE_NUMBER = text(40, least=1)
MATTER = text(pattern="^A[1-9][0-9]*/C[1-9][0-9]*$")
_HOLDER = text(16, least=1)


def state(source: Source) -> Schema:
    return members({"code": one_of(source.spec.cases_lifecycle.states), "title": BILINGUAL})


def stage(source: Source) -> Schema:
    return members({"code": one_of(source.spec.cases_lifecycle.stages.entries), "title": maybe(BILINGUAL)})


def action(source: Source) -> Schema:
    return members({"code": one_of(source.spec.cases_lifecycle.actions), "title": BILINGUAL})


def summary(source: Source) -> Schema:
    """Where a file stands, and nobody's name."""
    return members(
        {
            "number": CASE_NUMBER,
            "version": number(1),
            "state": state(source),
            "stage": stage(source),
            "holder": _HOLDER,
        }
    )


def _matter(source: Source) -> Schema:
    rehabilitation = {"kind": CODED, "not_before": DAY, "legal_reference": BILINGUAL}
    return members(
        {
            "code": MATTER,
            "accused": TEXT,
            "charge": TEXT,
            "state": state(source),
            "stage": stage(source),
            "since": DAY,
            "rulings": listed(of_type(Ruling)),
            "rehabilitation": listed(members(rehabilitation)),
        }
    )


def _case(source: Source) -> Schema:
    transfer = {"entry": TEXT, "action": TEXT, "from_office": TEXT, "to_office": TEXT, "at": MOMENT}
    clock = {
        "target": TEXT,
        "clock": members({"code": TEXT, "title": BILINGUAL}),
        "started_at": MOMENT,
        "due_at": MOMENT,
        "last_day": DAY,
        "level": number(),
        "legal_reference": BILINGUAL,
    }
    incident = {"summary": TEXT, "places": listed(TEXT), "region": maybe(TEXT)}
    own = {
        "opened_at": MOMENT,
        "opened_on": DAY,
        "updated_at": MOMENT,
        "offices": listed(TEXT),
        "assigned": maybe(ID),
        "classification": CODED,
        "sealed": FLAG,
        "old_number": maybe(TEXT),
        "kind": CODED,
        "incident": members(incident),
        "reports": listed(of_type(Report)),
        "reporter_shown": FLAG,
        "accused": listed(of_type(Accused)),
        "charges": listed(of_type(Charge)),
        "matters": listed(_matter(source)),
        "transfer": maybe(members(transfer)),
        "custody": listed(of_type(Custody)),
        "travel_bans": listed(of_type(TravelBan)),
        "clocks": listed(members(clock)),
        "evidence": listed(ID),
        "links": listed(members({"kind": TEXT, "number": CASE_NUMBER})),
        "moves": keyed(listed(MATTER)),
    }
    return joined(summary(source), members(own), members({}, {"actions": listed(entry(source))}))


def entry(source: Source) -> Schema:
    """One entry of the timeline, as it was written."""
    return members(
        {
            "seq": number(1),
            "id": ID,
            "action": action(source),
            "at": MOMENT,
            "happened_on": DAY,
            "actor": TEXT,
            "role": maybe(TEXT),
            "office": maybe(TEXT),
            "asked_by": maybe(TEXT),
            "matters": listed(MATTER),
            "basis": TEXT,
            "evidence": listed(ID),
            "body": keyed({}),
        }
    )


def _timeline(source: Source) -> Schema:
    return members({"number": CASE_NUMBER, "actions": listed(entry(source))})


def _record(source: Source) -> Schema:
    effect = joined(of_type(EffectFacts), members({"kind": CODED}))
    coded = dict.fromkeys(("kind", "presence", "verdict"), CODED)
    ruling = joined(of_type(RulingFacts), members({**coded, "effects": listed(effect)}))
    return members({"national_number": national_number(source), "as_of": DAY, "rulings": listed(ruling)})


def _evidence(source: Source) -> Schema:
    del source
    item = joined(of_type(Evidence), members({"custody": listed(of_type(CustodyStep))}))
    return members({"number": CASE_NUMBER, "evidence": listed(item)})


def _evidence_taken(source: Source) -> Schema:
    return joined(summary(source), members({"evidence": of_type(Evidence)}))


DOCUMENTS = (
    Document("case", 1, words("ملف قضية كما يراه قارئه", "A case file as its reader may see it"), _case),
    Document("case-summary", 1, words("أين يقف ملف قضية", "Where a case file stands"), summary),
    Document("case-timeline", 1, words("تسلسل إجراءات القضية", "The timeline of a case"), _timeline),
    Document("case-entry", 1, words("قيد في ملف قضية", "An entry of a case file"), entry),
    Document("criminal-record", 1, words("صحيفة الحالة الجنائية لشخص", "A person's criminal record"), _record),
    Document("case-evidence", 1, words("أحراز القضية", "Evidence of a case"), _evidence),
    Document("case-evidence-taken", 1, words("حرز أُخذ في القضية", "Evidence taken into a case"), _evidence_taken),
)
_CASE = "/v1/cases/{number}"
ROUTES = {
    f"GET {_CASE}": Exchange(gives="case"),
    f"GET {_CASE}/actions": Exchange(gives="case-timeline"),
    f"GET {_CASE}/actions/{{seq}}": Exchange(gives="case-entry"),
    f"POST {_CASE}/evidence": Exchange(gives="case-evidence-taken"),
    f"GET {_CASE}/evidence": Exchange(gives="case-evidence"),
    f"GET {_CASE}/evidence/{{item}}/file": Exchange(),
    f"GET {_CASE}/receipts/{{seq}}": Exchange(),
    f"GET {_CASE}/verification": Exchange(gives="verdict"),
    "GET /v1/people/{national_number}/record": Exchange(gives="criminal-record"),
}
COMMANDS = {
    "cases show": Exchange(gives="case"),
    "cases record": Exchange(gives="criminal-record"),
    "cases verify": Exchange(gives="verdict"),
}
