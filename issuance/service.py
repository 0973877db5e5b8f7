"""The composition root: settings -> one open service that commands and views receive. Knows no edge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from issuance.core import clock
from issuance.core.settings import Settings
from issuance.db.intents import TableIntentLog
from issuance.db.session import Database
from keys import Keys, TrustStore, create_pki, open_ring, renew_crls, renew_signers
from keys.open import take_in
from keys.stores import Store
from keys.stores.software import SoftwareStore
from keys.trust_archive import TrustArchive
from specs.errors import Fault, Unavailable
from specs.load import load
from specs.schema import Specification


@dataclass(slots=True)
class Service:
    """Everything a command needs that is not in its arguments. clock gives aware UTC moments.

    trust: own and imported, replaced as a whole when `renew` made something new or something was imported: ask for it
    each time, keep it nowhere. trust_head: which state of the archive it is.
    """

    settings: Settings
    db: Database
    store: Store
    keys: Keys
    spec: Specification
    trust: TrustStore
    trust_head: str
    clock: Callable[[], datetime]

    def renew(self) -> None:
        """Take in what another process made, and issue anew what is near its end: lists, and in development signers.

        Costs little when nothing is. Raises `Unavailable` when a root's key is out of its period or the store refuses.
        """
        now = self.clock()
        changed = take_in(self.keys, self.store)
        changed |= bool(renew_crls(self.keys, self.store, now))
        if not self.settings.production:
            changed |= bool(renew_signers(self.keys, self.store, now))
        if changed or TrustArchive(trust_directory(self.settings.home)).head != self.trust_head:
            self.publish_trust()

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

    token = Token(cryptoki(settings.pkcs11_module), settings.pkcs11_token, settings.pin())
    return Pkcs11Store(settings.keys_home, token)


def open_service(settings: Settings, now: Callable[[], datetime] = clock.now) -> Service:
    """Open database, keys and trust of an installation that exists. Raises `Unavailable`, `Invalid`."""
    spec = load(settings.specs)
    db = Database(settings.database)
    store = key_store(settings)
    try:
        keys = open_ring(store, TableIntentLog(db), spec.pki_profiles)
        service = Service(settings, db, store, keys, spec, *_exported(keys, settings, now()), now)
        service.renew()
    except BaseException:
        store.close()
        db.close()
        raise
    return service


def _exported(keys: Keys, settings: Settings, now: datetime) -> tuple[TrustStore, str]:
    """What this installation trusts, own and imported, and the state of its archive.

    The own part is written where verifiers look for it, and remembered by day: its files hold only the newest lists.
    """
    directory = trust_directory(settings.home)
    keys.export_trust(directory)
    archive = TrustArchive(directory)
    archive.keep_own(keys.trust(), now, "service")
    return archive.at(now), archive.head
