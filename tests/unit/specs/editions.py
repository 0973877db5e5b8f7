"""Editions that tests draft: the files of a shipped one, with values replaced."""

from __future__ import annotations

from specs.load import SHIPPED

NEXT = (
    ("booklet.yaml", "from_date: 2026-01-01", "from_date: 2027-03-01"),
    ("series.yaml", "^LB", "^LC"),
    ("series.yaml", "prefix: LB", "prefix: LC"),
)


def edition_files(*changes: tuple[str, str, str], of: str = "2026") -> dict[str, bytes]:
    """The files of edition `of` in which, for each (file, old, new), every `old` has become `new`."""
    held = {path.name: path.read_text("utf-8") for path in (SHIPPED / "passport/editions" / of).glob("*.yaml")}
    for file, old, new in changes:
        assert old in held[file], (file, old)
        held[file] = held[file].replace(old, new)
    return {name: text.encode() for name, text in held.items()}
