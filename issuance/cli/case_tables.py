"""Cases on a terminal: tables made from the JSON that `--json` answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from issuance.cli.output import console

Told = Mapping[str, Any]


def show_case(told: Told) -> None:
    """One case: where it stands, its matters, its clocks, its entries."""
    console.print(f"{told['number']}  v{told['version']}  {_title(told['stage'])}", highlight=False)
    console.print(f"{told['incident']['summary']}\n{'، '.join(told['incident']['places'])}", markup=False)
    accused = {one["code"]: one["name"] or one["description"] or "؟" for one in told["accused"]}
    charges = {one["code"]: one["arabic"] for one in told["charges"]}
    matters = Table("", "المتهم / accused", "التهمة / charge", "الحالة / state", "منذ / since")
    for matter in told["matters"]:
        names = accused[matter["accused"]], charges[matter["charge"]]
        matters.add_row(matter["code"], *names, _title(matter["state"]), matter["since"])
    console.print(matters)
    clocks = Table("", "الميعاد / clock", "آخر يوم / last day", "%")
    for clock in told["clocks"]:
        clocks.add_row(clock["target"], _title(clock["clock"]), clock["last_day"], str(clock["level"]))
    console.print(clocks)
    entries = Table("", "الإجراء / action", "في / on", "الجهة / office", "السند / basis")
    for entry in told["actions"]:
        office = entry["office"] or ""
        entries.add_row(str(entry["seq"]), _title(entry["action"]), entry["happened_on"], office, entry["basis"])
    console.print(entries)


def show_moves(told: list[dict[str, Any]]) -> None:
    """The moves open now; fields that may be left out in brackets."""
    table = Table("الإجراء / action", "", "على / on", "الحقول / fields")
    for move in told:
        fields = [field["name"] if field["required"] else f"({field['name']})" for field in move["fields"]]
        table.add_row(move["name"], _title(move), " ".join(move["matters"]), " ".join(fields))
    console.print(table)


def show_work(told: Told) -> None:
    """Files by deadline."""
    table = Table("الرقم / number", "الحالة / state", "الجهة / office", "الميعاد / clock", "آخر يوم / last day", "%")
    for item in told["cases"]:
        clock = item["clock"]
        due = (_title(clock), clock["last_day"], str(clock["level"])) if clock is not None else ("", "", "")
        table.add_row(item["number"], _title(item["state"]), item["awaiting"] or item["holder"], *due)
    console.print(table)
    if told["after"] is not None:
        console.print(f"--after '{told['after']}'", highlight=False)


def show_found(told: Told) -> None:
    """What a search found."""
    table = Table("الرقم / number", "فُتح / opened", "الجهة / office", "الحالة / state", "المتهمون / accused")
    for file in told["cases"]:
        names = "، ".join(one["name"] or "؟" for one in file["accused"])
        table.add_row(file["number"], file["opened_on"], file["holder"], _title(file["state"]), names)
    console.print(table)
    if told["note"] is not None:
        console.print(f"{told['note']['ar']}\n{told['note']['en']}", markup=False)


def show_record(told: Told) -> None:
    """Final rulings and the effects in force."""
    console.print(f"{told['national_number']}  {told['as_of']}", highlight=False)
    table = Table(
        "القضية / case", "المحكمة / court", "الجريمة / offence", "الحكم / ruling", "نهائي / final", "الأثر / effect"
    )
    for one in told["rulings"]:
        effects = "، ".join(_title(effect["kind"]) for effect in one["effects"])
        ruling = f"{_title(one['verdict'])}\n{one['penalty_arabic']}"
        table.add_row(one["case_number"], one["court_arabic"], one["offence_arabic"], ruling, one["final_on"], effects)
    console.print(table)


def _title(coded: Told) -> str:
    title = coded["title"]
    return f"{title['ar']} / {title['en']}"
