"""Imports into the trust of this installation and withdrawals from it, with a row of the audit trail for each."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from issuance.core.actor import Actor
from issuance.core.uow import unit_of_work
from issuance.service import Service, trust_directory
from keys.trust_archive import TrustArchive
from keys.trust_import import ImportReport, import_trust
from keys.trust_withdrawal import Withdrawal, withdraw


def import_into(
    service: Service, actor: Actor, paths: Iterable[Path], anchors: Iterable[Path], *, chosen: bool = True
) -> ImportReport:
    """One import, taken into use at once. The row is written after the snapshot stands, and names its hash.

    chosen: as in `keys.trust_import.import_trust`.

    Raises `Unavailable` when disk or database refuse.
    """
    now = service.clock()
    archive = TrustArchive(trust_directory(service.settings.home), service.spec.pki_profiles.names)
    report = import_trust(archive, paths, anchors, now, actor.id, service.spec.pki_profiles, chosen=chosen)
    with unit_of_work(service.db, actor, "import into trust", now) as tx:
        detail = {
            "snapshot_sha256": report.snapshot.sha256 if report.snapshot else "",
            "items": len(report.snapshot.items) if report.snapshot else 0,
            "refused": len(report.refused),
        }
        tx.audit("trust.imported", f"trust:{report.snapshot.number if report.snapshot else 'unchanged'}", detail)
    service.renew()
    return report


def withdraw_from(service: Service, actor: Actor, name: str, reason: str) -> Withdrawal:
    """One withdrawal, in force at once. Its row names the snapshot, which holds the reason: words may name a person.

    Raises what `keys.trust_withdrawal.withdraw` raises.
    """
    now = service.clock()
    archive = TrustArchive(trust_directory(service.settings.home), service.spec.pki_profiles.names)
    done = withdraw(archive, name, reason, now, actor.id, service.spec.pki_profiles)
    with unit_of_work(service.db, actor, "withdraw from trust", now) as tx:
        detail = {
            "snapshot_sha256": done.snapshot.sha256,
            "withdrawn_sha256": list(done.named),
            "with_it": len(done.with_it),
        }
        tx.audit("trust.withdrawn", f"trust:{done.snapshot.number}", detail)
    service.renew()
    return done
