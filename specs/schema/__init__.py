"""The specification as typed values: `Specification` is the whole, one attribute a file.

Each area's models stand in a module of their own; `FILES` and `EDITION_FILES` say which file each one reads.
"""

from __future__ import annotations

from datetime import date, timedelta

from pydantic import BaseModel

from specs.schema.acceptance import Acceptance
from specs.schema.afis import AfisRules
from specs.schema.anomalies import PassportAnomalies
from specs.schema.base import Part
from specs.schema.bid import Bid
from specs.schema.biometrics import FingerprintRules
from specs.schema.book import Book
from specs.schema.border import Inspection
from specs.schema.border_inspections import BorderInspections
from specs.schema.bundle import BorderBundle
from specs.schema.cases import Register
from specs.schema.ceremonies import Ceremony
from specs.schema.certificate import CertificateSpec
from specs.schema.certificate_requests import CertificateRequests
from specs.schema.certificate_status import CertificateStatus
from specs.schema.chip import Chip, ChipReading
from specs.schema.chip_interface import ChipInterface
from specs.schema.civil_registry import CivilRegistryRules
from specs.schema.clocks import Clocks, Holidays
from specs.schema.conformance import Conformance
from specs.schema.data_page import DataPageSpec
from specs.schema.delivery import Delivery
from specs.schema.disclosure import Disclosure
from specs.schema.document_types import DocumentTypes
from specs.schema.durability import Durability
from specs.schema.events import Events
from specs.schema.evidence import EvidenceRules
from specs.schema.fees import Fees
from specs.schema.identity import Nationalities, NationalNumberRules
from specs.schema.labels import Labels
from specs.schema.lifecycle import Lifecycle, Offences
from specs.schema.materials import CoverDesign, Materials
from specs.schema.mrz import DocumentCodes, EditionMrz
from specs.schema.name_search import NameSearch
from specs.schema.page_plan import PagePlan
from specs.schema.page_reading import PageReadingRules
from specs.schema.passport import Booklet, Series, Validity
from specs.schema.passport_appointments import PassportAppointments
from specs.schema.passport_office import PassportOffice
from specs.schema.personalisation import Personalisation
from specs.schema.pki import Pki
from specs.schema.portrait import PortraitRules
from specs.schema.production import Production
from specs.schema.reading import Purposes, Reading
from specs.schema.roles import Roles
from specs.schema.rotation import Rotation
from specs.schema.seal import SealSpec
from specs.schema.security import Security
from specs.schema.staff import Access, Offices
from specs.schema.statistics import StatisticsRules
from specs.schema.stock import StockRules
from specs.schema.text import ArabicToMrz, LatinSpellings, LatinToMrz, Mrz, Names, States
from specs.schema.tolerances import Tolerances
from specs.schema.travel_seal import TravelSealSpec
from specs.schema.trust_import import TrustImport


class PassportEdition(Part):
    """One edition of the ordinary passport, complete, in the order of the book."""

    edition: str
    document_types: DocumentTypes
    booklet: Booklet
    materials: Materials
    cover: CoverDesign
    page_plan: PagePlan
    durability: Durability
    security: Security
    series: Series
    validity: Validity
    data_page: DataPageSpec
    mrz: EditionMrz
    portrait: PortraitRules
    fingerprints: FingerprintRules
    chip: Chip
    chip_interface: ChipInterface
    personalisation: Personalisation
    delivery: Delivery
    acceptance: Acceptance
    bid: Bid


class PassportSpec(Part):
    """Every edition, and the document codes all editions choose from."""

    editions: dict[str, PassportEdition]
    afis: AfisRules
    document_codes: DocumentCodes
    book: Book
    conformance: Conformance
    production: Production
    seal: TravelSealSpec
    stock: StockRules
    office: PassportOffice
    anomalies: PassportAnomalies
    appointments: PassportAppointments
    registry: CivilRegistryRules

    def last_day(self, edition: str) -> date | None:
        """The last day on which `edition` may be issued: its own, else the eve of the next edition, None: open."""
        held = self.editions[edition].booklet.in_force
        later = [e.booklet.in_force.from_date for e in self.editions.values()]
        following = min((day for day in later if day > held.from_date), default=None)
        if held.until_date is not None or following is None:
            return held.until_date
        return following - timedelta(days=1)


