"""Rules of accounts, passwords, sessions and offices. Pure: values in, faults or values out."""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256

from specs.errors import Fault
from specs.schema.roles import ActorKind, Roles
from specs.schema.staff import Offices, Password, SessionRule

_USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")
ROLES_CLAUSE = "specs/roles.yaml"
ACCESS_CLAUSE = "specs/staff/access.yaml"
OFFICES_CLAUSE = "specs/staff/offices.yaml"


def normal_username(text: str) -> str:
    """The one spelling under which a name is stored and looked up."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def normal_password(text: str) -> str:
    """NFKC, so that two keyboards that compose differently give the same password (RFC 8265 §4 in spirit)."""
    return unicodedata.normalize("NFKC", text)


def username_faults(username: str) -> Iterator[Fault]:
    """For `normal_username` output."""
    if not _USERNAME.fullmatch(username):
        yield Fault(
            "staff.username.shape",
            "اسم المستخدم من 3 إلى 40 حرفاً لاتينياً صغيراً أو رقماً، ويبدأ بحرف",
            "A username is 3 to 40 lower-case Latin letters, digits, dots, hyphens; it begins with a letter",
            field="username",
            clause=ACCESS_CLAUSE,
        )


def password_faults(password: str, username: str, rules: Password) -> Iterator[Fault]:
    """Length in characters, and not the username; no composition rules (NIST SP 800-63B-4 §3.1.1)."""
    low, high = rules.minimum_characters, rules.maximum_characters
    if not low <= len(password) <= high:
        yield Fault(
            "staff.password.length",
            f"كلمة المرور من {low} إلى {high} حرفاً",
            f"A password has {low} to {high} characters",
            field="password",
            clause=ACCESS_CLAUSE,
        )
    if username and username in password.lower():
        yield Fault(
            "staff.password.username",
            "لا يجوز أن تحتوي كلمة المرور على اسم المستخدم",
            "The password must not contain the username",
            field="password",
            clause=ACCESS_CLAUSE,
        )


def role_faults(names: Collection[str], kind: ActorKind, roles: Roles) -> Iterator[Fault]:
    """Each role exists, may be held by this kind of actor, and they grant together nothing that is kept apart."""
    if not names:
        yield Fault(
            "staff.roles.none",
            "يلزم دور واحد على الأقل",
            "At least one role is needed",
            field="roles",
            clause=ROLES_CLAUSE,
        )
    for name in sorted(names):
        role = roles.roles.get(name)
        if role is None or kind not in role.held_by:
            yield Fault(
                "staff.roles.unknown",
                f"لا يوجد دور بهذا الاسم لهذا النوع من الحسابات: {name}",
                f"No such role for this kind of account: {name}",
                field="roles",
                clause=ROLES_CLAUSE,
            )
    if (both := roles.together(names)) is not None:
        one, other = (roles.actions[action].title for action in both)
        yield Fault(
            "staff.roles.apart",
            f"لا يجتمع لحساب واحد: {one.ar}، و{other.ar}",
            f"one account never holds both: {one.en}, and: {other.en}",
            field="roles",
            clause=ROLES_CLAUSE,
        )


def office_faults(
    code: str, kind: str, region: str | None, dates: tuple[date, date | None], offices: Offices
) -> Iterator[Fault]:
    """Shape of a register entry; dates: (valid_from, valid_to)."""
    if not re.fullmatch(offices.code.pattern, code):
        yield _office_fault("code", "رمز المكتب غير صالح", f"The office code does not match {offices.code.pattern}")
    if kind not in offices.kinds.names:
        known = ", ".join(offices.kinds.names)
        yield _office_fault("kind", "نوع المكتب غير معروف", f"The kind of office is not known; one of {known}")
    if region is not None and region not in offices.regions.names:
        yield _office_fault("region", "المنطقة غير معروفة (ISO 3166-2:LY)", "The region is no code of ISO 3166-2:LY")
    if dates[1] is not None and dates[1] < dates[0]:
        yield _office_fault("valid_to", "تاريخ النهاية قبل تاريخ البداية", "The office ends before it begins")


def authority_faults(authority: str | None, offices: Offices) -> Iterator[Fault]:
    """None is allowed: of some offices nobody has said whose they are."""
    if authority is not None and authority not in offices.authorities.names:
        known = ", ".join(offices.authorities.names)
        yield _office_fault(
            "authority", f"الجهة التابع لها غير معروفة؛ المتاح: {known}", f"The authority: one of {known}"
        )


def token_hash(token: str) -> str:
    """What is stored of a session or API token; 256 random bits need no slow hash."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_token(secret: bytes, session_token: str) -> str:
    """The form token of one session: HMAC-SHA256 under the service's session secret, hex."""
    return hmac.new(secret, b"issuance csrf 1\n" + token_hash(session_token).encode(), sha256).hexdigest()


def csrf_matches(secret: bytes, session_token: str, sent: str) -> bool:
    """In constant time."""
    return hmac.compare_digest(csrf_token(secret, session_token).encode(), sent.encode("utf-8", "surrogatepass"))


def session_live(expires_at: datetime, last_used_at: datetime, rules: SessionRule, now: datetime) -> bool:
    """Neither past its absolute end nor idle too long."""
    return now < expires_at and now - last_used_at < timedelta(minutes=rules.idle_minutes)


def _office_fault(field: str, ar: str, en: str) -> Fault:
    return Fault(f"staff.office.{field}", ar, en, field=field, clause=OFFICES_CLAUSE)
