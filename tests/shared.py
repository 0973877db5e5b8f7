"""Real data made by others, which lies beside the project: `ISSUANCE_VECTORS`, else `../shared/vectors`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

VECTORS: Final = Path(os.environ.get("ISSUANCE_VECTORS") or Path(__file__).parents[2] / "shared" / "vectors")


def needs(path: Path) -> pytest.MarkDecorator:
    """The mark of a test that reads this file or folder."""
    return pytest.mark.skipif(not path.exists(), reason=_absent(path))


def held(path: Path) -> Path:
    """The path; the test is skipped where nothing is there."""
    if not path.exists():
        pytest.skip(_absent(path))
    return path


def _absent(path: Path) -> str:
    return f"{path.name} is not there; ISSUANCE_VECTORS says where the shared vectors are"
