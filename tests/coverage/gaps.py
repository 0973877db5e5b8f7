"""What `specs/coverage.json` leaves open: clauses nobody uses, values nobody reads, names that are gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from issuance.specification.coverage import NOTHING, Standing
from specs.clauses import NumberedClause, numbered
from specs.schema import Specification
from tests.coverage.sources import ROOT, functions, names_of

TRACE = "if it is used under another name or by other code, run `make spec-coverage`"
REMEDY = f"let the program use it, or mark how it is proved (`proof:`); {TRACE}"


def clauses(spec: Specification) -> Mapping[str, NumberedClause]:
    """Every clause of every edition by id, as the latest edition has it."""
    return {c.id: c for edition in sorted(spec.passport.editions) for c in numbered(spec, edition)}


def orphans(spec: Specification, held: Mapping[str, Standing]) -> Iterator[str]:
    """Clauses that the program is said to keep and no code or no test stands on, each with its remedy."""
    for id_, clause in clauses(spec).items():
        if clause.proof != "program":
            continue
        one = held.get(id_, NOTHING)
        if not one.code or not one.tests:
            yield f"{id_} ({clause.file}): no {'code' if not one.code else 'test'} stands on it -> {REMEDY}"


def unread(spec: Specification, held: Mapping[str, Standing]) -> Iterator[str]:
    """`clause: value` of clauses that the program keeps, for each value that no code reads."""
    for id_, clause in clauses(spec).items():
        if clause.proof != "program":
            continue
        read = {what.rstrip("*") for whats in held.get(id_, NOTHING).code.values() for what in whats}
        for value in values_of(clause):
            if value not in read:
                yield f"{id_}: {value}"


def known_unread() -> list[str]:
    """Patterns of `clause: value`, of values that are known to be read by nobody (`unread.txt`, reviewed by hand)."""
    lines = Path(__file__).with_name("unread.txt").read_text("utf-8").splitlines()
    return [line for line in map(str.strip, lines) if line and not line.startswith("#")]


def values_of(clause: NumberedClause) -> list[str]:
    """The values a clause says itself, as they are traced: places in lists and keys of mappings left out."""
    depth = len(clause.path)
    leaves = [v for v in clause.values if v.text[0] and v.raw is not None]
    part = clause.clause
    out: dict[str, None] = {}
    for value in leaves:
        out[".".join(_attributes(part, value.path[depth:]))] = None
        if value.tolerance is not None:
            head, _, unit = str(value.path[-1]).rpartition("_")
            out[".".join([*_attributes(part, value.path[depth:])[:-1], f"{head}_tolerance_{unit}"])] = None
    return list(out)


def _attributes(part: object, path: tuple[str | int, ...]) -> list[str]:
    """Names of attributes along the path."""
    out = []
    for step in path:
        if isinstance(part, dict):
            part = part.get(step, part.get(str(step)))
        elif isinstance(part, (list, tuple)):
            part = part[int(step)]
        else:
            out.append(str(step))
            part = getattr(part, str(step), None)
    return out


def gone(held: Mapping[str, Standing], root: Path = ROOT) -> Iterator[str]:
    """What is recorded and no longer so: functions and tests that are gone, values that a function stopped naming."""
    for id_, one in held.items():
        for code, whats in one.code.items():
            names = names_of(code, root)
            if names is None:
                yield f"{id_}: {code} is gone -> {TRACE}"
                continue
            for what in whats:
                if (name := named(what)) not in names:
                    yield f"{id_}: {code} no longer uses {name!r} -> {REMEDY}"
        for test in one.tests:
            file, _, function = test.partition("::")
            module = file.removesuffix(".py").replace("/", ".")
            if function.replace("::", ".") not in functions(module, root):
                yield f"{id_}: the test {test} is gone -> {TRACE}"


def named(what: str) -> str:
    """The name by which a function must speak of what it reads."""
    if what.endswith("*"):
        return "getattr"
    return what.removeprefix("^").removesuffix("()").rpartition(".")[2]


def said_by_people(spec: Specification, held: Mapping[str, Standing]) -> Iterator[str]:
    """Clauses marked as proved by people although the program reads every one of their values."""
    for id_, clause in clauses(spec).items():
        if clause.proof in (None, "program") or not (values := values_of(clause)):
            continue
        one = held.get(id_, NOTHING)
        read = {what.rstrip("*") for whats in one.code.values() for what in whats}
        if read.issuperset(values):
            yield f"{id_} ({clause.file}): `proof: {clause.proof}`, and {', '.join(one.code)} -> `proof: program`"
