"""What this installation tells other States: revocations, its CSCA master list, deviation lists, the PKD upload."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.uow import unit_of_work
from issuance.passports.lines import every_certificate
from issuance.service import Service
from keys import Keys, Purpose, issue, prepare
from keys.deviations import DEVIATIONS
from keys.lists.deviations import Description, Deviation, Documents
from keys.lists.pkd import pkd_ldif
from keys.lists.requests import DeviationListRequest, MasterListRequest, described
from keys.revocation import Revocation, revoke
from keys.x509 import read_certificate
from specs.errors import Fault, Invalid, NotFound

_OID_OF_NAME = {deviation.name: oid for oid, deviation in DEVIATIONS.items()}
_Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Documents(_Input):
    """signer: a key id of this installation. issued: first and last day."""

    document_type: str = ""
    signer: str | None = None
    issued: tuple[_Day, _Day] | None = None
    numbers: list[str] | None = None


class _Description(_Input):
    """deviation: name (`DGHashWrong`) or OID; about: data group, MRZ or certificate field, or an extension's OID."""

    deviation: str
    text: str = ""
    about: int | str | None = None


class _Entry(_Input):
    documents: _Documents
    descriptions: list[_Description]


class _File(_Input):
    deviations: list[_Entry]


def revoke_certificate(service: Service, actor: Actor, which: str, since: datetime | None = None) -> Revocation:
    """Revoke by key id or serial number, publish the list, trust it here at once; audited. Raises as `keys.revoke`."""
    policy.require(actor, "keys.manage")
    now = service.clock()
    known = (*service.keys.trust().certificates, *every_certificate(service))
    done = revoke(service.keys, service.store, which, now, since=since, known=known)
    with unit_of_work(service.db, actor, "revocation of a certificate", now) as tx:
        detail = {"root": done.root.value, "crl_number": done.crl.number, "late": done.late}
        tx.audit("keys.revoke", f"certificate:{done.certificate.sha256.hex()}", detail)
    service.publish_trust()
    service.renew()
    return done


def make_master_list(service: Service, actor: Actor, further: Iterable[bytes] = ()) -> bytes:
    """A signed CSCA master list: our own roots and links, and the foreign certificates we vouch for. Audited."""
    policy.require(actor, "keys.manage")
    now = service.clock()
    request = MasterListRequest(
        f"master-list:{now:%Y%m%dT%H%M%SZ}", [*own_authorities(service.keys), *further], service.spec.pki_profiles
    )
    artefact = issue(prepare(service.keys, request, now), now).artefact
    _audit(service, actor, "keys.master_list", request.reference, len(request.certificates))
    return artefact


def make_deviation_list(service: Service, actor: Actor, given: Any) -> bytes:
    """A signed deviation list of `{"deviations": [{"documents": {...}, "descriptions": [...]}]}`. Audited.

    Raises `Invalid` naming each wrong field, `NotFound` for a signer that is no key here.
    """
    policy.require(actor, "keys.manage")
    now = service.clock()
    entries = deviations_of(service.keys, given)
    request = DeviationListRequest(f"deviation-list:{now:%Y%m%dT%H%M%SZ}", entries, service.spec.pki_profiles)
    artefact = issue(prepare(service.keys, request, now), now).artefact
    _audit(service, actor, "keys.deviation_list", request.reference, len(entries))
    return artefact


def pkd_upload(service: Service, actor: Actor, master: Sequence[bytes], deviations: Sequence[bytes]) -> Iterator[bytes]:
    """The PKD upload as LDIF: document signers, the CSCA's revocation list, and these lists."""
    policy.require(actor, "keys.manage")
    keys = service.keys
    return pkd_ldif(
        service.spec.pki_profiles,
        signers=[s.certificate for s in keys.signers() if s.purpose is Purpose.document_signer],
        crls=[keys.crls[Purpose.csca]],
        master_lists=master,
        deviation_lists=deviations,
    )


def own_authorities(keys: Keys) -> list[bytes]:
    """Our CSCA roots and link certificates; other roots of this house are no CSCA."""
    roots = {read_certificate(s.certificate).subject_der for s in keys.signers() if s.purpose is Purpose.csca}
    held = (read_certificate(der) for der in keys.trust().certificates)
    return [c.der for c in held if c.basic_constraints[0] and {c.subject_der, c.issuer_der} & roots]


def deviations_of(keys: Keys, given: Any) -> list[Deviation]:
    """What such a JSON value says. Raises as `make_deviation_list`."""
    try:
        held = _File.model_validate(given)
    except ValidationError as error:
        raise Invalid(
            *(
                Fault(
                    "keys.deviation_list.input",
                    "قيمة خاطئة في وصف الانحرافات",
                    problem["msg"],
                    field=".".join(map(str, problem["loc"])),
                )
                for problem in error.errors()
            )
        ) from None
    return [
        Deviation(_documents(keys, entry.documents), tuple(_description(one) for one in entry.descriptions))
        for entry in held.deviations
    ]


def _documents(keys: Keys, given: _Documents) -> Documents:
    signer = None
    if given.signer is not None:
        found = next((s for s in keys.signers() if s.key_id == given.signer), None)
        if found is None:
            words = "لا مفتاح بهذا المعرف", f"there is no key {given.signer[:80]!r} here"
            raise NotFound(Fault("keys.deviation_list.signer", *words, field="signer"))
        certificate = read_certificate(found.certificate)
        signer = (certificate.issuer_der, certificate.serial)
    return Documents(
        document_type=given.document_type,
        issuer_and_serial=signer,
        issued=(_day(given.issued[0], time.min), _day(given.issued[1], time(23, 59, 59))) if given.issued else None,
        numbers=frozenset(given.numbers) if given.numbers is not None else None,
    )


def _day(text: str, at: time) -> datetime:
    try:
        return datetime.combine(datetime.strptime(text, "%Y-%m-%d"), at, UTC)
    except ValueError as error:
        words = "تاريخ غير صحيح", f"there is no such day: {text}"
        raise Invalid(Fault("keys.deviation_list.day", *words, field="issued")) from error


def _description(given: _Description) -> Description:
    about = given.about
    try:
        return described(_OID_OF_NAME.get(given.deviation, given.deviation), given.text, about)
    except ValueError as error:
        words = "معرف غير صحيح", f"this is no object identifier: {about}"
        raise Invalid(Fault("keys.deviation_list.about", *words, field="about")) from error


def _audit(service: Service, actor: Actor, action: str, reference: str, entries: int) -> None:
    with unit_of_work(service.db, actor, "publication of a list", service.clock()) as tx:
        tx.audit(action, reference, {"entries": entries})
