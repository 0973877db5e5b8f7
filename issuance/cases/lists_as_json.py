"""What is shown as lists of files, one form for the API and the console: work, requests, finds, looks, alarms. Pure."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from issuance.cases.alarms import Alarms
from issuance.cases.as_json import Json, coded, plain, title
from issuance.cases.case_rules import CaseRules
from issuance.cases.looks import Looks
from issuance.cases.search import FoundFiles
from issuance.cases.work import AwaitedApproval, Work, WorkItem
from issuance.core.approvals import Approval
from specs.errors import Fault


def work_json(work: Work, rules: CaseRules) -> Json:
    """A page of the work list."""
    return {
        "cases": [_item(item, rules) for item in work.items],
        "approvals": [awaited_json(one, rules) for one in work.approvals],
        "after": work.after,
    }


def awaited_json(one: AwaitedApproval, rules: CaseRules) -> Json:
    """A request that waits for a second officer."""
    asked = one.request
    name = asked.action.removeprefix("cases.")
    return plain(
        {
            "id": asked.id,
            "case": one.case_number,
            "action": {"code": name, "title": title(rules.lifecycle.actions[name].title)},
            "asked_by": asked.asked_by,
            "asked_at": asked.asked_at,
            "expires_at": asked.expires_at,
        }
    )


def proposal_json(number: str, asked: Approval, rules: CaseRules, now: datetime) -> Json:
    """A request with all that will be done when it is approved."""
    said = {name: asked.proposal[name] for name in ("body", "matters", "happened_on", "basis", "evidence")}
    told = awaited_json(AwaitedApproval(number, asked), rules)
    return {**told, "state": asked.state(now), "reason": asked.reason, "proposal": said}


def found_json(found: FoundFiles, rules: CaseRules) -> Json:
    """What a search found. note: said when there is more than is shown."""
    files = []
    for file in found.files:
        told = asdict(file)
        told["state"] = {"code": file.state, "title": title(rules.lifecycle.states[file.state].title)}
        told["stage"] = coded(file.stage, rules.lifecycle.stages.entries)
        told["kind"] = coded(file.kind, rules.vocabularies["kinds"])
        files.append(told)
    return plain({"cases": files, "note": None if found.narrow is None else _note(found.narrow)})


def looks_json(looks: Looks) -> Json:
    """A page of who looked, newest first."""
    return plain({"looks": [asdict(look) for look in looks.items], "after": looks.after})


def alarms_json(alarms: Alarms, rules: CaseRules) -> Json:
    """A page of the alarms that stand."""
    clocks, roles = rules.clocks.clocks, rules.roles.roles
    told = [
        {**asdict(one), "title": title(clocks[one.code].title), "role_title": title(roles[one.role].title)}
        for one in alarms.items
    ]
    return {"alarms": [plain(one) for one in told], "after": alarms.after}


def _item(item: WorkItem, rules: CaseRules) -> Json:
    told = asdict(item)
    told["state"] = {"code": item.state, "title": title(rules.lifecycle.states[item.state].title)}
    told["stage"] = coded(item.stage, rules.lifecycle.stages.entries)
    told["kind"] = coded(item.kind, rules.vocabularies["kinds"])
    told["offence"] = None if item.offence is None else coded(item.offence, rules.vocabularies["offences"])
    if item.clock is not None:
        told["clock"]["title"] = title(rules.clocks.clocks[item.clock.code].title)
    return plain(told)


def _note(fault: Fault) -> Json:
    return {"code": fault.code, "ar": fault.ar, "en": fault.en}
