"""What was typed for an action of a case, in the form the action has. The command judges it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from issuance.cli.session import read_json

if TYPE_CHECKING:
    from issuance.cases.act import Move
    from issuance.cases.case_rules import CaseRules


def said_move(
    name: str,
    body: Path | None,
    fields: list[str] | None,
    matters: tuple[str, ...],
    on: datetime | None,
    basis: str,
    rules: CaseRules,
) -> Move:
    """The move that was typed: the fields of the file, then those of `--set`. Raises `Invalid`."""
    from issuance.cases.act import Move

    given = read_json(body, "--body") if body is not None else {}
    if fields and isinstance(given, dict):
        given |= {name: _value(name, text, rules) for name, _, text in (field.partition("=") for field in fields)}
    return Move(name, given, matters, on.date() if on is not None else None, basis)


def _value(name: str, text: str, rules: CaseRules) -> Any:
    """What was typed, in the form the field has; what is not of that form stays text, for the command to refuse."""
    field = rules.lifecycle.fields.get(name)
    match field.kind if field is not None else "text":
        case "dinars" | "sequence" | "flag" | "penalties" | "object":
            try:
                return json.loads(text)
            except ValueError:
                return text
        case "accused_list" | "charges" | "evidence_list":
            return [code.strip() for code in text.split(",") if code.strip()]
        case _:
            return text
