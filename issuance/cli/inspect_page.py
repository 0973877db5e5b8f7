"""`issuance inspect page`: what stands on pictures of pages. A thin edge over `issuance.border.reading`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from issuance.cli.judging import moment_of, trust_of
from issuance.cli.output import answer, console, errors, problem
from specs.errors import Fault, IssuanceError

if TYPE_CHECKING:
    from issuance.border.reading.page_reading import PageReading

_WORST = (1, 2, 0)


def page(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Pictures (PNG, JPEG, TIFF, ...) or PDF.")],
    trust: Annotated[
        list[Path] | None,
        typer.Option(help="Trusted certificates for seals: file, folder or archive; default: this installation's."),
    ] = None,
    at: Annotated[str | None, typer.Option(help="Judge seals as of this time, e.g. 2026-11-22T09:30Z.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Read machine readable zone and barcodes from pictures of pages.

    Exit 0: every page verified (or corrected and confirmed by a second reader); 1: one contradicts itself or holds a
    printed fault; 2: one could not be relied upon.
    """
    try:
        moment = moment_of(at)
        store = trust_of(trust or (), at=moment, own=not trust)
    except IssuanceError as refused:
        if json_:
            answer(problem(refused))
            raise typer.Exit(2) from None
        raise typer.BadParameter("; ".join(f"{f.ar} / {f.en}" for f in refused.faults)) from None
    readings = dict(_read(files, store, moment, json_))
    if json_:
        told = [{"path": str(path), **readings[path].as_json()} for path in files]
        answer(readings[files[0]].as_json() if len(files) == 1 else {"pages": told})
    else:
        for path in files:
            _show(path, readings[path])
    codes = {reading.exit_code for reading in readings.values()}
    raise typer.Exit(next(code for code in _WORST if code in codes))


def _read(files: list[Path], store: Any, moment: Any, quiet: bool) -> Iterator[tuple[Path, PageReading]]:
    """Every file, as many at once as there are workers, with progress on a terminal's standard error."""
    from concurrent.futures import ThreadPoolExecutor

    from rich.progress import Progress

    from issuance.border.reading.page_reading import read_page
    from issuance.border.reading.workers import workers
    from specs.load import load

    spec = load()
    most = spec.border_reading.intake.maximum_bytes

    def one(path: Path) -> tuple[Path, PageReading]:
        data = _content(path, most)
        return path, data if not isinstance(data, bytes) else read_page(data, spec, store, moment)

    at_once = min(len(files), workers(spec.border_reading.workers).count)
    shown = len(files) > 1 and not quiet and sys.stderr.isatty()
    with ThreadPoolExecutor(at_once) as threads, Progress(console=errors, disable=not shown) as progress:
        yield from progress.track(threads.map(one, files), total=len(files), description="pages")


def _content(path: Path, most: int) -> bytes | PageReading:
    """The file's bytes, one more than may be at most; a reading that says why there are none."""
    from issuance.border.reading.arbitration import ZoneReading
    from issuance.border.reading.page_reading import PageReading

    try:
        if path.exists() and not path.is_file():  # a pipe or a device could keep us for ever
            raise OSError(0, "not a file")
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        fault = Fault("page.file", "تعذرت قراءة الملف", f"cannot be read: {error.strerror}", field="page", clause="cli")
        return PageReading(ZoneReading("none"), faults=(fault,))


def _show(path: Path, reading: PageReading) -> None:
    zone = reading.zone
    colour = {"valid": "green", "invalid": "red"}.get(reading.standing, "yellow")
    console.print(f"[{colour}]{reading.status}[/] {zone.format or ''}", end=" ", highlight=False)
    console.print(str(path), markup=False, highlight=False)
    for line in zone.lines:
        console.print(f"  {line}", markup=False, highlight=False)
    for edit in zone.edits:
        words = edit.as_json()
        told = f"  {edit.line}:{edit.position} {edit.read} -> {edit.taken} ({words['reason']} / {words['reason_ar']})"
        console.print(told, markup=False, highlight=False, style="dim")
    for fault in (*zone.errors, *reading.faults):
        told = f"  {fault.field or ''}: {fault.ar} / {fault.en}"
        console.print(told, markup=False, highlight=False, style="yellow")
    for code in reading.codes:
        told = f"  {code.symbology} {code.kind} {code.status}: {code.reason_ar} / {code.reason}"
        console.print(told, markup=False, highlight=False)
