"""The line to another body's AFIS, JSON over TLS (docs/capture.md). A picture is sent with a call and kept by none.

One exchange a call, bounded, never repeated here: upkeep asks again. Whatever is not of the contract is no answer, and
an application without an answer waits (`pending`), or goes on under a declared outage. It is never taken for "nobody".
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from issuance.biometrics.afis import Match, Probe
from issuance.biometrics.facts import Capacity
from issuance.biometrics.standin import CLAUSE, FULL
from issuance.core.outside import NoAnswer, OutsideLine, json_object, tls
from issuance.core.settings import Settings
from issuance.db.session import Database
from issuance.people.public import known_people
from specs.errors import Fault, Invalid, Unavailable
from specs.schema.afis import AfisRules

FULL_STATUS: Final = 507
MOST_MATCHES: Final = 100
_Id = Annotated[str, StringConstraints(min_length=1, max_length=36)]
_Digest = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class _Said(BaseModel):
    """Members we do not know are left alone."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class OutsideMatch(_Said):
    """person: the id under which we enrolled somebody; percent: how alike, by that system."""

    person: _Id
    percent: int = Field(ge=0, le=100)


class Enrolled(_Said):
    reference: _Id
    digest: _Digest


class Searched(Enrolled):
    """matches: everybody from that system's own threshold on, likest first or not, each once."""

    matches: list[OutsideMatch] = Field(max_length=MOST_MATCHES)

    @model_validator(mode="after")
    def _each_once(self) -> Searched:
        if len({one.person for one in self.matches}) != len(self.matches):
            raise ValueError("a person stands twice")
        return self


class Room(_Said):
    used: int = Field(ge=0)
    records: int = Field(ge=1)


_Form = TypeVar("_Form", bound=_Said)


@dataclass(frozen=True, slots=True)
class WebAfis:
    """`afis.Afis` over the system that `ISSUANCE_AFIS_URL` names."""

    db: Database
    settings: Settings
    rules: AfisRules

    def enrol(self, probe: Probe, now: datetime) -> None:
        """Raises `Unavailable` (`biometrics.afis.full`, `.line`, `.answer`, `.credentials`), as all calls here."""
        del now
        _require_same(self._asked("POST", "/records", Enrolled, probe), probe)

    def search(self, probe: Probe) -> Sequence[Match]:
        """Raises also where it names somebody we do not hold: that is no reason to let the applicant go on."""
        said = self._asked("POST", "/searches", Searched, probe)
        _require_same(said, probe)
        others = [one for one in said.matches if one.person != probe.person_id]
        with self.db.reading() as read:
            unknown = {one.person for one in others} - known_people(read, {one.person for one in others})
        if unknown:
            raise _unavailable("answer", "a match with somebody who is not held here")
        ordered = sorted(others, key=lambda one: (-one.percent, one.person))
        return [Match(one.person, one.percent) for one in ordered]

    def capacity(self) -> Capacity:
        said = self._asked("GET", "/capacity", Room)
        return Capacity(said.used, said.records)

    def _asked(self, method: str, path: str, form: type[_Form], probe: Probe | None = None) -> _Form:
        try:
            status, _, content = self._line().ask(method, path, body=None if probe is None else _body(probe))
            if status in (401, 403):
                raise _unavailable("credentials", f"status {status}")
            if status == FULL_STATUS and json_object(content).get("code") == "full":
                raise Unavailable(FULL)
            if status not in (200, 201):
                raise _unavailable("line", f"status {status}")
            return form.model_validate(json_object(content))
        except NoAnswer as error:
            raise _unavailable(error.kind, error.why) from None
        except ValidationError as error:
            where = sorted({".".join(map(str, one["loc"])) for one in error.errors()})
            raise _unavailable("answer", ", ".join(where)[:200]) from None

    def _line(self) -> OutsideLine:
        s, rules = self.settings, self.rules.line
        try:
            https = s.afis_url.startswith("https:")
            context = tls(s.afis_ca, s.afis_certificate, s.afis_key) if https else None
            return OutsideLine(s.afis_url, rules.exchange_seconds, rules.answer_bytes, s.afis_token(), context)
        except (OSError, Invalid) as error:
            raise _unavailable("credentials", type(error).__name__) from error


def body_of(probe: Probe) -> Mapping[str, Any]:
    """What is sent of an applicant: two ids, the picture, where its eyes are. No name and no national number."""
    return {
        "reference": probe.reference,
        "person": probe.person_id,
        "digest": probe.digest,
        "image": b64encode(probe.image).decode("ascii"),
        "eyes": [list(eye) for eye in probe.eyes],
    }


def _body(probe: Probe) -> bytes:
    return json.dumps(body_of(probe)).encode("ascii")


def _require_same(said: Enrolled, probe: Probe) -> None:
    if (said.reference, said.digest) != (probe.reference, probe.digest):
        raise _unavailable("answer", "about another picture")


def _unavailable(kind: str, why: str) -> Unavailable:
    ar = f"لم يجب نظام البحث عن الازدواج كما اتُّفق، والطلب ينتظره ({why})"
    en = f"the search for duplicates did not answer as agreed, and the application waits for it ({why})"
    return Unavailable(Fault(f"biometrics.afis.{kind}", ar, en, field="ISSUANCE_AFIS_URL", clause=CLAUSE))
