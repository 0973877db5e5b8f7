"""What an installation decides: `ISSUANCE_*` environment variables, nothing else. Every fault at once.

Rules of documents and staff are no settings: they stand in `specs/`.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from issuance.core.secrets import DEVELOPMENT_PREFIX, development_secret
from keys.files import exposed
from specs.errors import Fault, Invalid

PREFIX = "ISSUANCE_"
CLAUSE = "issue 2 §7"
SECRET_MINIMUM_CHARACTERS = 32
# Read by the test suite, never by the service.
_FOR_TESTS = frozenset({"ISSUANCE_VECTORS", "ISSUANCE_REQUIRE_POSTGRESQL"})
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Settings(BaseModel):
    """The settings in force. Build with `read_settings`, which names every fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    environment: Literal["development", "production"] = "development"
    home: Path = Field(default=Path("var"), description="where keys, database, audit checkpoints and documents live")
    database_url: str = Field(default="", description="empty: SQLite in the home directory")
    specs: Path | None = Field(default=None, description="specification directory; absent: the one shipped")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    processes: int = Field(default=1, ge=1, le=64, description="how many processes serve")
    tls_certificate: Path | None = Field(default=None, description="PEM; absent: plain http, behind a proxy")
    tls_key: Path | None = Field(default=None, description="the key of that certificate: PEM")
    client_ca: Path | None = Field(default=None, description="who vouches for certificates of programs: PEM")
    client_certificates: Literal["optional", "required"] = Field(
        default="optional", description="whether a connection without a certificate is taken, where client_ca is set"
    )
    public_base_url: str = Field(default="", description="how citizens reach this service; empty: http://host:port")
    cookie_secure: bool | None = Field(default=None, description="absent: as public_base_url says")
    session_secret: SecretStr | None = None
    key_passphrase: SecretStr | None = None
    key_passphrase_file: Path | None = None
    keys_directory: Path | None = Field(default=None, description="absent: `keys` in the home directory")
    key_store: Literal["software", "pkcs11"] = Field(default="software", description="where private keys live")
    pkcs11_module: Path | None = Field(default=None, description="the token's library; absent, in development: SoftHSM")
    pkcs11_token: str = Field(default="issuance", description="label of the token")
    pkcs11_pin: SecretStr | None = None
    pkcs11_pin_file: Path | None = None
    tsa_url: str = Field(default="", description="an outside time-stamp authority (RFC 3161); empty: our own")
    tsa_trust: Path | None = Field(default=None, description="its certificates and revocation lists: a directory")
    trust_import: Path | None = Field(default=None, description="folder whose lists of other States are imported daily")
    trust_import_urls: str = Field(default="", description="addresses such lists are fetched from, blanks between them")
    sms_url: str = Field(default="", description="where messages to phones are posted (JSON); empty: they stay here")
    sms_token: SecretStr | None = Field(default=None, description="sent to it as a bearer token")

    duplicate_search: Literal["production", "always"] = Field(
        default="production", description="where applications for passports are searched for duplicates"
    )
    payment_url: str = Field(default="", description="an outside payment provider (JSON); empty: cash desks alone")
    payment_token: SecretStr | None = Field(default=None, description="shared with it: bearer token, key of callbacks")
    civil_registry_url: str = Field(default="", description="another body's civil registry (JSON); empty: our table")
    civil_registry_token_file: Path | None = Field(default=None, description="its bearer token, in a file")
    civil_registry_ca: Path | None = Field(default=None, description="who vouches for it: PEM; absent: the system")
    civil_registry_certificate: Path | None = Field(default=None, description="who we are to it: PEM")
    civil_registry_key: Path | None = Field(default=None, description="the key of that certificate: PEM")
    afis_url: str = Field(default="", description="another body's search for duplicates (JSON); empty: the stand-in")
    afis_token_file: Path | None = Field(default=None, description="its bearer token, in a file")
    afis_ca: Path | None = Field(default=None, description="who vouches for it: PEM; absent: the system")
    afis_certificate: Path | None = Field(default=None, description="who we are to it: PEM")
    afis_key: Path | None = Field(default=None, description="the key of that certificate: PEM")

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def searches_duplicates(self) -> bool:
        return self.production or self.duplicate_search == "always"

    @property
    def database(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{(self.home / 'issuance.db').absolute()}"

    @property
    def base_url(self) -> str:
        """Without a slash at its end."""
        scheme = "https" if self.tls_certificate is not None else "http"
        return (self.public_base_url or f"{scheme}://{self.host}:{self.port}").rstrip("/")

    @property
    def secure_cookies(self) -> bool:
        return self.base_url.startswith("https://") if self.cookie_secure is None else self.cookie_secure

    @property
    def keys_home(self) -> Path:
        return self.keys_directory or self.home / "keys"

    @property
    def checkpoints(self) -> Path:
        """The second place of the audit trail; in production put it on another disk (a mount or a link)."""
        return self.home / "audit" / "checkpoints.jsonl"

    @property
    def editions(self) -> Path:
        """Editions of the passport that were signed here, as files (docs/editions.md)."""
        return self.home / "editions"

    def session_key(self) -> bytes:
        """The secret under CSRF tokens; in development made and kept at first use."""
        if self.session_secret is not None:
            return self.session_secret.get_secret_value().encode()
        return development_secret(self.home, "session_secret").encode()

    def passphrase(self) -> bytes:
        """The passphrase of the key files; in development made and kept at first use. Raises `Invalid`."""
        if self.key_passphrase is not None:
            return self.key_passphrase.get_secret_value().encode()
        if self.key_passphrase_file is not None:
            return _secret_in(self.key_passphrase_file, "key_passphrase_file").encode()
        return development_secret(self.home, "key_passphrase").encode()

    def civil_registry_token(self) -> str | None:
        """The token of the civil registry, if it takes one. Raises `Invalid`."""
        path = self.civil_registry_token_file
        return None if path is None else _secret_in(path, "civil_registry_token_file")

    def afis_token(self) -> str | None:
        """As `civil_registry_token`."""
        path = self.afis_token_file
        return None if path is None else _secret_in(path, "afis_token_file")

    def pin(self) -> str:
        """The user PIN of the token. Raises `Invalid`."""
        if self.pkcs11_pin is not None:
            return self.pkcs11_pin.get_secret_value()
        if self.pkcs11_pin_file is not None:
            return _secret_in(self.pkcs11_pin_file, "pkcs11_pin_file")
        words = "رمز الدخول إلى وحدة المفاتيح مطلوب", "the token's PIN is needed: name it or its file"
        raise Invalid(_fault("secret_missing", "pkcs11_pin", *words))


def _outside_faults(s: Settings, name: str) -> Iterator[Fault]:
    """The line to another body's system: the settings `<name>_url`, `_token_file`, `_ca`, `_certificate`, `_key`."""
    from keys.timestamp_outside import is_authority_url  # loads TLS, which most commands never need

    url = getattr(s, f"{name}_url")
    token, ca, certificate, key = (getattr(s, f"{name}_{part}") for part in ("token_file", "ca", "certificate", "key"))
    plain = s.production and not url.startswith("https://")
    if plain or not is_authority_url(url) or urlsplit(url).query:
        words = "العنوان يبدأ بـ https", "not an https URL (http only on this machine, and not in production)"
        yield _fault("url", f"{name}_url", *words)
    for part, path in (("token_file", token), ("ca", ca), ("certificate", certificate), ("key", key)):
        if path is not None and not path.is_file():
            yield _fault("missing", f"{name}_{part}", "الملف غير موجود", "there is no such file")
    if (certificate is None) != (key is None):
        words = "الشهادة ومفتاحها معاً", "a certificate needs its key, and a key its certificate"
        yield _fault("pair", f"{name}_certificate", *words)
    if key is not None and key.is_file() and exposed(key):
        words = "ملف المفتاح مكشوف لمستخدمين آخرين", "other users can read this file; set its mode to 600"
        yield _fault("exposed", f"{name}_key", *words)
    if s.production and token is None and certificate is None:
        words = "يلزم رمز أو شهادة لسؤال هذا النظام", "this system is asked with a token or a certificate"
        yield _fault("secret_missing", f"{name}_token_file", *words)


def read_settings(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """The settings of `environment` (default: the process's), with `overrides` (console options) on top.

    Raises `Invalid` with one fault for each thing wrong: unknown names, wrong values, what production refuses.
    """
    given = os.environ if environment is None else environment
    named = {k: v for k, v in given.items() if k.startswith(PREFIX) and k not in _FOR_TESTS}
    known = {PREFIX + name.upper(): name for name in Settings.model_fields}
    found = [_unknown(name, known) for name in named if name not in known]
    values: dict[str, Any] = {known[k]: v for k, v in named.items() if k in known and v != ""}
    values |= {name: value for name, value in overrides.items() if value is not None}
    wrong: frozenset[str] = frozenset()
    try:
        settings = Settings(**values)
    except ValidationError as error:
        items = error.errors(include_url=False, include_input=False)
        wrong = frozenset(str(item["loc"][0]) for item in items)
        found.extend(_fault("type", str(item["loc"][0]), "قيمة غير صالحة", item["msg"]) for item in items)
        # the other values still get judged, with defaults in place of the wrong ones
        settings = Settings(**{name: value for name, value in values.items() if name not in wrong})
    found.extend(f for f in _faults(settings) if f.field not in {PREFIX + name.upper() for name in wrong})
    if found:
        raise Invalid(*found)
    return settings


def _faults(s: Settings) -> Iterator[Fault]:
    try:
        if make_url(s.database).get_backend_name() not in ("sqlite", "postgresql"):
            raise ArgumentError("other backend")
    except ArgumentError:
        yield _fault("url", "database_url", "عنوان قاعدة بيانات غير صالح", "not a sqlite:/// or postgresql:// URL")
    if s.public_base_url and not _is_base_url(s.public_base_url):
        yield _fault("url", "public_base_url", "عنوان غير صالح", "not an http(s) URL without query or fragment")
    if s.specs is not None and not s.specs.is_dir():
        yield _fault("missing", "specs", "المجلد غير موجود", "there is no such directory")
    if s.key_passphrase is not None and s.key_passphrase_file is not None:
        yield _fault("twice", "key_passphrase", "عبارة المرور مذكورة مرتين", "set the passphrase or its file, not both")
    if s.key_passphrase_file is not None and not s.key_passphrase_file.is_file():
        yield _unreadable("key_passphrase_file")
    if s.pkcs11_pin is not None and s.pkcs11_pin_file is not None:
        yield _fault("twice", "pkcs11_pin", "رمز الدخول مذكور مرتين", "set the PIN or its file, not both")
    if s.pkcs11_pin_file is not None and not s.pkcs11_pin_file.is_file():
        yield _unreadable("pkcs11_pin_file")
    if s.pkcs11_module is not None and not s.pkcs11_module.is_file():
        yield _fault("missing", "pkcs11_module", "المكتبة غير موجودة", "there is no such library")
    if s.key_store == "pkcs11" and s.pkcs11_pin is None and s.pkcs11_pin_file is None:
        words = "رمز الدخول إلى وحدة المفاتيح مطلوب", "the token's PIN is needed: name it or its file"
        yield _fault("secret_missing", "pkcs11_pin", *words)
    if s.tsa_url:
        yield from _authority_faults(s)
    yield from _fetch_faults(s)
    yield from _line_faults(s)
    yield from _tls_faults(s)
    if s.production:
        yield from _production_faults(s)


def _authority_faults(s: Settings) -> Iterator[Fault]:
    from keys.timestamp_outside import is_authority_url  # loads TLS, which most commands never need

    if not is_authority_url(s.tsa_url):
        yield _fault("url", "tsa_url", "العنوان يبدأ بـ https", "not an https URL (http only on this machine)")
    if s.tsa_trust is None or not s.tsa_trust.is_dir():
        words = "مجلد شهادات سلطة الوقت مطلوب", "name the directory of the authority's certificates"
        yield _fault("missing", "tsa_trust", *words)


def _fetch_faults(s: Settings) -> Iterator[Fault]:
    from keys.timestamp_outside import is_authority_url

    if any(not is_authority_url(url) for url in s.trust_import_urls.split()):
        words = "كل عنوان يبدأ بـ https", "each an https URL (http only on this machine)"
        yield _fault("url", "trust_import_urls", *words)


def _tls_faults(s: Settings) -> Iterator[Fault]:
    for name in ("tls_certificate", "tls_key", "client_ca"):
        path = getattr(s, name)
        if path is not None and not path.is_file():
            yield _fault("missing", name, "الملف غير موجود", "there is no such file")
    if (s.tls_certificate is None) != (s.tls_key is None):
        words = "الشهادة ومفتاحها معاً", "a certificate needs its key, and a key its certificate"
        yield _fault("pair", "tls_certificate", *words)
    if s.tls_key is not None and s.tls_key.is_file() and exposed(s.tls_key):
        words = "ملف المفتاح مكشوف لمستخدمين آخرين", "other users can read this file; set its mode to 600"
        yield _fault("exposed", "tls_key", *words)
    if s.client_ca is not None and s.tls_certificate is None:
        words = "شهادات الأنظمة تُطلب على https وحدها", "certificates of programs are asked for over TLS: name ours"
        yield _fault("pair", "client_ca", *words)
    if s.client_certificates == "required" and s.client_ca is None:
        words = "يلزم من يصدق شهادات الأنظمة", "name who vouches for the certificates of programs"
        yield _fault("missing", "client_ca", *words)


def _line_faults(s: Settings) -> Iterator[Fault]:
    for name in ("civil_registry", "afis"):
        if getattr(s, f"{name}_url"):
            yield from _outside_faults(s, name)
    if not s.sms_url and not s.payment_url:
        return
    from keys.timestamp_outside import is_authority_url  # loads TLS, which most commands never need

    for name in ("sms_url", "payment_url"):
        if getattr(s, name) and not is_authority_url(getattr(s, name)):
            yield _fault("url", name, "العنوان يبدأ بـ https", "not an https URL (http only on this machine)")
    if s.payment_url and (s.payment_token is None or len(s.payment_token.get_secret_value()) < 16):
        words = "سر مزود الدفع مطلوب (16 محرفاً على الأقل)", "the provider's secret is needed (16 characters or more)"
        yield _fault("secret_missing", "payment_token", *words)


def _production_faults(s: Settings) -> Iterator[Fault]:
    secret = s.session_secret.get_secret_value() if s.session_secret is not None else ""
    if not secret:
        yield _fault(
            "secret_missing", "session_secret", "سر الجلسات مطلوب في الإنتاج", "production needs its own secret"
        )
    elif _weak(secret):
        yield _fault(
            "secret_weak",
            "session_secret",
            "السر مولّد للتطوير أو قصير أو سهل التخمين",
            f"a generated development secret, or weak: use {SECRET_MINIMUM_CHARACTERS} random characters or more",
        )
    if s.key_store == "software" or any(s.keys_home.glob("*.key")):
        words = "مفاتيح التوقيع ملفات على هذا الجهاز، وهي للتطوير فقط", "signing keys are files here: development keys"
        yield _fault("development_keys", "key_store" if s.key_store == "software" else "keys_directory", *words)
    if s.key_store == "pkcs11" and s.pkcs11_module is None:
        words = "مكتبة وحدة المفاتيح مطلوبة في الإنتاج", "production names its token's library; none is guessed"
        yield _fault("module_missing", "pkcs11_module", *words)
    if not s.base_url.startswith("https://"):
        yield _fault(
            "plain_http", "public_base_url", "يجب أن يكون العنوان https", "production is reached by https only"
        )
    if not s.secure_cookies:
        yield _fault("plain_http", "cookie_secure", "يجب ألا ترسل الكعكات بلا تشفير", "cookies travel by https only")


def _weak(secret: str) -> bool:
    """Generated for development, short, or of few different characters."""
    return secret.startswith(DEVELOPMENT_PREFIX) or len(secret) < SECRET_MINIMUM_CHARACTERS or len(set(secret)) < 10


def _is_base_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
    except ValueError:
        return False


def _unknown(name: str, known: Mapping[str, str]) -> Fault:
    near = difflib.get_close_matches(name, known, n=1)
    en = "no setting has this name" + (f"; did you mean {near[0]}?" if near else "")
    ar = "لا يوجد إعداد بهذا الاسم" + (f"، لعل المقصود {near[0]}" if near else "")
    return Fault(code="core.settings.unknown", field=name, clause=CLAUSE, ar=ar, en=en)


def _secret_in(path: Path, name: str) -> str:
    """Raises `Invalid`, also when other users can read the file."""
    try:
        if exposed(path):
            words = "ملف السر مكشوف لمستخدمين آخرين", "other users can read this file; set its mode to 600"
            raise Invalid(_fault("exposed", name, *words))
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(_unreadable(name)) from error


def _unreadable(name: str) -> Fault:
    return _fault("missing", name, "تعذرت قراءة ملف السر", "the file of this secret cannot be read")


def _fault(kind: str, name: str, ar: str, en: str) -> Fault:
    return Fault(code=f"core.settings.{kind}", field=PREFIX + name.upper(), clause=CLAUSE, ar=ar, en=en)