class Specification(Part):
    """All that is normative. Attribute names are the file names, `/` written `_`."""

    def __hash__(self) -> int:
        """By identity: what is gathered from a specification may be remembered with it."""
        return id(self)

    passport: PassportSpec
    identity_national_number: NationalNumberRules
    text_arabic_to_mrz: ArabicToMrz
    text_latin_spellings: LatinSpellings
    text_latin_to_mrz: LatinToMrz
    text_mrz: Mrz
    text_name_search: NameSearch
    text_names: Names
    text_states: States
    labels: Labels
    identity_nationalities: Nationalities
    border_bundle: BorderBundle
    border_chip_reading: ChipReading
    border_inspection: Inspection
    border_inspections: BorderInspections
    border_reading: PageReadingRules
    cases_clocks: Clocks
    cases_holidays: Holidays
    cases_evidence: EvidenceRules
    cases_lifecycle: Lifecycle
    cases_offences: Offences
    cases_register: Register
    cases_reading: Reading
    purposes: Purposes
    cases_statistics: StatisticsRules
    certificate_certificate: CertificateSpec
    certificate_disclosure: Disclosure
    certificate_requests: CertificateRequests
    certificate_seal: SealSpec
    certificate_status: CertificateStatus
    pki_profiles: Pki
    pki_tolerances: Tolerances
    pki_rotation: Rotation
    pki_trust_import: TrustImport
    pki_ceremonies: dict[str, Ceremony]
    events: Events
    fees: Fees
    roles: Roles
    staff_access: Access
    staff_offices: Offices


FILES: dict[str, type[BaseModel]] = {
    "identity/national_number": NationalNumberRules,
    "passport/afis": AfisRules,
    "passport/book": Book,
    "passport/conformance": Conformance,
    "passport/document_codes": DocumentCodes,
    "passport/production": Production,
    "passport/seal": TravelSealSpec,
    "passport/stock": StockRules,
    "passport/office": PassportOffice,
    "passport/anomalies": PassportAnomalies,
    "passport/appointments": PassportAppointments,
    "passport/registry": CivilRegistryRules,
    "text/arabic_to_mrz": ArabicToMrz,
    "text/latin_spellings": LatinSpellings,
    "text/latin_to_mrz": LatinToMrz,
    "text/mrz": Mrz,
    "text/name_search": NameSearch,
    "text/names": Names,
    "text/states": States,
    "labels": Labels,
    "identity/nationalities": Nationalities,
    "border/bundle": BorderBundle,
    "border/chip_reading": ChipReading,
    "border/inspection": Inspection,
    "border/inspections": BorderInspections,
    "border/reading": PageReadingRules,
    "cases/clocks": Clocks,
    "cases/holidays": Holidays,
    "cases/evidence": EvidenceRules,
    "cases/lifecycle": Lifecycle,
    "cases/offences": Offences,
    "cases/register": Register,
    "cases/reading": Reading,
    "purposes": Purposes,
    "cases/statistics": StatisticsRules,
    "certificate/certificate": CertificateSpec,
    "certificate/disclosure": Disclosure,
    "certificate/requests": CertificateRequests,
    "certificate/seal": SealSpec,
    "certificate/status": CertificateStatus,
    "pki/profiles": Pki,
    "pki/tolerances": Tolerances,
    "pki/rotation": Rotation,
    "pki/trust_import": TrustImport,
    "events": Events,
    "fees": Fees,
    "roles": Roles,
    "staff/access": Access,
    "staff/offices": Offices,
}

EDITION_FILES: dict[str, type[BaseModel]] = {
    "document_types": DocumentTypes,
    "booklet": Booklet,
    "materials": Materials,
    "cover": CoverDesign,
    "page_plan": PagePlan,
    "durability": Durability,
    "security": Security,
    "series": Series,
    "validity": Validity,
    "data_page": DataPageSpec,
    "mrz": EditionMrz,
    "portrait": PortraitRules,
    "fingerprints": FingerprintRules,
    "chip": Chip,
    "chip_interface": ChipInterface,
    "personalisation": Personalisation,
    "delivery": Delivery,
    "acceptance": Acceptance,
    "bid": Bid,
}
