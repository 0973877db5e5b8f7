"""The moment and the trust a console command judges by. Raises typed errors; the commands say them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from specs.errors import Fault, Invalid, IssuanceError

if TYPE_CHECKING:
    from issuance.border.bundle.opening import BundleKnowledge
    from issuance.db.session import Database
    from keys.trust import TrustStore

_FIRST_YEAR, _LAST_YEAR = 1950, 2150


def moment_of(at: str | None) -> datetime:
    """The time to judge at, aware; a time without a zone is UTC, none at all is now. Raises `Invalid`, field `at`."""
    if at is None:
        from issuance.core import clock

        return clock.now()
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise Invalid(_time_fault("form", "اكتب الوقت بصيغة ISO 8601", f"not an ISO 8601 time: {at[:40]!r}")) from None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:  # beyond, the arithmetic of dates and time zones runs out
        years = f"{_FIRST_YEAR} - {_LAST_YEAR}"
        raise Invalid(_time_fault("range", f"السنة خارج {years}", f"the year lies outside {years}"))
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _time_fault(code: str, ar: str, en: str) -> Fault:
    return Fault(
        f"verify.time_{code}",
        f"{ar}، مثل 2026-11-22T09:30Z",
        f"{en}; write 2026-11-22T09:30Z",
        field="at",
        clause="ISO 8601-1 §5.4",
    )


def trust_of(paths: Sequence[Path] = (), *, at: datetime, own: bool = True, crls: Sequence[Path] = ()) -> TrustStore:
    """The trust of these files, folders and archives together, as it stood then. own: this installation's as well.

    crls: revocation lists alone. Raises `Invalid`, field `trust`, naming each that cannot be used.
    """
    from issuance.border.given_trust import trust_from
    from specs.load import load

    places = [Path(os.environ.get("ISSUANCE_HOME") or "var") / "trust", *paths] if own else paths
    try:
        return trust_from(places, at, load().pki_profiles, crls=crls)
    except IssuanceError as error:
        named = [replace(f, ar=f"{f.ar} ({f.field})", en=f"{f.en} ({f.field})", field="trust") for f in error.faults]
        raise Invalid(*named) from None


def register_here() -> Database | None:
    """The register of this machine's installation, for the status of a certificate; None where there is none.

    A file that is not there is not made: a verifier without an installation judges the document alone.
    """
    from issuance.core.settings import read_settings
    from issuance.db.session import Database

    try:
        settings = read_settings()
    except IssuanceError:
        return None
    if not settings.database_url and not (settings.home / "issuance.db").exists():
        return None
    return Database(settings.database)


def bundle_of(
    path: Path, trust: Sequence[Path], memory: Path | None, *, at: datetime, crls: Sequence[Path] = ()
) -> BundleKnowledge:
    """The bundle at `path`, judged by the trust named, else by what is remembered beside it, else by the trust of this
    installation where there is one. crls: further revocation lists. Raises as `BundleKnowledge.open`."""
    from issuance.border.bundle.opening import BundleKnowledge
    from specs.load import load

    kept = memory or path.with_name(f"{path.name}.memory")
    own = not trust and not kept.exists() and (Path(os.environ.get("ISSUANCE_HOME") or "var") / "trust").is_dir()
    trusted = trust_of(trust, at=at, own=own) if trust or own else None
    held = BundleKnowledge.open(path, trusted, load(), kept)
    more = trust_of((), at=at, own=False, crls=crls).crls
    return replace(held, trust=replace(held.trust, crls=(*held.trust.crls, *more))) if more else held
