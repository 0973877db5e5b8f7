"""Typst, once: fonts found, one compiler a thread and template, failures turned into our errors.

Knows no document. Fonts come from the directories Debian installs them in, never from the tree.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import typst

from specs.errors import Fault, Invalid, Unavailable

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "documents"
_FONT_DIRECTORIES = ("/usr/share/fonts", "/usr/local/share/fonts")
_PACKAGES = {
    "Amiri": "fonts-hosny-amiri",
    "Liberation Sans": "fonts-liberation",
    "Liberation Mono": "fonts-liberation",
    "OCR B": "fonts-ocr-b",
}
_compilers = threading.local()


def typeset(
    template: str,
    inputs: Mapping[str, Any],
    *,
    timestamp: datetime,
    standards: Iterable[str] = (),
    raw: Mapping[str, str] | None = None,
) -> bytes:
    """The PDF of `templates/documents/<template>`; equal arguments give equal bytes.

    inputs reach the template as JSON (`sys.inputs.data`), raw ones as they are. timestamp: aware, the date written into
    the file. Raises `Invalid` for a character no font holds, `Unavailable` when the template cannot be set.
    """
    return _compile(template, inputs, raw, format="pdf", pdf_standards=list(standards), timestamp=timestamp)[0]


def rasterise(
    template: str, inputs: Mapping[str, Any], *, dpi: int, timestamp: datetime, raw: Mapping[str, str] | None = None
) -> list[bytes]:
    """Each page of the same document as a PNG at `dpi` (not written into the file)."""
    return _compile(template, inputs, raw, format="png", ppi=float(dpi), timestamp=timestamp)


def require_fonts(families: Iterable[str]) -> None:
    """Raises `Unavailable` naming every family that is not installed, and the Debian package that holds it."""
    missing = sorted(set(families) - _installed())
    if missing:
        raise Unavailable(
            *(
                Fault(
                    code="documents.font.missing",
                    ar=f"الخط {family} غير مثبت",
                    en=f"the font {family} is not installed: install {_PACKAGES.get(family, 'the package of it')}",
                    field="fonts",
                )
                for family in missing
            )
        )


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[d for d in _FONT_DIRECTORIES if Path(d).is_dir()],
    )


@lru_cache(maxsize=1)
def _installed() -> frozenset[str]:
    return frozenset(_fonts().families())


def _compiler(template: str) -> typst.Compiler:
    """A compiler shared by two threads fails ("Already borrowed"): each thread has its own."""
    held: dict[str, typst.Compiler] = _compilers.__dict__.setdefault("by_template", {})
    if template not in held:
        held[template] = typst.Compiler(
            str(TEMPLATES / template), root=str(TEMPLATES), font_paths=_fonts(), ignore_system_fonts=True
        )
    return held[template]


def _compile(
    template: str,
    inputs: Mapping[str, Any],
    raw: Mapping[str, str] | None,
    *,
    format: Literal["pdf", "png"],
    **options: Any,
) -> list[bytes]:
    values = {"data": json.dumps(inputs, ensure_ascii=False), **(raw or {})}
    try:
        made = _compiler(template).compile(format=format, sys_inputs=values, **options)
    except typst.TypstError as error:
        raise _explain(error) from error
    pages = made if isinstance(made, list) else [made]
    whole = [one for one in pages if isinstance(one, bytes)]
    if not whole:
        raise Unavailable(_fault("documents.typeset.empty", "لم ينتج أي مستند", "the typesetter gave no document"))
    return whole


def _explain(error: typst.TypstError) -> Invalid | Unavailable:
    # The message quotes the text it could not set, which may be personal: it is not repeated.
    if "could not be displayed with" in str(error.message):
        return Invalid(
            _fault(
                "documents.text.unprintable", "حرف لا يمكن طبعه", "the text holds a character that cannot be printed"
            )
        )
    return Unavailable(_fault("documents.typeset.failed", "تعذر إعداد المستند", "the document could not be set"))


def _fault(code: str, ar: str, en: str) -> Fault:
    return Fault(code=code, ar=ar, en=en)
