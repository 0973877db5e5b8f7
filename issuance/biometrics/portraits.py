"""An officer takes a portrait for an application: what it does not keep of the recommended limits is said and kept."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, select

from issuance.biometrics.facts import AcceptedPortrait
from issuance.biometrics.model import BiometricPortrait
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.uow import Tx
from issuance.db.session import ReadSession
from issuance.mrtd.portrait import Assessment, assess
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


def accept_portrait(tx: Tx, application_id: str, digest: str, codes: Sequence[str], words: str) -> None:
    """Take the picture of that digest (SHA-256, hex) although it has these warnings; words: why. The newest counts.

    Raises `NotAllowed`, `Invalid` without words: nobody passes over a warning unseen.
    """
    policy.require(tx.actor, "biometrics.capture")
    if not (said := words.strip()):
        ar, en = "اذكر لماذا تُقبل الصورة", "say why the portrait is taken"
        raise Invalid(Fault("biometrics.portrait.words", ar, en, field="words", clause="portrait.yaml"))
    row = BiometricPortrait(
        application_id=application_id,
        digest=digest,
        warnings=list(codes),
        words=said,
        accepted_by=tx.actor.id,
        at=tx.now,
    )
    tx.session.add(row)
    tx.audit("biometrics.portrait", f"application:{application_id}", {"portrait": digest, "warnings": row.warnings})


def accepted_portrait(read: ReadSession, application_id: str) -> AcceptedPortrait | None:
    """The newest portrait that was accepted for an application, or None."""
    query = select(BiometricPortrait).where(BiometricPortrait.application_id == application_id)
    row = read.exec(query.order_by(col(BiometricPortrait.id).desc()).limit(1)).first()
    return None if row is None else _read(row)


def _read(row: BiometricPortrait) -> AcceptedPortrait:
    return AcceptedPortrait(
        row.application_id, row.digest, tuple(row.warnings), row.words or "", row.accepted_by, row.at
    )
