"""How pages are read in the processes of a run: the readers are those of the service, and are loaded less often."""

from __future__ import annotations

import os

from issuance.border.reading import workers
from issuance.documents import children, passporteye_child, readback

_OF_THE_CHILD = "tests/unit/documents/"


def load_seldom() -> None:
    """From now on, in this process: the processes of the run share the cores for their page workers, and PassportEye
    reads what was printed here and not in a child that loads it for each page. Of the child tell `_OF_THE_CHILD`."""
    os.environ["OMP_THREAD_LIMIT"] = "1"
    workers.share(int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
    readback.texts_read_by = _texts_read_by  # type: ignore[attr-defined]


def _texts_read_by(module: str, picture: bytes, *, seconds: int, memory_bytes: int) -> list[str]:
    if os.environ.get("PYTEST_CURRENT_TEST", "").startswith(_OF_THE_CHILD):
        return children.texts_read_by(module, picture, seconds=seconds, memory_bytes=memory_bytes)
    return passporteye_child.lines(picture)
