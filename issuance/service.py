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
from keys import Keys, TrustStore, create_development_pki, open_keys, renew_crls, renew_signers
from specs.load import load
from specs.schema import Specification


@dataclass(frozen=True, slots=True)
class Service:
    """Everything a command needs that is not in its arguments. clock gives aware UTC moments."""

    settings: Settings
    db: Database
    keys: Keys
    spec: Specification
    trust: TrustStore
    clock: Callable[[], datetime]

    def close(self) -> None:
        self.db.close()


def trust_directory(home: Path) -> Path:
    """Where an installation keeps its own anchors and lists as files (`*.cer`, `*.crl`)."""
    return home / "trust"


def create_keys(settings: Settings, spec: Specification, now: datetime) -> bool:
    """Make the development PKI of this installation when it has none. True when it was made now."""
    if settings.keys_home.exists():
        return False
    create_development_pki(settings.keys_home, settings.passphrase().decode(), now, spec.pki_profiles)
    return True


def open_service(settings: Settings, now: Callable[[], datetime] = clock.now) -> Service:
    """Open database, keys and trust of an installation that exists. Raises `Unavailable`, `Invalid`."""
    spec = load(settings.specs)
    db = Database(settings.database)
    keys = open_keys(settings.keys_home, settings.passphrase().decode(), TableIntentLog(db), spec.pki_profiles)
    renew_crls(keys, settings.keys_home, now())
    if not settings.production:
        renew_signers(keys, settings.keys_home, settings.passphrase().decode(), now())
    trust = trust_directory(settings.home)
    keys.export_trust(trust)
    return Service(settings, db, keys, spec, TrustStore.from_directory(trust), now)
