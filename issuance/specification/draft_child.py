"""The child that typesets a draft: what to set as JSON on stdin, the document on stdout.

A draft holds whatever its editors typed, and Typst 0.15 can abort its process on some mixtures of scripts: then only
this one ends. `draft_documents` is the other side.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from issuance.specification.amendment import amendment_pdf
from issuance.specification.book import render_book
from issuance.specification.book_specimen import specimen_picture
from specs.difference import difference
from specs.drafted import with_edition
from specs.load import load


def main() -> None:
    """Read, typeset, answer. Any failure is a non-zero exit."""
    sys.stdout.buffer.write(_set(json.loads(sys.stdin.buffer.read())))


def _set(asked: dict[str, Any]) -> bytes:
    root, edition = Path(asked["root"]), asked["edition"]
    files = {name: text.encode() for name, text in asked["files"].items()}
    in_force = load(root, Path(asked["editions"]))
    spec, _ = with_edition(in_force, edition, files, root)
    if spec is None:
        raise ValueError("the draft cannot be read")
    match asked["kind"]:
        case "book":
            return render_book(spec, edition, asked["language"], signed_digest=None)
        case "amendment":
            return amendment_pdf(difference((in_force, asked["based_on"]), (spec, edition)), spec, asked["language"])
        case "page":
            return specimen_picture(spec, spec.passport.editions[edition])
    raise ValueError(asked["kind"])


if __name__ == "__main__":
    main()
