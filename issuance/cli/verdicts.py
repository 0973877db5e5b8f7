"""A verdict as a person reads it on a console, in both languages: the status first, then why, then what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from issuance.cli.output import console

if TYPE_CHECKING:
    from issuance.border.steps import Step
    from keys.verdict import Check, Status, Verdict
    from specs.schema.border import Inspection

_STATUS_WORDS: Final[Mapping[Status, tuple[str, str]]] = {
    "valid": ("صحيحة / valid", "green"),
    "invalid": ("غير صحيحة / invalid", "red"),
    "indeterminate": ("يتعذر الحكم / indeterminate", "yellow"),
}
_LEVEL_WORDS: Final = {"crypto": "الأصالة / crypto", "profile": "المعيار / profile", "policy": "السريان / policy"}
_RESULT_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "pass": ("سليم / pass", "green"),
    "fail": ("مرفوض / fail", "red"),
    "unknown": ("مجهول / unknown", "yellow"),
    "warning": ("تنبيه / warning", "yellow"),
    "not_done": ("لم يُجرَ / not done", "dim"),
}
_SIGNING_FACTS: Final = (
    ("level", "مستوى التوقيع PAdES / PAdES level"),
    ("signed_at", "وقت التوقيع المصرح به / stated time of signing"),
    ("stamped_at", "ختم الوقت / time-stamped"),
    ("stamped_by", "سلطة الوقت / by"),
)
_MOST_REASONS: Final = 3
_SHOWN_FACTS: Final = (
    ("document_code", "نوع / type"),
    ("issuer", "الدولة / State"),
    ("document_number", "الرقم / number"),
    ("surname", "اللقب / surname"),
    ("given", "الأسماء / given names"),
    ("birth_date", "الميلاد / birth"),
    ("expiry_date", "الانتهاء / expiry"),
)


def show_document(given: str, verdict: Verdict) -> None:
    """The verdict on any document; a chip as `issuance inspect` shows it."""
    from issuance.border.steps import is_inspection

    if is_inspection(verdict):
        from specs.load import load

        show_inspection(given, verdict, load().border_inspection)
    else:
        show_verdict(given, verdict)


def show_verdict(given: str, verdict: Verdict) -> None:
    """A table of the checks under the status; given: what was judged."""
    console.print(_status_line(given, verdict))
    if signed := [(words, verdict.facts[name]) for name, words in _SIGNING_FACTS if name in verdict.facts]:
        console.print(Text("   ").join(Text.assemble((words, "dim"), ": ", value) for words, value in signed))
    table = Table("الفحص / check", "النتيجة / result", "السبب / reason", "السند / clause")
    for check in verdict.checks:
        table.add_row(
            Text(f"{check.id}\n{check.level}"),
            Text(check.result, style=_RESULT_WORDS[check.result][1]),
            Text(f"{check.reason_ar}\n{check.reason}"),
            Text(check.clause, style="dim"),
        )
    console.print(table)


def show_inspection(given: str, verdict: Verdict, rules: Inspection) -> None:
    """Status and levels, the document, one row a step with what it found, deviations, and what to do next."""
    from issuance.border.steps import advice, deviations_of, steps_of

    console.print(_status_line(given, verdict))
    levels = [
        Text.assemble((_LEVEL_WORDS[name], "bold"), ": ", _status_text(s)) for name, s in verdict.levels().items()
    ]
    console.print(Text("   ").join(levels))
    for check in _reasons(verdict):
        console.print(Text.assemble(("السبب / why: ", "bold"), f"{check.reason_ar} / {check.reason}"))
    if zone := verdict.facts.get("mrz"):
        console.print(_facts(zone))
    table = Table("", "الخطوة / step", "النتيجة / result", "ما وُجد / found")
    for step in steps_of(verdict, rules):
        words, colour = _RESULT_WORDS[step.result]
        table.add_row(
            str(step.number), Text(f"{step.wording.ar}\n{step.wording.en}"), Text(words, style=colour), _found(step)
        )
    console.print(table)
    for deviation in deviations_of(verdict):
        console.print(
            Text.assemble(
                ("انحراف / deviation ", "bold"), deviation["oid"], f"  {deviation['text_ar']} / {deviation['text']}"
            )
        )
    told = advice(verdict, rules)
    console.print(Text.assemble(("ما العمل / next: ", "bold"), f"{told.ar}\n{told.en}"))


def _reasons(verdict: Verdict) -> list[Check]:
    """What the status rests on: failures, without any what is not known; none for a valid document."""
    worst = "fail" if verdict.status == "invalid" else "unknown"
    return [check for check in verdict.checks if check.result == worst][:_MOST_REASONS]


def _found(step: Step) -> Group:
    """Every finding of a step with its clause; where all is well, the reasons in one line."""
    found = [check for check in step.checks if check.result != "pass"]
    if not found:
        arabic = "؛ ".join(dict.fromkeys(check.reason_ar for check in step.checks))
        english = "; ".join(dict.fromkeys(check.reason for check in step.checks))
        return Group(Text(f"{arabic}\n{english}" if step.checks else ""))
    lines: list[Text] = []
    for check in found:
        lines.append(Text(f"{check.reason_ar}\n{check.reason}", style=_RESULT_WORDS[check.result][1]))
        lines.append(Text(f"{check.id} - {check.clause}", style="dim"))
    return Group(*lines)


def _facts(zone: Mapping[str, Any]) -> Text:
    held = [(words, zone[name]) for name, words in _SHOWN_FACTS if zone.get(name)]
    return Text("   ").join(Text.assemble((words, "dim"), ": ", str(value)) for words, value in held)


def _status_line(given: str, verdict: Verdict) -> Text:
    words, colour = _STATUS_WORDS[verdict.status]
    return Text.assemble((words, f"bold {colour}"), "  ", given if len(given) <= 60 else given[:57] + "...")


def _status_text(status: Status) -> Text:
    words, colour = _STATUS_WORDS[status]
    return Text(words, style=colour)
