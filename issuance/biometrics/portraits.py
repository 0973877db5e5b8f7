"""An officer takes a portrait for an application: what it does not keep of the recommended limits is said and kept."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlmodel import col, select

from issuance.biometrics.facts import AcceptedPortrait
from issuance.biometrics.model import BiometricPortrait
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.mrtd.portrait import Assessment, Portrait, assess
from issuance.service import Service
from specs.errors import Fault, Invalid
from specs.schema import Specification
from specs.schema.portrait import PortraitRules


def rules_of(spec: Specification) -> PortraitRules:
    """Of the newest edition: a picture is taken before it is known which book it is for."""
    return max(spec.passport.editions.values(), key=lambda held: held.booklet.in_force.from_date).portrait


def feedback(service: Service, actor: Actor, picture: bytes) -> Assessment:
    """Judge a picture while the applicant still stands there; nothing is kept. Raises `NotAllowed`."""
    policy.require(actor, "biometrics.capture")
    return assess(picture, rules_of(service.spec))


def accept_portrait(
    service: Service, actor: Actor, application_id: str, portrait: Portrait, words: str, now: datetime
) -> AcceptedPortrait:
    """Take `portrait`; the newest counts. words: why it is taken although it has warnings, else empty.

    Raises `NotAllowed`, `Invalid` for warnings without words: nobody passes over them unseen.
    """
    policy.require(actor, "biometrics.capture")
    codes = [fault.code for fault in portrait.warnings]
    if codes and not words.strip():
        said = "، ".join(fault.ar for fault in portrait.warnings), "; ".join(fault.en for fault in portrait.warnings)
        raise Invalid(
            Fault(
                code="biometrics.portrait.words",
                field="words",
                clause="portrait.yaml",
                ar=f"اذكر لماذا تُقبل الصورة مع: {said[0]}",
                en=f"say why the portrait is taken with: {said[1]}",
            )
        )
    with unit_of_work(service.db, actor, "portrait accepted", now) as tx:
        row = BiometricPortrait(
            application_id=application_id,
            digest=sha256(portrait.image).hexdigest(),
            warnings=codes,
            words=words.strip() or None,
            accepted_by=actor.id,
            at=now,
        )
        tx.session.add(row)
        detail = {"portrait": row.digest, "warnings": codes}
        tx.audit("biometrics.portrait", f"application:{application_id}", detail)
        return _read(row)


def accepted_portrait(read: ReadSession, application_id: str) -> AcceptedPortrait | None:
    """The newest portrait that was accepted for an application, or None."""
    query = select(BiometricPortrait).where(BiometricPortrait.application_id == application_id)
    row = read.exec(query.order_by(col(BiometricPortrait.id).desc()).limit(1)).first()
    return None if row is None else _read(row)


def _read(row: BiometricPortrait) -> AcceptedPortrait:
    return AcceptedPortrait(row.application_id, row.digest, tuple(row.warnings), row.words, row.accepted_by, row.at)
