"""`issuance inspect document | mrz | keys`: all that was read of a document, one answer. A thin edge.

Asks the register of this installation where there is one, the trust that is named, or an offline bundle.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer
from rich.table import Table
from rich.text import Text

from issuance.cli.judging import bundle_of, moment_of, register_here, trust_of
from issuance.cli.output import answer, console, problem, typed_errors
from keys.verdict import EXIT_CODE
from specs.errors import Fault, Invalid, IssuanceError

if TYPE_CHECKING:
    from datetime import datetime

    from issuance.border.document import Given, Inspected
    from issuance.border.knowledge import Knowledge
    from specs.schema import Specification

_MAXIMUM_TEXT_BYTES: Final = 65_536
_QUESTIONS: Final = {
    "genuine": "أصيلة؟ / genuine?",
    "current": "سارية؟ / current?",
    "travel": "يسافر حاملها؟ / may the holder travel?",
}
_STATUS: Final = {
    "valid": ("نعم / valid", "green"),
    "invalid": ("لا / invalid", "red"),
    "indeterminate": ("يتعذر الحكم / indeterminate", "yellow"),
}
Trust = Annotated[
    list[Path] | None,
    typer.Option(help="Trusted certificates: file, folder or archive (repeatable); no register is then asked."),
]
Bundle = Annotated[Path | None, typer.Option(help="Offline bundle: trust and status from this file; no register.")]
Memory = Annotated[
    Path | None, typer.Option(help="Where the newest bundle seen is remembered; default: beside the bundle.")
]
At = Annotated[str | None, typer.Option(help="Judge as of this time, e.g. 2026-11-22T09:30Z; default: now.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def document(
    mrz: Annotated[str | None, typer.Option(metavar="FILE|TEXT", help="The lines of its zone.")] = None,
    page: Annotated[Path | None, typer.Option(help="Picture or PDF of its page.")] = None,
    chip: Annotated[
        list[Path] | None, typer.Option(metavar="DIR|FILE", help="Chip files, or folders of them (repeatable).")
    ] = None,
    seal: Annotated[
        str | None, typer.Option(metavar="FILE|TEXT", help="Its printed seal: bytes, text, address.")
    ] = None,
    trust: Trust = None,
    bundle: Bundle = None,
    memory: Memory = None,
    at: At = None,
    json_: Json = False,
) -> None:
    """Genuine, current, may its holder travel? By all that was read of it. Exit 0 valid, 1 invalid, 2 indeterminate."""
    from specs.load import load

    spec = load()
    with _said(json_):
        moment = moment_of(at)
        given = _given(mrz, page, chip or (), seal, spec)
        with _knowledge(trust or (), bundle, memory, moment, spec) as knowledge:
            if page is not None:
                given = _with_page(given, page, knowledge, moment, spec)
            _tell(given, knowledge, moment, spec, json_)


def mrz(
    text: Annotated[str, typer.Argument(metavar="FILE|TEXT", help="The lines of a zone.")],
    trust: Trust = None,
    bundle: Bundle = None,
    memory: Memory = None,
    at: At = None,
    json_: Json = False,
) -> None:
    """What a zone alone tells of a document: well formed, current, may its holder travel? It proves none genuine."""
    document(mrz=text, trust=trust, bundle=bundle, memory=memory, at=at, json_=json_)


def keys(
    mrz: Annotated[str, typer.Option(metavar="FILE|TEXT", help="The lines of the zone.")],
    can: Annotated[str | None, typer.Option(help="Card access number, six digits, for PACE.")] = None,
    json_: Json = False,
) -> None:
    """Keys by which a reader opens the chip (BAC, PACE), in hexadecimal. For the reader alone: keep them nowhere."""
    from issuance.mrtd.access_keys import keys_as_json, mrz_information
    from issuance.mrtd.mrz import check, rules_of
    from specs.load import load

    with typed_errors(json_):
        rules = rules_of(load())
        told = keys_as_json(mrz_information(check(_lines(mrz), rules), rules), can)
    if json_:
        answer(told)
        return
    for kind, held in {"BAC": told["bac"], **{f"PACE {k}": v for k, v in told["pace"].items()}}.items():
        for name, key in held.items():
            console.print(f"{kind} {name}: {key}", highlight=False, soft_wrap=True)


@contextmanager
def _said(as_json: bool) -> Iterator[None]:
    """What is wrong with the arguments: wrong use, exit 2."""
    try:
        yield
    except IssuanceError as refused:
        _refused(refused, as_json)


def _refused(refused: IssuanceError, as_json: bool) -> NoReturn:
    if as_json:
        answer(problem(refused))
        raise typer.Exit(2) from None
    raise typer.BadParameter("; ".join(f"{f.ar} / {f.en}" for f in refused.faults)) from None


@contextmanager
def _knowledge(
    trust: Sequence[Path], bundle: Path | None, memory: Path | None, at: datetime, spec: Specification
) -> Iterator[Knowledge]:
    """The bundle that is named, else the trust that is named, else the register here, else the trust here."""
    from issuance.border.register import RegisterKnowledge, TrustKnowledge

    if bundle is not None:
        held = bundle_of(bundle, trust, memory, at=at)
        try:
            yield held
        finally:
            held.close()
        return
    store = trust_of(trust, at=at, own=not trust)
    register = register_here() if not trust else None
    if register is None:
        yield TrustKnowledge(store, at)
        return
    try:
        yield RegisterKnowledge(register, store, at, spec, of_holders=True)
    finally:
        register.close()


def _given(mrz: str | None, page: Path | None, chip: Sequence[Path], seal: str | None, spec: Specification) -> Given:
    """Raises `Invalid` for files that cannot be read, and when nothing is given."""
    from issuance.border.chip_files import collect
    from issuance.border.document import Given

    if mrz is None and page is None and not chip and seal is None:
        words = "أعط منطقة مقروءة آلياً أو صورة أو شريحة أو ختماً", "give a zone, a picture, a chip or a seal"
        raise Invalid(Fault("inspect.nothing", *words, field="mrz", clause="docs/border.md"))
    return Given(
        mrz=None if mrz is None else _lines(mrz),
        chip=collect(list(chip), spec.border_inspection.chip_files) if chip else None,
        seal=None if seal is None else _content(seal),
    )


def _with_page(given: Given, path: Path, knowledge: Knowledge, at: datetime, spec: Specification) -> Given:
    """Raises `Invalid` for a file that cannot be read."""
    from issuance.border.pictures import with_page
    from issuance.border.reading.page_reading import read_page

    try:
        with path.open("rb") as file:
            data = file.read(spec.border_reading.intake.maximum_bytes + 1)
    except OSError:
        words = f"تعذرت قراءة {path.name}", f"{path.name} cannot be read"
        raise Invalid(Fault("inspect.page", *words, field="page", clause="docs/border.md")) from None
    return with_page(given, read_page(data, spec, knowledge.trust, at))


def _lines(text: str) -> list[str]:
    held = _content(text)
    return (held.decode("ascii", "replace") if isinstance(held, bytes) else held).split()


def _content(text: str) -> str | bytes:
    """Of the file where there is one of that name, else the text itself."""
    try:
        there = Path(text).is_file()
    except (OSError, ValueError):
        there = False
    if not there:
        return text
    with Path(text).open("rb") as file:
        return file.read(_MAXIMUM_TEXT_BYTES)


def _tell(given: Given, knowledge: Knowledge, at: datetime, spec: Specification, as_json: bool) -> NoReturn:
    from issuance.border.document import inspect_document

    told = inspect_document(given, knowledge, at, spec)
    if as_json:
        answer(told.as_json())
    else:
        _show(told)
    raise typer.Exit(EXIT_CODE[told.status])


def _show(told: Inspected) -> None:
    words, colour = _STATUS[told.status]
    console.print(Text(f"{told.document.get('document_number', '')}  {words}".strip(), style=f"bold {colour}"))
    table = Table("السؤال / question", "الجواب / answer", "السبب / why", box=None)
    for question in told.questions:
        said, shade = _STATUS[question.status]
        en, ar = question.reasons
        table.add_row(_QUESTIONS[question.name], Text(said if question.applies else "-", style=shade), f"{ar}\n{en}")
    console.print(table, highlight=False)
    held: dict[str, Any] = dict(told.as_json()["questions"]["travel"])
    if held["authority"]:
        console.print(Text(f"{held['authority_ar']} / {held['authority']} {held['call'] or ''}", style="bold red"))
    for one in told.differences:
        console.print(f"{one.reason_ar}\n{one.reason}", highlight=False)
    console.print(f"{told.advice.ar}\n{told.advice.en}", highlight=False)
