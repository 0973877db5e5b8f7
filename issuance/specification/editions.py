"""Signed editions of the passport: signing one, keeping it in the database, having it as files beside the database.

The database is where a signed edition lives: every node has it, and backup covers it. The files in `<home>/editions`
are its working copy, since the specification is read from files, also by commands that open no database.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlmodel import select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.canonical import canonical
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import Database
from issuance.specification.manifest import CLAUSE, Origin, as_file, manifest_of, signature_faults
from issuance.specification.model import SpecificationEdition
from keys import TrustStore, prepare
from keys import issue as sign_now
from keys.record import RecordRequest
from specs.errors import Conflict, Fault, Invalid, NotFound, Unavailable
from specs.load import SHIPPED, SpecInvalid, load
from specs.schema import EDITION_FILES, Specification
from specs.schema.base import SpecFault
from specs.signed_editions import BELOW, MANIFEST, SignedEdition, directories, faults_of, read_signed

if TYPE_CHECKING:
    from issuance.core.settings import Settings
    from issuance.service import Service


def root_of(settings: Settings) -> Path:
    """The specification directory these settings name."""
    return settings.specs or SHIPPED


def files_of(settings: Settings, edition: str) -> dict[str, bytes]:
    """The files of an edition in force, signed here or come with the program. Raises `NotFound`."""
    for where in (settings.editions / edition, root_of(settings) / BELOW / edition):
        if where.is_dir():
            return {path.name: path.read_bytes() for path in sorted(where.glob("*.yaml"))}
    words = "لا توجد إصدارة بهذا الاسم", f"there is no edition {edition}"
    raise NotFound(Fault("specification.edition.unknown", *words, field="edition", clause=CLAUSE))


def sign_edition(service: Service, actor: Actor, edition: str, now: datetime) -> SpecificationEdition:
    """Sign an edition that came with the program, as it stands; from then on it never changes.

    Raises `NotAllowed`, `NotFound`, `Conflict` (signed already), `Invalid` (it has faults), `Unavailable` (no key).
    """
    policy.require(actor, "specification.sign")
    require_unsigned(service.db, edition)
    files = files_of(service.settings, edition)
    load(service.settings.specs, service.settings.editions)  # what is signed has no fault
    signed = signed_row(service, service.spec, edition, files, Origin(), actor, now)
    with unit_of_work(service.db, actor, "an edition is signed", now) as tx:
        keep(tx, signed)
    service.take_editions()
    return signed


def signed_row(
    service: Service,
    spec: Specification,
    edition: str,
    files: Mapping[str, bytes],
    origin: Origin,
    actor: Actor,
    at: datetime,
) -> SpecificationEdition:
    """Sign now (no transaction may be open); the row to keep. spec: one that holds `edition`."""
    manifest = manifest_of(spec.passport, edition, files, root_of(service.settings), origin, at)
    payload, now = canonical(manifest), service.clock()
    request = RecordRequest(f"edition:{edition}", payload, service.spec.pki_profiles)
    return SpecificationEdition(
        edition=edition,
        from_date=spec.passport.editions[edition].booklet.in_force.from_date,
        digest=manifest["digest"],
        manifest=payload.decode(),
        signature=sign_now(prepare(service.keys, request, now), now).artefact,
        files=json.dumps({name: content.decode() for name, content in files.items()}, ensure_ascii=False),
        draft_id=origin.draft,
        signed_by=actor.id,
        signed_at=at,
    )


def keep(tx: Tx, signed: SpecificationEdition) -> None:
    """Write a signed edition down, once. Raises `Conflict`."""
    if tx.read.get(SpecificationEdition, signed.edition) is not None:
        raise Conflict(_signed_already(signed.edition))
    tx.session.add(signed)
    tx.audit(
        "specification.sign",
        f"edition:{signed.edition}",
        {"digest": signed.digest, "from_date": signed.from_date.isoformat(), "draft": signed.draft_id},
    )


def require_unsigned(db: Database, edition: str) -> None:
    """Raises `Conflict`: an edition is signed once."""
    with db.reading() as read:
        if read.get(SpecificationEdition, edition) is not None:
            raise Conflict(_signed_already(edition))


def write_missing(db: Database, editions: Path) -> None:
    """Write the files of each signed edition that is not here yet: another node signed it, or the disk lost it."""
    with db.reading() as read:
        known = set(read.exec(select(SpecificationEdition.edition)))
        missing = sorted(known - {name for name, where in directories(editions) if (where / MANIFEST).exists()})
        rows = [row for edition in missing if (row := read.get(SpecificationEdition, edition)) is not None]
        for row in rows:
            _write(row, editions)


def restore(db: Database, editions: Path, edition: str) -> Path:
    """Write a signed edition again as it was signed, over whatever lies there. Raises `NotFound`, `Unavailable`."""
    with db.reading() as read:
        row = read.get(SpecificationEdition, edition)
        if row is None:
            words = "لم توقع هذه الإصدارة هنا", f"edition {edition} was not signed here"
            raise NotFound(Fault("specification.edition.unsigned", *words, field="edition", clause=CLAUSE))
        return _write(row, editions)


def require_whole(settings: Settings) -> tuple[SignedEdition, ...]:
    """Every signed edition that lies here. Raises `SpecInvalid` naming each file that is not what was signed."""
    found: list[SpecFault] = []
    held = []
    for edition, where in directories(settings.editions):
        signed = read_signed(edition, where)
        if isinstance(signed, SignedEdition):
            found.extend(faults_of(signed, root_of(settings)))
            held.append(signed)
        else:
            found.append(signed)
    if found:
        raise SpecInvalid(found)
    return tuple(held)


def require_signatures(settings: Settings, spec: Specification, trust: TrustStore) -> None:
    """Every signed edition that lies here was signed by this house. Raises `Invalid`."""
    wrong = [fault for held in require_whole(settings) for fault in signature_faults(held, trust, spec.pki_profiles)]
    if wrong:
        raise Invalid(*wrong)


def _write(row: SpecificationEdition, editions: Path) -> Path:
    """All files or none: they come into being beside, and take the place in one step."""
    target = editions / row.edition
    try:
        editions.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=editions, prefix=".new-"))
        try:
            for name, text in json.loads(row.files).items():
                (fresh / name).write_text(text, "utf-8")
            (fresh / MANIFEST).write_bytes(as_file(json.loads(row.manifest), row.signature))
            fresh.chmod(0o755)
            if target.exists():
                old = Path(tempfile.mkdtemp(dir=editions, prefix=".old-")) / row.edition
                target.rename(old)
                shutil.rmtree(old.parent, ignore_errors=True)
            try:
                fresh.rename(target)
            except OSError:
                if not (target / MANIFEST).exists():  # else another process wrote the same meanwhile
                    raise
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        words = "تعذرت كتابة ملفات الإصدارة", f"the files of the edition cannot be written: {error.strerror}"
        raise Unavailable(
            Fault("specification.edition.write", *words, field=str(target), clause="docs/editions.md")
        ) from error
    return target


def _signed_already(edition: str) -> Fault:
    return Fault(
        "specification.edition.signed",
        f"الإصدارة {edition} موقعة ولا تتغير؛ أعد إصدارة جديدة",
        f"edition {edition} is signed and does not change: draft a new one",
        field="edition",
        clause=CLAUSE,
    )


PARTS = tuple(f"{part}.yaml" for part in EDITION_FILES)
"""The files every edition has."""
