"""`issuance keys lint`: what is wrong with the form of certificates, revocation lists and lists of trust."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from issuance.cli.output import answer, console, typed_errors
from issuance.cli.session import read_bytes
from specs.errors import Fault, Invalid

if TYPE_CHECKING:
    from keys.lint_file import Linted

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
UNREADABLE = 2


def lint(
    files: Annotated[list[Path], typer.Argument(help="Certificates, CRLs, signed lists; DER, PEM, LDIF.")],
    level: Annotated[str, typer.Option(help="strict: Doc 9303-12; pkd: what the ICAO PKD accepts.")] = "strict",
    profile: Annotated[str | None, typer.Option(help="Hold the certificates to this profile.")] = None,
    json_: Json = False,
) -> None:
    """Name every broken rule of form with its clause. Exit 0: none; 1: some; 2: a file that cannot be read."""
    from keys.form import FORM_LEVELS
    from keys.lint_file import lint_file
    from specs.load import load

    pki = load().pki_profiles
    with typed_errors(json_):
        known = next((name for name in FORM_LEVELS if name == level), None)
        if known is None or (profile is not None and profile not in pki.profiles):
            raise Invalid(
                *([] if known else [_choice("level", level, FORM_LEVELS)]),
                *([] if profile is None or profile in pki.profiles else [_choice("profile", profile, pki.profiles)]),
            )
        found = {str(path): lint_file(read_bytes(path, "files"), pki, known, profile) for path in files}
    items = [item for held in found.values() for item in held]
    if json_:
        answer({"files": [{"file": name, "items": [i.as_json() for i in held]} for name, held in found.items()]})
    else:
        for name, held in found.items():
            _show(name, held)
    unreadable = any(item.kind == "unreadable" for item in items)
    raise typer.Exit(UNREADABLE if unreadable else int(any(item.findings for item in items)))


def _show(name: str, held: list[Linted]) -> None:
    for item in held:
        clean = "" if item.findings else ": سليم / clean"
        what = " ".join(part for part in (item.kind, item.profile, f"({item.label})" if item.label else "") if part)
        console.print(f"{name}: {what}{clean}", highlight=False, markup=False)
        for check in item.findings:
            told = f"  {check.result}  {check.id}  [{check.clause}]  {check.reason_ar} / {check.reason}"
            console.print(told, highlight=False, markup=False, soft_wrap=True)
    if len(held) > 1:
        counts = Counter(check.result for item in held for check in item.findings)
        told = ", ".join(f"{result}: {n}" for result, n in sorted(counts.items())) or "سليم / clean"
        console.print(f"{name}: {len(held)}; {told}", highlight=False, markup=False)


def _choice(field: str, given: str, allowed: object) -> Fault:
    names = ", ".join(allowed) if isinstance(allowed, (tuple, dict)) else ""
    return Fault("cli.choice", f"{given} ليس من الخيارات: {names}", f"{given!r} is none of: {names}", field=field)
