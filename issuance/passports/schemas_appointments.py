"""Published shapes of appointments."""

from __future__ import annotations

from issuance.core.schema import (
    MOMENT,
    Document,
    Exchange,
    Schema,
    Source,
    listed,
    maybe,
    members,
    number,
    of_type,
    one_of,
    text,
    words,
)
from issuance.core.terms import national_number, office
from issuance.passports.api_appointments import Booking, Code


def _booking(source: Source) -> Schema:
    return of_type(Booking, given=False, office=office(source), national_number=national_number(source))


def _code(_source: Source) -> Schema:
    return of_type(Code, given=False)


def _appointment(source: Source) -> Schema:
    return members(
        {
            "tracking": maybe(text(least=16)),
            "office": office(source),
            "state": one_of(["booked", "waiting", "cancelled", "past"]),
            "slot": maybe(MOMENT),
            "ahead": number(),
        }
    )


def _waits(source: Source) -> Schema:
    held = members({"code": office(source), "ar": text(least=1), "en": text(least=1)})
    return members({"offices": listed(members({"office": held, "earliest": maybe(MOMENT), "waiting": number()}))})


DOCUMENTS = (
    Document("passport-booking", 1, words("طلب موعد", "A booking"), _booking),
    Document("passport-appointment-code", 1, words("رمز موعد", "The private code of an appointment"), _code),
    Document("passport-appointment", 1, words("موعد في مكتب جوازات", "An appointment"), _appointment),
    Document("passport-waits", 1, words("مدد الانتظار", "How long offices make people wait"), _waits),
)
_AT = "/v1/passports/appointments"
ROUTES = {
    f"POST {_AT}": Exchange("passport-booking", "passport-appointment"),
    f"POST {_AT}/track": Exchange("passport-appointment-code", "passport-appointment"),
    f"POST {_AT}/cancel": Exchange("passport-appointment-code", "passport-appointment"),
    f"GET {_AT}/waits": Exchange(gives="passport-waits"),
}
COMMANDS: dict[str, Exchange] = {}
