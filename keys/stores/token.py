"""A token behind a PKCS#11 module, and sessions on it: one session serves one thread at a time, keys looked up once.

A session that was lost, or a token that came back, is opened again at the next call. A call is repeated only when the
token said that it signed nothing. Knows no certificate.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import pkcs11
from pkcs11 import ObjectClass

from keys.stores.cryptoki import Cryptoki
from specs.errors import Fault, Invalid, Unavailable

T = TypeVar("T")
_Login = tuple[int, int]  # the module's epoch, and how many logins there were
_Seen = tuple[int, _Login]  # the module's epoch and the login when a call began
# The token refused before it computed anything: session, login or handle are gone.
_NOTHING_DONE: Final = (
    pkcs11.SessionHandleInvalid,
    pkcs11.SessionClosed,
    pkcs11.UserNotLoggedIn,
    pkcs11.ObjectHandleInvalid,
    pkcs11.KeyHandleInvalid,
    pkcs11.TokenNotPresent,
    pkcs11.NoSuchKey,
)
_PIN_REFUSED: Final = (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange, pkcs11.PinExpired, pkcs11.PinLocked)
_CLAUSE: Final = "PKCS#11 §5.6"


@dataclass(slots=True)
class Seat:
    """A session and the private keys looked up in it, by their CKA_ID. login: which login it belongs to."""

    session: Any
    login: _Login
    keys: dict[bytes, Any] = field(default_factory=dict)

    def private_key(self, key_id: bytes) -> Any:
        """Raises `pkcs11.NoSuchKey`."""
        key = self.keys.get(key_id)
        if key is None:
            key = self.keys[key_id] = self.session.get_key(object_class=ObjectClass.PRIVATE_KEY, id=key_id)
        return key

    def public_key(self, key_id: bytes) -> Any:
        """Raises `pkcs11.NoSuchKey`."""
        return self.session.get_key(object_class=ObjectClass.PUBLIC_KEY, id=key_id)


class Token:
    """The token of that label, logged in as its user. The PIN is never shown and never logged."""

    def __init__(self, module: Cryptoki, label: str, pin: str) -> None:
        self.label = label
        self.serial = ""  # which of several tokens of this label; empty: there is one
        self._module = module
        self._pin = pin
        self._pin_refused = False
        self._token: Any = None
        self._keeper: Any = None  # the session that logged in: the login lasts as long as it does
        self._login: _Login = (0, 0)
        self._free: deque[Seat] = deque()

    @property
    def software(self) -> bool:
        return self._module.software

    def call(self, work: Callable[[Seat], T]) -> T:
        """What `work` gives on a session of this thread alone; tried again when the token certainly did nothing.

        Raises `Unavailable` when the token stays away or fails, `Invalid` when it refuses the PIN.
        """
        for renew in (self._log_in_again, self._begin_anew, None):
            seen = self._module.epoch, self._login
            try:
                with self._module.at_work():
                    return self._on_a_seat(work)
            except (*_NOTHING_DONE, _NoSession) as error:
                if renew is None or (isinstance(error, pkcs11.NoSuchKey) and renew == self._begin_anew):
                    raise self._gone(error) from error
            except pkcs11.PKCS11Error as error:
                self._log_in_again(seen)  # whether it signed, nobody knows: the next call begins on a new session
                raise self._failed(error) from error
            renew(seen)
        raise AssertionError("the last try returns or raises")

    def writing(self, work: Callable[[Any], T]) -> T:
        """What `work` gives on a session that may write. Not tried twice. Raises `Unavailable`, `Invalid`."""
        self.call(lambda seat: seat.login)  # logged in, and reachable a moment ago
        try:
            with self._module.at_work():
                session = self._token.open(rw=True)
                try:
                    return work(session)
                finally:
                    session.close()
        except pkcs11.PKCS11Error as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """Close every idle session and log out."""
        with contextlib.suppress(pkcs11.PKCS11Error, Unavailable), self._module.at_work(), self._module.logging_in:
            while self._free:
                self._close(self._free.pop())
            keeper, self._keeper = self._keeper, None
            if keeper is not None and self._login[0] == self._module.epoch:
                keeper.close()

    def _on_a_seat(self, work: Callable[[Seat], T]) -> T:
        try:
            seat = self._seat()
        except _PIN_REFUSED as error:
            self._pin_refused = True  # a token locks itself after a few wrong ones
            raise _pin_refused() from error
        except pkcs11.PKCS11Error as error:
            raise _NoSession(type(error).__name__) from error
        result = work(seat)
        self._free.append(seat)
        return result

    def _seat(self) -> Seat:
        """A session of the login in force: an idle one, else a new one."""
        with contextlib.suppress(IndexError):
            while True:
                seat = self._free.pop()
                if seat.login == self._login and seat.login[0] == self._module.epoch:
                    return seat
                self._close(seat)
        with self._module.logging_in:
            if self._keeper is None or self._login[0] != self._module.epoch:
                if self._pin_refused:
                    raise _pin_refused()
                self._token = self._found()
                try:
                    self._keeper = self._token.open(user_pin=self._pin)
                except pkcs11.UserAlreadyLoggedIn:  # by another store of this process, or a session is still alive
                    self._keeper = self._token.open()
                self._login = self._module.epoch, self._login[1] + 1
            return Seat(self._token.open(), self._login)

    def _found(self) -> Any:
        """The token of this label, of several the one with our serial number. Raises `Unavailable`."""
        named = list(self._module.library.get_tokens(token_label=self.label))
        if not named:
            raise pkcs11.NoSuchToken
        ours = [token for token in named if bytes(token.serial).decode("ascii", "replace").strip() == self.serial]
        if len(named) == 1 or len(ours) == 1:
            return (ours or named)[0]
        words = "عدة وحدات مفاتيح بهذا الاسم", f"{len(named)} tokens have this label, and none is known to be ours"
        raise Unavailable(Fault("keys.token.ambiguous", *words, field=self.label, clause=_CLAUSE))

    def _log_in_again(self, seen: _Seen) -> None:
        with self._module.logging_in:
            if self._login == seen[1]:
                self._keeper = None

    def _begin_anew(self, seen: _Seen) -> None:
        self._module.begin_anew(seen[0])

    def _close(self, seat: Seat) -> None:
        if seat.login[0] == self._module.epoch:  # else the handle may be another session's by now
            with contextlib.suppress(pkcs11.PKCS11Error):
                seat.session.close()

    def _gone(self, error: Exception) -> Unavailable:
        if isinstance(error, pkcs11.NoSuchKey):
            words = "المفتاح غير موجود على وحدة المفاتيح", "the token does not hold this key"
            return Unavailable(Fault("keys.token.key_missing", *words, field=self.label, clause=_CLAUSE))
        words = "تعذّر الوصول إلى وحدة المفاتيح", "the token cannot be reached"
        return Unavailable(Fault("keys.token.unavailable", *words, field=self.label, clause=_CLAUSE))

    def _failed(self, error: Exception) -> Unavailable:
        en = f"the token failed: {type(error).__name__}"
        return Unavailable(Fault("keys.token.failed", "فشلت وحدة المفاتيح", en, field=self.label, clause=_CLAUSE))


class _NoSession(Exception):
    """No session could be opened; no key was asked for anything."""


def _pin_refused() -> Invalid:
    words = "رفضت وحدة المفاتيح رمز الدخول", "the token refused the PIN; it is not tried again"
    return Invalid(Fault("keys.token.pin", *words, field="pin", clause=_CLAUSE))
