"""`issuance spec book`: write the typeset booklet of an edition, signed by this installation when asked to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from issuance.cli.output import answer, console, typed_errors
from issuance.cli.session import opened


def book(
    edition: Annotated[str, typer.Option(help="Edition of the passport, e.g. 2026.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Write the PDF here.")],
    lang: Annotated[Literal["ar", "en"], typer.Option(help="Language of the book.")] = "ar",
    sign: Annotated[bool, typer.Option("--sign", help="Signed by this installation, at its end.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Typeset the booklet of an edition: the same bytes from the same specification, a signature only appended."""
    from hashlib import sha256

    from issuance.jobs.files import write_if_changed
    from issuance.specification.book import render_book
    from specs.load import editions_directory, load
    from specs.signed_editions import digest_when_signed

    with typed_errors(json_):
        digest = digest_when_signed(editions_directory(), edition)
        unsigned = render_book(load(), edition, lang, signed_digest=digest)
        pdf, level = unsigned, None
    if sign:
        from issuance.specification.book_signature import signed_book

        with opened(json_, "spec book") as (service, actor):
            signed = signed_book(service, actor, unsigned, edition, lang, service.clock())
            pdf, level = signed.artefact, signed.level
    with typed_errors(json_):
        write_if_changed(out, pdf)
    if json_:
        answer(
            {
                "path": str(out),
                "edition": edition,
                "language": lang,
                "draft": digest is None,
                "signed_level": level,
                "bytes": len(pdf),
                "book_bytes": len(unsigned),
                "book_sha256": sha256(unsigned).hexdigest(),
            }
        )
        return
    console.print(out, highlight=False)
    console.print(f"SHA-256 {sha256(unsigned).hexdigest()}", highlight=False)
    if digest is None:
        console.print("مسودة غير نافذة / draft, not in force", style="yellow")
    if level is not None:
        console.print(f"موقّع / signed: {level}")
