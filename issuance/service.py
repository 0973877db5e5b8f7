"""The composition root: settings -> one open service that commands and views receive. Knows no edge."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from issuance.core import clock
from issuance.core.settings import Settings
from issuance.db.intents import TableIntentLog
from issuance.db.session import Database
from issuance.specification import editions
from keys import Keys, TrustStore, create_pki, open_ring, renew_crls, renew_signers
from keys.admission import take_in
from keys.renewal import alarms
from keys.stores import Store
from keys.stores.software import SoftwareStore
from keys.tidy import OLD_ENOUGH_SECONDS, left_behind, told
from keys.trust_archive import TrustArchive
from specs.errors import Fault, Invalid, Unavailable
from specs.load import load
from specs.schema import Specification

if TYPE_CHECKING:
    from keys.timestamp_outside import OutsideAuthority


@dataclass(slots=True)
class Service:
    """Everything a command needs that is not in its arguments. clock gives aware UTC moments.

    trust: own and imported, replaced as a whole when `renew` made something new or something was imported: ask for it
    each time, keep it nowhere. trust_head: which state of the archive it is. undone: why the last `renew` left work.
    signed_editions: those of the passport that `spec` holds.
    """

    settings: Settings
    db: Database
    store: Store
    keys: Keys
    spec: Specification
    trust: TrustStore
    trust_head: str
    clock: Callable[[], datetime]
    undone: tuple[Fault, ...] = ()
    signed_editions: frozenset[str] = frozenset()

    def renew(self) -> None:
        """Take in what another process made, and issue anew what is near its end: lists, and in development signers.

        Costs little when nothing is. What cannot be done is told as an alarm until it can: with an old list this
        service still verifies and signs. Raises `Unavailable` when the trust cannot be written.
        """
        now = self.clock()
        known = self.keys.crls, len(self.keys.signers())
        work: list[Callable[[], object]] = [
            lambda: take_in(self.keys, self.store),
            lambda: renew_crls(self.keys, self.store, now),
            lambda: editions.write_missing(self.db, self.settings.editions),
            self.take_editions,
        ]
        if not self.settings.production:
            work.append(lambda: renew_signers(self.keys, self.store, now))
        self.undone = tuple(dict.fromkeys(fault for task in work for fault in _faults_of(task)))
        with suppress(Unavailable):
            if names := left_behind(self.store, time.time() - OLD_ENOUGH_SECONDS):
                self.undone += (told(names),)
        changed = known != (self.keys.crls, len(self.keys.signers()))
        if changed or TrustArchive(trust_directory(self.settings.home)).head != self.trust_head:
            self.publish_trust()

    def take_editions(self) -> None:
        """Take in editions of the passport that were signed since, here or on another node.

        Raises `SpecInvalid` when a signed one is no longer what was signed, `Invalid` when this house did not sign it.
        """
        names = {held.edition for held in editions.require_whole(self.settings)}
        if names - self.signed_editions:
            editions.require_signatures(self.settings, self.spec, self.trust)
            held = load(self.settings.specs, self.settings.editions)
            self.spec = self.spec.model_copy(update={"passport": held.passport})
            self.signed_editions = frozenset(names)

    def alarms(self) -> list[Fault]:
        """What a person must see to: keys near their end, and what `renew` could not do. Raises `Unavailable`."""
        return [*(alarm.fault for alarm in alarms(self.keys, self.clock())), *self.undone]

    def publish_trust(self) -> None:
        """Write certificates and lists where our verifiers look, and trust them. Raises `Unavailable`."""
        self.trust, self.trust_head = _exported(self.keys, self.settings, self.clock())

    def close(self) -> None:
        self.store.close()
        self.db.close()


def trust_directory(home: Path) -> Path:
    """Where an installation keeps its own anchors and lists as files (`*.cer`, `*.crl`)."""
    return home / "trust"


def create_keys(settings: Settings, spec: Specification, now: datetime) -> bool:
    """Make the development PKI of an installation that never had keys. True when it was made now.

    Raises `Unavailable` in production, whose keys come from a ceremony, and where keys existed and are gone: a second
    PKI in silence would disown every document that was issued.
    """
    if settings.keys_home.exists() and any(settings.keys_home.iterdir()):
        return False
    if settings.production:
        raise Unavailable(
            Fault(
                code="service.keys.none",
                field="ISSUANCE_KEYS_DIRECTORY",
                clause="Doc 9303-12 §4",
                ar="لا توجد مفاتيح توقيع؛ ومفاتيح الإنتاج تُنشأ في مراسم لا هنا",
                en="there are no signing keys; keys for production are made in a ceremony, not here",
            )
        )
    if any(trust_directory(settings.home).glob("*.cer")):
        raise Unavailable(
            Fault(
                code="service.keys.lost",
                field="ISSUANCE_KEYS_DIRECTORY",
                clause="docs/operation.md",
                ar="كانت لهذه المنظومة مفاتيح ولم تعد موجودة؛ أعدها من النسخة الاحتياطية",
                en="this installation had keys and they are gone: restore them from the backup",
            )
        )
    store = key_store(settings)
    try:
        create_pki(store, now, spec.pki_profiles)
    finally:
        store.close()
    return True


def key_store(settings: Settings) -> Store:
    """Where these settings say the private keys live. Raises `Unavailable`, `Invalid`."""
    if settings.key_store == "software":
        return SoftwareStore(settings.keys_home, settings.passphrase().decode())
    from keys.stores.cryptoki import cryptoki
    from keys.stores.pkcs11 import Pkcs11Store
    from keys.stores.token import Token

    module = cryptoki(settings.pkcs11_module)
    if settings.production and module.software:
        words = (
            "SoftHSM للتطوير فقط، وليست وحدة مفاتيح حقيقية",
            "SoftHSM keeps keys in files: development, no real token",
        )
        raise Unavailable(
            Fault("service.keys.softhsm", *words, field="ISSUANCE_PKCS11_MODULE", clause="docs/operation.md")
        )
    token = Token(module, settings.pkcs11_token, settings.pin())
    return Pkcs11Store(settings.keys_home, token)


def open_service(settings: Settings, now: Callable[[], datetime] = clock.now) -> Service:
    """Open database, keys and trust of an installation that exists. Raises `Unavailable`, `Invalid`."""
    spec = load(settings.specs, settings.editions)
    db = Database(settings.database)
    store = key_store(settings)
    try:
        keys = open_ring(store, TableIntentLog(db), spec.pki_profiles)
        keys.outside = _outside_authority(settings, spec)
        service = Service(settings, db, store, keys, spec, *_exported(keys, settings, now()), now)
        editions.write_missing(db, settings.editions)
        service.take_editions()
        service.renew()
    except BaseException:
        store.close()
        db.close()
        raise
    return service


def _outside_authority(settings: Settings, spec: Specification) -> OutsideAuthority | None:
    """Whom to ask for time stamps instead of our own authority. Raises `Invalid` for what cannot be trusted."""
    if not settings.tsa_url or settings.tsa_trust is None:
        return None
    from keys.timestamp_outside import OutsideAuthority

    trust = TrustStore.from_directory(settings.tsa_trust)
    return OutsideAuthority(settings.tsa_url, trust, spec.pki_profiles.time_stamp)


def _faults_of(task: Callable[[], object]) -> tuple[Fault, ...]:
    try:
        task()
    except (Unavailable, Invalid) as error:
        return error.faults
    return ()


def _exported(keys: Keys, settings: Settings, now: datetime) -> tuple[TrustStore, str]:
    """What this installation trusts, own and imported, and the state of its archive.

    The own part is written where verifiers look for it, and remembered by day: its files hold only the newest lists.
    """
    directory = trust_directory(settings.home)
    keys.export_trust(directory)
    archive = TrustArchive(directory, keys.pki.names)
    archive.keep_own(keys.trust(), now, "service")
    return archive.at(now), archive.head
