"""`issuance spec schemas`: list the published shapes, or write them with their examples into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from issuance.cli.output import answer, console, typed_errors

if TYPE_CHECKING:
    from specs.schema import Specification


def schemas(
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write `NAME/VERSION.schema.json` and examples below this folder."),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """JSON Schema of every document this service takes and gives; by the specification in force."""
    from issuance.core.settings import read_settings
    from issuance.specification import schemas as held
    from specs.load import load

    with typed_errors(json_):
        spec, base = load(), read_settings().base_url
        listed = held.index(spec, base)
        files = [] if out is None else [*_written(out, spec, base)]
    if json_:
        answer({"schemas": listed, "files": [str(path) for path in files]})
        return
    if out is not None:
        console.print(f"كُتب / written: {len(files)}  {out}", highlight=False)
        return
    table = Table("مخطط / schema", "إصدار / version", "العنوان", "Title")
    for one in listed:
        table.add_row(one["name"], one["version"], one["title"]["ar"], one["title"]["en"])
    console.print(table)


def _written(out: Path, spec: Specification, base: str) -> list[Path]:
    """Every file, written. Raises `Invalid` where the folder cannot be written."""
    import json

    from issuance.specification import schemas as held
    from specs.errors import Fault, Invalid

    paths = []
    for one in held.published(spec).values():
        values = {f"{one.version}.schema.json": held.schema(spec, one.name, one.version, base)}
        if one.examples():
            values[f"{one.version}.examples.json"] = held.sample(one)
        for name, value in values.items():
            path = out / one.name / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", "utf-8")
            except OSError as error:
                said = "تعذرت الكتابة في هذا المجلد", f"this folder cannot be written: {error.strerror}"
                raise Invalid(
                    Fault("specification.schemas.out", *said, field="out", clause="docs/schemas.md")
                ) from error
            paths.append(path)
    return paths
