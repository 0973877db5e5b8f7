"""Write files whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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
        raise _unwritten(path, error) from error


@contextmanager
def replacing(home: Path, *names: str) -> Iterator[Path]:
    """A fresh folder in which the caller makes the folders `names`; after the block they replace those of `home`.

    Nothing of an older folder stays; all else in `home` does. When the block raises, `home` is as before. Raises
    `Unavailable`.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home, prefix=".new-", ignore_cleanup_errors=True) as fresh:
            yield Path(fresh)
            for name in names:
                if (home / name).exists():
                    (home / name).rename(Path(fresh) / f"old-{name}")
                (Path(fresh) / name).rename(home / name)
    except OSError as error:
        raise _unwritten(home, error) from error


def _unwritten(path: Path, error: OSError) -> Unavailable:
    return Unavailable(
        Fault(
            code="jobs.files.write",
            field=str(path),
            ar="تعذرت كتابة الملف ولم يُترك منه شيء",
            en=f"the file could not be written, and nothing of it was left: {error.strerror}",
        )
    )
