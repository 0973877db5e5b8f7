"""Write files whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from specs.errors import Fault, Unavailable


def write_if_changed(path: Path, content: bytes) -> None:
    """`path` says `content` when this returns; a file that already does is left alone. Raises `Unavailable`."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.read_bytes() == content:
            return
        try:
            fresh.write_bytes(content)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable(
            Fault(
                code="jobs.files.write",
                field=str(path),
                ar="تعذرت كتابة الملف ولم يُترك منه شيء",
                en=f"the file could not be written, and nothing of it was left: {error.strerror}",
            )
        ) from error
