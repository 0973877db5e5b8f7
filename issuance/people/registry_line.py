"""The line to another body's civil registry, JSON over TLS (docs/civil-registry.md). Nothing is open while it is used.

One exchange a look-up, bounded in time and size, never repeated here: a person at a desk may press again. An answer of
another form is no answer: only the registry's own words, "no such record", mean that a number is nobody's. Logs hold
neither numbers nor answers.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from issuance.core.outside import NoAnswer, OutsideLine, json_object, tls
from issuance.core.settings import Settings
from issuance.db.session import Database
from issuance.people.registry import RegistryRecord
from issuance.people.registry_form import CLAUSE, read_record
from issuance.people.registry_kept import record_with
from specs.errors import Fault, Invalid, Unavailable
from specs.schema.civil_registry import CivilRegistryRules

NO_RECORD: Final = "no_record"
_ETAG = re.compile(r'(W/)?"[\x21\x23-\x7e]{0,90}"')


@dataclass(frozen=True, slots=True)
class WebRegistry:
    """url: https, or http on this machine outside production; context: whom to trust and who we are, None for http."""

    db: Database
    rules: CivilRegistryRules
    url: str
    token: str | None = field(default=None, repr=False)
    context: ssl.SSLContext | None = None

    def look_up(self, national_number: str, now: datetime) -> RegistryRecord | None:
        """Raises `Unavailable` (`people.registry.line`, `.answer`, `.credentials`)."""
        with self.db.reading() as read:
            kept = record_with(read, national_number)
        known = None if kept is None else kept.etag
        try:
            return self._read(national_number, kept, now, *self._asked(national_number, known))
        except NoAnswer as error:
            raise _unavailable(error.kind, error.why) from error

    def _read(
        self,
        national_number: str,
        kept: RegistryRecord | None,
        now: datetime,
        status: int,
        etag: str | None,
        content: bytes,
    ) -> RegistryRecord | None:
        known = None if kept is None else kept.etag
        if status == 304 and kept is not None and known is not None:
            return replace(kept, as_of=now)
        if status in (401, 403):
            raise _unavailable("credentials", f"status {status}")
        if status not in (200, 404):
            raise _unavailable("line", f"status {status}")
        said = json_object(content)
        if status == 404:
            if said.get("code") == NO_RECORD and said.get("national_number") == national_number:
                return None
            raise _unavailable("answer", "a 404 that does not say no_record")
        try:
            self._require_of_now(said, now)
            record = read_record(said, self.rules, now, etag)
        except Invalid as error:
            raise _unavailable("answer", ", ".join(sorted({f"{f.field}" for f in error.faults})[:5])) from error
        if record.national_number != national_number:
            raise _unavailable("answer", "the record of another number")
        return record

    def _asked(self, national_number: str, known: str | None) -> tuple[int, str | None, bytes]:
        """(status, ETag, content) of one exchange."""
        line = OutsideLine(
            self.url, self.rules.line.exchange_seconds, self.rules.line.answer_bytes, self.token, self.context
        )
        sent = {} if known is None else {"If-None-Match": known}
        status, headers, content = line.ask("GET", f"/records/{national_number}", sent)
        etag = headers.get("ETag")
        return status, etag if etag is not None and _ETAG.fullmatch(etag) else None, content

    def _require_of_now(self, said: dict[str, Any], now: datetime) -> None:
        """The answer is of no future time, and no old copy."""
        given = said.get("as_of")
        try:
            moment = datetime.fromisoformat(given) if isinstance(given, str) else None
            if moment is None or moment.tzinfo is None:
                raise ValueError("no moment")
            age = now - moment
        except (ValueError, OverflowError) as error:
            raise _unavailable("answer", "as_of") from error
        line = self.rules.line
        if not -timedelta(seconds=line.clock_skew_seconds) <= age <= timedelta(minutes=line.oldest_answer_minutes):
            raise _unavailable("answer", "as_of is not of now")


def web_registry(db: Database, settings: Settings, rules: CivilRegistryRules) -> WebRegistry:
    """The registry these settings name. Raises `Unavailable` when token or certificates cannot be read."""
    context = None
    try:
        if settings.civil_registry_url.startswith("https:"):
            context = tls(settings.civil_registry_ca, settings.civil_registry_certificate, settings.civil_registry_key)
        return WebRegistry(db, rules, settings.civil_registry_url, settings.civil_registry_token(), context)
    except (OSError, Invalid) as error:
        raise _unavailable("credentials", type(error).__name__) from error


def _unavailable(kind: str, why: str) -> Unavailable:
    ar = f"تعذر سؤال السجل المدني، ولا تصدر وثيقة دونه؛ أعد المحاولة ({why})"
    en = f"the civil registry did not answer as agreed, and no document is issued without it; try again ({why})"
    return Unavailable(Fault(f"people.registry.{kind}", ar, en, field="ISSUANCE_CIVIL_REGISTRY_URL", clause=CLAUSE))
