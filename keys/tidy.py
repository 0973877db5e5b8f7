"""Private keys that a killed process left without a certificate: told of, and destroyed when a person asks for it.

Touches no key that has a certificate in the store, and on a token no key that this store did not begin itself.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from keys.files import alone
from keys.stores import Store, files
from specs.errors import Fault

OLD_ENOUGH_SECONDS: Final = 3600.0
"""Younger ones may belong to a process that is still at it."""


def left_behind(store: Store, before: float) -> list[str]:
    """Key ids, and directories of half-made stores, last touched before this moment (seconds of the Unix epoch).

    Raises `Unavailable` when the disk cannot be read.
    """
    with files.written():
        ids = [key_id for key_id, touched in store.orphans().items() if touched < before]
        return ids + [path.name for path in _half_made(store.directory, before)]


def tidy(store: Store, before: float) -> list[str]:
    """Destroy what `left_behind` names; returns it. Raises `Unavailable` when disk or token refuses."""
    with files.written(), alone(store.directory):
        found = left_behind(store, before)
        for directory in _half_made(store.directory, before):
            beside = store.moved_to(directory)
            for key_id in {*files.key_ids(directory), *beside.orphans()}:
                beside.destroy(key_id)
            shutil.rmtree(directory)
        for key_id in set(found) & set(store.orphans()):
            store.destroy(key_id)
    return found


def told(names: list[str]) -> Fault:
    """What log, console and health say of these."""
    words = (
        "مفاتيح بلا شهادة تركها إنشاء لم يكتمل: issuance keys tidy",
        "private keys without a certificate, left by a creation that was cut off: `issuance keys tidy`",
    )
    return Fault("keys.left_behind", *words, field=", ".join(names)[:200], clause="docs/operation.md")


def _half_made(home: Path, before: float) -> list[Path]:
    """What a creation of the whole store left beside it."""
    beside = (path for path in home.parent.glob(f".{home.name}.making-*") if path.is_dir())
    return sorted(path for path in beside if max(p.stat().st_mtime for p in (path, *path.iterdir())) < before)
