"""Writes who may do what to a case file in which state, for a lawyer to read and a test to compare.

After a change of `specs/roles.yaml` or `specs/cases/lifecycle.yaml`, review the difference that this leaves:
    python -m tests.unit.cases.matrix --write
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from itertools import product
from pathlib import Path

from issuance.cases.access import READ, READ_REPORTER, Access
from issuance.cases.case_rules import CaseRules
from issuance.cases.file import Accused, CaseFile, Charge, Custody, Effect, Matter, Penalty, Ruling, Transfer
from issuance.cases.legal import legal_moves
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.staff.public import Reach
from specs.errors import NotAllowed
from specs.load import load

GOLDEN = Path(__file__).parent / "golden" / "access_matrix.txt"
SPEC = load()
RULES = CaseRules.of(SPEC)
DAY, MOMENT = date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)
HERE, THERE, ELSEWHERE = "HERE", "THERE", "ELSEWHERE"
ROLES = {
    "station_officer": "StO",
    "station_chief": "StC",
    "prosecutor": "Pro",
    "chief_prosecutor": "ChP",
    "attorney_general": "AtG",
    "investigating_judge": "InJ",
    "indictment_chamber": "InC",
    "court_registrar": "Reg",
    "judge": "Jud",
    "supreme_court_registrar": "SuR",
    "execution_officer": "ExO",
    "records_officer": "Rec",
    "case_supervisor": "Sup",
    "statistics_officer": "Sta",
    "certificate_officer": "Cer",
    "case_system": "Sys",
    "security_officer": "Sec",
    "system": "Con",
}
RELATIONS = {
    "O": ("own_office", "the file is held by the person's office (or by a closed one that it succeeds)", "لدى مكتبه"),
    "R": ("receiving_office", "the file is on its way to the person's office", "محال إلى مكتبه ولم يُتسلم"),
    "I": ("involved", "the person's office had a part in the file before", "كان لمكتبه دور في الملف"),
    "A": ("assigned", "the person's office holds the file, and it is assigned to the person", "لدى مكتبه ومسند إليه"),
    "T": ("territory", "the file is held by an office below the person's", "لدى مكتب تابع لمكتبه"),
    "E": ("everywhere", "every file", "كل الملفات"),
}


PARTS = (Penalty("detention", 6, "months", suspended=True), Penalty("fine", 100, "dinars"))
EFFECTS = tuple(Effect(kind, kind, DAY, "", MOMENT) for kind in RULES.register.effects.entries)


def text() -> str:
    """The whole table."""
    return "\n".join([*_head(), *_opening(), *_reading(), *_states(), *_waiting(), *_lists()]) + "\n"


def file(state: str = "reported", **changed: object) -> CaseFile:
    """A file of one matter in `state`, with whatever its actions may ask for; nobody of this table stands to it."""
    held = CaseFile(
        id="case",
        number="N",
        version=1,
        opened_at=MOMENT,
        opened_on=DAY,
        updated_at=MOMENT,
        holder=ELSEWHERE,
        offices=(ELSEWHERE,),
        summary="",
        place="",
        region=None,
        accused={"A1": Accused("A1", "A", None, None, "person")},
        charges={"C1": Charge("C1", None, "felony", "", "", DAY)},
        matters={"A1/C1": Matter("A1/C1", "A1", "C1", state, DAY, previous="reported")},
        custody={"A1": Custody("A1", next(iter(RULES.register.custody_kinds.entries)), MOMENT, "")},
    )
    return replace(held, **changed)  # type: ignore[arg-type]


def variants(state: str) -> Iterator[CaseFile]:
    """Files in `state` with every kind of offence, and every ruling that can have brought them there."""
    ways = [(way.instance, way.presence) for way in RULES.lifecycle.challenges]
    ways += [("register", "in_presence"), *product(set(RULES.lifecycle.instances.values()), ["in_presence"])]
    for kind in ("felony", "misdemeanour", "contravention"):
        charges = {"C1": Charge("C1", None, kind, "", "", DAY)}
        yield file(state, charges=charges)
        for (instance, presence), verdict in product(dict.fromkeys(ways), RULES.register.verdicts.entries):
            ruling = Ruling("R", instance, None, "", "", presence, verdict, DAY, PARTS, "", "", MOMENT, notified_on=DAY)
            if state not in RULES.lifecycle.challenged:
                ruling = replace(ruling, final_on=DAY, final_by="lapsed", penalty_ended_on=DAY, effects=EFFECTS)
            matter = Matter("A1/C1", "A1", "C1", state, DAY, previous="reported", rulings=(ruling,))
            yield file(state, charges=charges, matters={matter.code: matter})


@cache
def legal_in(state: str) -> frozenset[str]:
    """The actions that the life cycle admits in `state` for some offence and some ruling."""
    return frozenset(name for held in variants(state) for name in legal_moves(held, RULES))


def access(role: str, relation: str) -> Access:
    """Somebody of `role`, in the office HERE, with the office THERE below it where the relation is T."""
    kind = RULES.roles.roles[role].held_by[0]
    reach = Reach(frozenset({HERE}), frozenset({THERE} if relation == "T" else ()))
    return Access(Actor("me", kind, frozenset({role}), HERE), reach, RULES)


def standing(held: CaseFile, relation: str) -> CaseFile:
    """`held` as it stands to somebody of the office HERE by that one relation; E: not at all."""
    if relation in "OA":
        return replace(held, holder=HERE, offices=(*held.offices, HERE), assigned="me" if relation == "A" else None)
    if relation == "R" and held.transfer is not None:
        return replace(held, transfer=replace(held.transfer, receiver=HERE))
    if relation == "I":
        return replace(held, offices=(*held.offices, HERE))
    return replace(held, holder=THERE) if relation == "T" else held


def cell(role: str, action: str, held: CaseFile, *, among: Iterable[str] = RELATIONS) -> str:
    """The relations in which `role` may do `action`, by letter; E alone where none is needed."""
    found = ""
    for relation in among:
        who, what = access(role, relation), standing(held, relation)
        if who.readable(what) and who.allowed(action, what):
            found += relation
    return _short(found)


def _short(letters: str) -> str:
    """E says it all; who may act on what the office holds may also on what is assigned to them."""
    if "E" in letters:
        return "E"
    return letters.replace("A", "" if "O" in letters else "A") or "."


def _head() -> Iterator[str]:
    yield "Who may do what to a case file in which state / من يملك أي إجراء في ملف القضية وفي أي حالة"
    yield "Written by `python -m tests.unit.cases.matrix --write` from specs/roles.yaml and specs/cases/lifecycle.yaml."
    yield ""
    yield "A letter says how a person must stand to the file; several letters: in each of these ways."
    for letter, (_, english, arabic) in RELATIONS.items():
        yield f"  {letter}  {english} / {arabic}"
    yield "  .  not at all / لا يملكه"
    yield "Marks: 2 two officers / ضابطان, > hands the file over / إحالة, otherwise the offences it is for."
    yield "A restricted, secret or child's file is closed to every action of who has no letter in that row of READING."
    yield ""
    for role, short in ROLES.items():
        yield f"  {short}  {role:<24}{RULES.roles.roles[role].title.ar}"


def _opening() -> Iterator[str]:
    yield from _block("OPENING A FILE / فتح ملف", "from the person's own office; E: from none")
    for name, kind in RULES.lifecycle.actions.items():
        if kind.opens and not kind.internal:
            yield _row(name, [_opens(role, name) for role in ROLES], kind.title.ar)


def _opens(role: str, name: str) -> str:
    for letter, office in (("E", None), ("O", HERE)):
        who = access(role, "O")
        try:
            replace(who, actor=replace(who.actor, office=office)).require_opening(name)
        except NotAllowed:
            continue
        return letter
    return "."


def _reading() -> Iterator[str]:
    yield from _block("READING / الاطلاع", "in any state")
    shown = {"an ordinary file": file()}
    shown |= {f"a {name} file": file(classification=name) for name in list(RULES.reading.classifications.needs)[1:]}
    shown["a child's (sealed) file"] = file(sealed=True)
    arabic = ["ملف عادي", *(e.ar for e in list(RULES.register.classifications.entries.values())[1:]), "ملف حدث"]
    for (label, held), ar in zip(shown.items(), arabic, strict=True):
        waiting = replace(held, transfer=_transfer())
        yield _row(label, [cell(role, READ, waiting) for role in ROLES], ar)
    yield _row("who reported", [cell(role, READ_REPORTER, file(transfer=_transfer())) for role in ROLES], "هوية المبلغ")


def _states() -> Iterator[str]:
    legal = {state: legal_in(state) for state in RULES.lifecycle.states}
    always = frozenset.intersection(*legal.values())
    yield from _block("IN EVERY STATE / في كل حالة", "while no hand-over waits")
    yield from _rows(always, file())
    cells = [cell(role, "cases.approve", file()) for role in ROLES]
    yield _row("approve (another than who asked)", cells, RULES.roles.actions["cases.approve"].title.ar)
    for name, state in RULES.lifecycle.states.items():
        notes = f"owner {state.owner}" + (", ended / منتهية" if state.ended else f", clock {state.clock}")
        yield from _block(f"{name} / {state.title.ar}", notes)
        yield from _rows(legal[name] - always, file(name))


def _waiting() -> Iterator[str]:
    held = file(transfer=_transfer())
    files = (replace(file(state), transfer=held.transfer) for state in RULES.lifecycle.states)
    legal = frozenset(name for waiting in files for name in legal_moves(waiting, RULES))
    yield from _block("WHILE A HAND-OVER WAITS / أثناء الإحالة", "in any state; nothing else is legal then")
    yield from _rows(legal, held)


def _lists() -> Iterator[str]:
    yield from _block("OVER MANY FILES / على ملفات كثيرة", "the rows shown are only those the person may read")
    letters = {scope: letter for letter, (scope, _, _) in RELATIONS.items()}
    for name, action in RULES.roles.actions.items():
        if not name.startswith("cases.") or action.subject is not None:
            continue
        cells = []
        for role in ROLES:
            scopes = policy.scopes(access(role, "E").actor, name, RULES.roles)
            found = "".join(letter for scope, letter in letters.items() if scope in scopes)
            cells.append(_short(found))
        yield _row(name.removeprefix("cases."), cells, action.title.ar)


def _rows(names: frozenset[str], held: CaseFile) -> Iterator[str]:
    for name, kind in RULES.lifecycle.actions.items():
        if name in names:
            marks = ["2"] * kind.four_eyes + [">"] * bool(kind.hands_over) + list(kind.only_kinds)
            marks += [f"a {one}" for one in kind.among_kinds]
            marks += [f"by {ROLES[one]}" for one in (kind.approved_by.roles if kind.approved_by else ())]
            label = f"{name} ({' '.join(marks)})" if marks else name
            yield _row(label, [cell(role, f"cases.{name}", held) for role in ROLES], kind.title.ar)
    if not names:
        yield "  nothing besides / لا شيء غير ذلك"


def _transfer() -> Transfer:
    return Transfer("id", "hand_over", ELSEWHERE, ELSEWHERE, MOMENT, DAY, ())


def _block(title: str, note: str) -> Iterator[str]:
    yield ""
    yield f"== {title}  [{note}]"
    yield f"  {'':<46}" + "".join(f"{short:<6}" for short in ROLES.values()).rstrip()


def _row(label: str, cells: list[str], arabic: str) -> str:
    return f"  {label:<46}" + "".join(f"{found:<6}" for found in cells) + arabic


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        GOLDEN.write_text(text(), "utf-8")
    else:
        sys.stdout.write(text())
