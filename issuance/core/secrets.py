"""Secrets of a development installation, made at first use, kept in its home; production refuses them."""

from __future__ import annotations

import os
from pathlib import Path

from issuance.core.ids import new_token
from specs.errors import Fault, Unavailable

DEVELOPMENT_PREFIX = "development-"


def development_secret(home: Path, name: str) -> str:
    """The secret `name` of this installation (256 random bits). Processes and threads that begin together agree on one.

    Raises `Unavailable` when it can neither be read nor kept.
    """
    path = home / "development" / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            fresh = path.with_name(f".{name}.{new_token(8)}")  # of this call alone: a shared one could be rewritten
            fresh.write_text(DEVELOPMENT_PREFIX + new_token(32), "utf-8")
            fresh.chmod(0o600)
            try:
                os.link(fresh, path)  # whole or not at all, and the first one stays
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path.read_text("utf-8")
    except OSError as error:
        raise Unavailable(
            Fault(
                code="core.secrets.unavailable",
                ar="تعذر حفظ أسرار بيئة التطوير أو قراءتها",
                en="The secrets of this development installation can be neither kept nor read",
            )
        ) from error
