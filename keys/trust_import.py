"""Files into an archive of trust: recognise them, judge the signed ones first, then make all that holds one snapshot.

Who vouches for what: a certificate or anchor file is believed because an officer chose it; a master list because its
signature holds and its signer's CSCA was trusted before, or is named as `anchors` now (never because it lies beside the
list); an LDIF carries signers, revocation lists and signed lists, no authority. A list is taken whole or not at all.
What an officer withdrew comes back by a file of its own only, never with a list or an LDIF. No file at all brings an
authority of our own State: the key ring's own export alone vouches for those.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from keys import algorithms
from keys.algorithms import Unsupported
from keys.chain.authority import may_list, paths_within
from keys.crl import read_crl
from keys.der import DerError
from keys.lists.deviation_list import verify_deviation_list
from keys.lists.master_list import certificates_of, verify_master_list
from keys.our_country import speaks_for_us
from keys.trust import TrustStore
from keys.trust_archive import TrustArchive, Writer
from keys.trust_files import Found, Unrecognised, contents, files_under
from keys.trust_snapshots import Item, Kind, Snapshot, Source
from keys.verdict import Check, Verdict
from keys.x509 import read_certificate
from specs.errors import Fault
from specs.schema.pki import Pki

_BY_OFFICER: Final = "chosen by the officer"
_ON_SCHEDULE: Final = "found on the schedule, chosen by nobody"
_AS_ANCHOR: Final = "anchor named by the officer"
_CLAUSE: Final = "docs/trust.md"
_LISTS: Final = "Doc 9303-12 §8"


@dataclass(slots=True)
class ImportReport:
    """What came of an import. snapshot None: nothing was new; known: things that were there before.

    lists: name and verdict of each signed list; refused: every file or part that was not taken in.
    """

    snapshot: Snapshot | None = None
    known: int = 0
    lists: list[tuple[str, Verdict]] = field(default_factory=list)
    refused: list[Fault] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """`{"snapshot", "added": {kind: n}, "known", "lists": [...], "refused": [...]}`."""
        added = [item.kind for item in self.snapshot.items] if self.snapshot else []
        return {
            "snapshot": {"number": self.snapshot.number, "at": self.snapshot.at.isoformat()} if self.snapshot else None,
            "added": {kind: added.count(kind) for kind in dict.fromkeys(added)},
            "known": self.known,
            "lists": [
                {
                    "file": name,
                    "accepted": acceptable(verdict),
                    "country": verdict.facts.get("country"),
                    "signed_at": verdict.facts.get("signed_at"),
                    "certificates": verdict.facts.get("certificates"),
                    "findings": [
                        {"id": c.id, "result": c.result, "en": c.reason, "ar": c.reason_ar}
                        for c in verdict.checks
                        if c.result != "pass"
                    ],
                }
                for name, verdict in self.lists
            ],
            "refused": [
                {"file": f.field, "code": f.code, "ar": f.ar, "en": f.en, "clause": f.clause} for f in self.refused
            ],
        }


def acceptable(verdict: Verdict) -> bool:
    """Whether a list may be believed: nothing fails, its path ends at an anchor, and nothing but revocation is open."""
    anchored = any(check.id == "chain.issuer" and check.result == "pass" for check in verdict.checks)
    about_revocation = ("chain.revocation", "chain.crl")
    return anchored and all(
        check.result in ("pass", "warning") or (check.result == "unknown" and check.id.startswith(about_revocation))
        for check in verdict.checks
    )


def import_trust(
    archive: TrustArchive,
    paths: Iterable[Path],
    anchors: Iterable[Path],
    at: datetime,
    by: str,
    pki: Pki,
    *,
    chosen: bool = True,
) -> ImportReport:
    """Bring files and directories into the archive as one snapshot of the moment `at`, or none when nothing is new.

    anchors: files of certificates that signed lists may lead to. chosen: an officer chose the files; False: nobody did,
    and they vouch for no more than a directory does: no authority comes of a file of its own. Raises `Unavailable` when
    the disk refuses; then, as after any interruption, the state before stands. Every file refused is in the report.
    """
    with archive.writing() as writer:
        work = _Import(writer, archive.at(at), at, pki, chosen=chosen)
        for path in files_under(anchors, work.report.refused):
            work.read(path, _AS_ANCHOR)
        work.settle_anchors()
        for path in files_under(paths, work.report.refused):
            work.read(path, _BY_OFFICER if chosen else _ON_SCHEDULE)
        work.settle_lists()
        work.settle_crls()
        work.report.snapshot = writer.commit(work.items, work.sources, at, by)
        read = len({(item.sha256, item.kind) for item in work.items})
        work.report.known = read - (len(work.report.snapshot.items) if work.report.snapshot else 0)
        return work.report


class _Import:
    """One import on its way: objects lie in the archive already, and nothing trusts them yet."""

    def __init__(self, writer: Writer, trust: TrustStore, at: datetime, pki: Pki, *, chosen: bool) -> None:
        self.chosen = chosen
        self.writer = writer
        self.trust = trust
        self.at = at
        self.pki = pki
        self.report = ImportReport()
        self.items: list[Item] = []
        self.sources: list[Source] = []
        self._withdrawn = writer.archive.withdrawn()
        self._own = writer.archive.own()
        self._lists: list[tuple[str, Found, int]] = []
        self._crls: list[tuple[str, str, int]] = []

    def read(self, path: Path, vouched: str) -> None:
        """Everything in one file; what is signed or signs for others waits for its judgement."""
        source = len(self.sources)
        before = len(self.items), len(self._lists), len(self._crls)
        digest = hashlib.sha256()
        try:
            for found in contents(path, self.pki, digest):
                if isinstance(found, Unrecognised):
                    self._refuse(path.name, "unrecognised", "محتوى غير معروف", f"{found.where} {found.reason}".strip())
                else:
                    self._sort(found if self.chosen else replace(found, from_directory=True), source, path.name)
        except (OSError, DerError) as error:
            del self.items[before[0] :], self._lists[before[1] :], self._crls[before[2] :]
            self._refuse(path.name, "unreadable", "تعذّرت قراءة الملف", f"it cannot be read: {error}")
            return
        self.sources.append(Source(path.name, digest.hexdigest(), vouched))

    def _sort(self, found: Found, source: int, name: str) -> None:
        if found.from_directory and self._was_withdrawn(found.der, f"{name} {found.where}"):
            return
        if found.kind == "certificate":
            authority = read_certificate(found.der).basic_constraints[0]
            if authority and found.from_directory:
                reason = f"{found.where}: a directory vouches for no authority"
                self._refuse(name, "authority", "الدليل لا يضمن سلطة تصديق", reason)
                return
            if not authority:
                self._take(found.der, "certificate", source)
            elif not self._is_ours(found.der, name):
                self._take(found.der, "authority", source)
        elif found.kind == "crl":
            self._crls.append((f"{name} {found.where}".strip(), self.writer.keep(found.der), source))
        else:
            held = Found(found.kind, b"", found.where, found.from_directory, self.writer.keep(found.der))
            self._lists.append((f"{name} {found.where}".strip(), held, source))

    def settle_anchors(self) -> None:
        """From here on the anchors named count as trusted, and nothing else that was read."""
        self.trust = self._with(item.sha256 for item in self.items if item.kind == "authority")

    def settle_lists(self) -> None:
        """Judge the lists, again as long as one that was taken in may anchor another."""
        waiting = self._lists
        while waiting:
            left = []
            judged = []
            for name, found, source in waiting:
                verdict = self._verdict(found)
                judged.append((name, verdict))
                if acceptable(verdict):
                    self._take_list(name, found, source)
                else:
                    left.append((name, found, source))
            if len(left) == len(waiting):
                self.report.lists += judged
                for name, verdict in judged:
                    ar, en = _why(verdict)
                    self._refuse(name, "list", f"القائمة مرفوضة كلها: {ar}", f"the list is refused whole: {en}", _LISTS)
                return
            self.report.lists += [one for one in judged if acceptable(one[1])]
            waiting = left

    def settle_crls(self) -> None:
        """A revocation list whose issuer is known must be the issuer's; of an unknown issuer it waits for its time."""
        self.trust = self._with(item.sha256 for item in self.items if item.kind == "authority")
        for name, sha256, source in self._crls:
            if self._forged(self.writer.archive.read(sha256)):
                reason = "no key of its issuer made its signature"
                self._refuse(name, "crl", "قائمة الإبطال لم يوقعها مُصدرها", reason)
            else:
                self.items.append(Item(sha256, "crl", source))

    def _verdict(self, found: Found) -> Verdict:
        verify = verify_master_list if found.kind == "master_list" else verify_deviation_list
        return verify(self.writer.archive.read(found.sha256), self.trust, self.at, self.pki)

    def _take_list(self, name: str, found: Found, source: int) -> None:
        kind: Kind = "master_list" if found.kind == "master_list" else "deviation_list"
        self.items.append(Item(found.sha256, kind, source))
        if kind == "deviation_list":
            return
        taken = []
        for index, der in enumerate(certificates_of(self.writer.archive.read(found.sha256), self.pki)):
            try:
                read_certificate(der)
            except (DerError, Unsupported) as error:
                reason = f"certificate {index} of the list cannot be read: {error}"
                self._refuse(name, "list_certificate", "شهادة في القائمة لا تُقرأ", reason)
                continue
            where = f"{name}: certificate {index} of the list"
            if self._was_withdrawn(der, where) or self._is_ours(der, where):
                continue
            taken.append(self._take(der, "authority", source))
        self.trust = self._with(taken)

    def _was_withdrawn(self, der: bytes, where: str) -> bool:
        name = hashlib.sha256(der).hexdigest()
        if name not in self._withdrawn:
            return False
        reason = f"{name} was withdrawn here; only a file of its own brings it back"
        self._refuse(where, "withdrawn", "سُحبت الثقة منها هنا، ولا تعود إلا بملف خاص بها", reason)
        return True

    def _is_ours(self, der: bytes, where: str) -> bool:
        """Whether it speaks for our State; named as a finding, unless it is the very one our key ring exported."""
        if not speaks_for_us(der, self.writer.archive.names):
            return False
        name = hashlib.sha256(der).hexdigest()
        if name not in self._own:
            reason = f"{name} speaks for our own State; only the key ring's own export vouches for that"
            self._refuse(where, "our_country", "سلطة باسم دولتنا لا يضمنها إلا مخزن مفاتيحنا نفسه", reason)
        return True

    def _take(self, der: bytes, kind: Kind, source: int) -> str:
        self.items.append(Item(self.writer.keep(der), kind, source))
        return self.items[-1].sha256

    def _with(self, authorities: Iterable[str]) -> TrustStore:
        held = dict.fromkeys(self.trust.authorities)
        held.update(dict.fromkeys(self.writer.archive.read(name) for name in authorities))
        return TrustStore(self.trust.certificates, self.trust.crls, tuple(held), self.trust.deviation_lists)

    def _forged(self, der: bytes) -> bool:
        crl = read_crl(der)
        issuers = [
            c for c in self.trust.named(crl.issuer_der) if may_list(c) and self.trust.remembered(paths_within, c.der)
        ]
        key = crl.authority_key_identifier
        meant = [c for c in issuers if key is None or c.subject_key_identifier in (None, key)]
        try:
            return bool(meant) and not any(
                algorithms.holds(c.public_key, crl.algorithm, crl.signature, crl.tbs) for c in meant
            )
        except Unsupported:
            return False

    def _refuse(self, name: str, code: str, ar: str, en: str, clause: str = _CLAUSE) -> None:
        found = Fault(f"trust.import.{code}", f"{name}: {ar}", f"{name}: {en}", field=name, clause=clause)
        self.report.refused.append(found)


def _why(verdict: Verdict) -> tuple[str, str]:
    """The reasons in Arabic and English."""
    found: Sequence[Check] = [c for c in verdict.checks if c.result == "fail"]
    if not found and any(c.id == "chain.issuer" and c.result == "unknown" for c in verdict.checks):
        return (
            "السلطة التي أصدرت شهادة موقّعها غير موثوقة هنا؛ احصل عليها بطريق آخر وسمّها بالخيار --anchor",
            "the CSCA of its signer is not trusted here; get it by another way and name it with --anchor",
        )
    told = found[:3] or [c for c in verdict.checks if c.result == "unknown"]
    return "؛ ".join(c.reason_ar for c in told), "; ".join(c.reason for c in told)
