"""Every published shape: JSON Schema 2020-12 under `/v1/schemas`, with titles, examples and counter-examples.

A further room adds its documents by one line in `_ROOMS`. The digest of a shape leaves out its words, so that a better
title is no other version; `tests/unit/specification/golden` holds the digests, and a shape that changed under one
version fails there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from issuance.biometrics import schemas as biometrics
from issuance.border import schemas as border
from issuance.border import schemas_bundle
from issuance.border import schemas_inspections as border_inspections
from issuance.cases import schemas as cases
from issuance.certificates import schemas as certificates
from issuance.core.schema import REMOVED, Document, Exchange, Schema, Source, Wrong, changed, words
from issuance.fees import schemas as fees
from issuance.passports import schemas as passports
from issuance.passports import schemas_anomalies, schemas_applications, schemas_appointments, schemas_reconciliation
from issuance.passports import schemas_life as passport_life
from issuance.passports import schemas_lines as passport_lines
from issuance.passports import schemas_production as passport_production
from issuance.people import schemas as people
from issuance.specification import clause_schemas, common_schemas, edition_schemas
from issuance.staff import schemas as staff
from issuance.stock import schemas as stock
from specs.errors import Fault, NotFound
from specs.schema import EDITION_FILES, FILES, PassportEdition, Specification
from specs.schema.base import Bilingual
from specs.schema.ceremonies import Ceremony
from specs.schema.labels import Labels

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
PATH: Final = "/v1/schemas"
EXAMPLES: Final = Path(__file__).parents[2] / "templates" / "schemas"
CURRENT: Final = "current"
"""Version of the shapes of the specification's own files, which follow this very program."""
_ROOMS: Final = (
    common_schemas,
    clause_schemas,
    edition_schemas,
    passports,
    passport_production,
    passport_lines,
    schemas_applications,
    passport_life,
    schemas_appointments,
    schemas_reconciliation,
    schemas_anomalies,
    people,
    biometrics,
    border,
    schemas_bundle,
    border_inspections,
    stock,
    certificates,
    fees,
    cases,
    staff,
)
DOCUMENTS: Final[tuple[Document, ...]] = tuple(chain.from_iterable(room.DOCUMENTS for room in _ROOMS))
ROUTES: Final[dict[str, Exchange]] = {name: held for room in _ROOMS for name, held in room.ROUTES.items()}
COMMANDS: Final[dict[str, Exchange]] = {name: held for room in _ROOMS for name, held in room.COMMANDS.items()}
_WORDS: Final = ("title", "x-title-ar", "description", "x-description-ar", "examples", "$id", "$schema")
_LANGUAGES: Final = {"ar": "بالعربية", "en": "بالإنجليزية"}
_ONE_ROW: Final = words(
    "سطر من ملف CSV: كل عضو عمود، وكل خلية نص، والخلية الفارغة عضو غائب.",
    "One row of a CSV file: each member is a column, each cell is text, an empty cell is an absent member.",
)


@dataclass(frozen=True)
class Published:
    """A shape as it is asked for. version: `1`, or `1-2026` where each edition has its own; made: gives the shape."""

    name: str
    version: str
    title: Bilingual
    made: Callable[[], Schema]
    beyond: Bilingual | None = None
    wrong: tuple[Wrong, ...] = ()
    example_file: str = ""

    @cached_property
    def shape(self) -> Schema:
        """Made when it is first asked for: hundreds are published, and most answers need one."""
        return self.made()

    @property
    def digest(self) -> str:
        """SHA-256 of what it demands, without its words."""
        text = json.dumps(_bare(self.shape), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def examples(self) -> list[Any]:
        """Real ones, of invented people."""
        return _examples(self.example_file)

    def counter_examples(self) -> list[tuple[Bilingual, Any]]:
        """(why it is none, what is refused)."""
        examples = self.examples()
        if not examples:
            return []
        wrong = [*self.wrong, *_ways_to_fail(self.shape, examples[0])]
        return [(one.words, changed(examples[0], one.path, one.value)) for one in wrong]


@lru_cache(maxsize=8)
def published(spec: Specification) -> dict[tuple[str, str], Published]:
    """Every shape by name and version, in the order of the index."""
    newest = max(spec.passport.editions.values(), key=lambda edition: edition.booklet.in_force.from_date)
    held: list[Published] = []
    for document in DOCUMENTS:
        editions = list(spec.passport.editions.values()) if document.by_edition else [newest]
        for edition in editions:
            version = f"{document.version}-{edition.edition}" if document.by_edition else str(document.version)
            held.append(_published(document, version, Source(spec, edition)))
    held += _files(spec.labels)
    return {(one.name, one.version): one for one in held}


def in_force(spec: Specification, name: str, version: str, on: date) -> str | None:
    """`1-2026` for `1`, where each edition has a shape of its own and that one is issued on the day; else None."""
    edition = _edition_on(spec, on)
    full = f"{version}-{edition.edition}"
    return full if (name, full) in published(spec) else None


def schema(spec: Specification, name: str, version: str, base_url: str) -> Schema:
    """The document as published: `$id`, titles in both languages, examples. Raises `NotFound`."""
    one = found(spec, name, version)
    head: Schema = {
        "$schema": DIALECT,
        "$id": f"{base_url}{PATH}/{one.name}/{one.version}",
        "title": one.title.en,
        "x-title-ar": one.title.ar,
    }
    if one.beyond is not None:
        head |= {"description": one.beyond.en, "x-description-ar": one.beyond.ar}
    examples, shape = one.examples(), titled(one.shape, spec.labels)
    return {**head, **shape, **({"examples": examples} if examples else {})}


def found(spec: Specification, name: str, version: str) -> Published:
    """Raises `NotFound`."""
    try:
        return published(spec)[name, version]
    except KeyError:
        said = "لا مخطط بهذا الاسم أو الإصدار", "there is no schema of this name or version"
        raise NotFound(Fault("specification.schema.unknown", *said, field="name", clause="docs/schemas.md")) from None


def index(spec: Specification, base_url: str) -> list[dict[str, Any]]:
    """Name, version, titles, address and digest of each, and the calls that take and give it."""
    return [
        {
            "name": one.name,
            "version": one.version,
            "title": {"ar": one.title.ar, "en": one.title.en},
            "schema": f"{base_url}{PATH}/{one.name}/{one.version}",
            "examples": f"{base_url}{PATH}/{one.name}/{one.version}/examples" if one.examples() else None,
            "sha256": one.digest,
            "taken_by": [where for where, held in _exchanges() if held.takes == one.name],
            "given_by": [where for where, held in _exchanges() if one.name in names_of(held)],
        }
        for one in published(spec).values()
    ]


def sample(one: Published) -> dict[str, Any]:
    """Examples that validate, and counter-examples with the reason why each does not."""
    refused = [{"why": {"ar": why.ar, "en": why.en}, "document": held} for why, held in one.counter_examples()]
    return {"name": one.name, "version": one.version, "valid": one.examples(), "invalid": refused}


def names_of(held: Exchange) -> tuple[str, ...]:
    """The names of the documents an exchange may give."""
    return (held.gives,) if isinstance(held.gives, str) else held.gives or ()


def titled(shape: Any, labels: Labels) -> Any:
    """The shape with the names of its members in both languages (`specs/labels.yaml`)."""
    if isinstance(shape, list):
        return [titled(item, labels) for item in shape]
    if not isinstance(shape, dict):
        return shape
    out = {name: _members(held, labels) if name == "properties" else held for name, held in shape.items()}
    return {
        name: held if name in ("properties", "enum", "const") else titled(held, labels) for name, held in out.items()
    }


def _members(held: dict[str, Any], labels: Labels) -> dict[str, Any]:
    out = {}
    for name, shape in held.items():
        english, unit = labels.of(name, "en")
        own = {"title": f"{english} ({unit})" if unit else english}
        if arabic := _LANGUAGES.get(name) or labels.keys.get(name):
            own["x-title-ar"] = arabic
        out[name] = own | titled(shape, labels) if isinstance(shape, dict) else shape
    return out


def _published(document: Document, version: str, source: Source) -> Published:
    beyond = document.beyond
    if document.table:
        more = beyond or words("", "") if beyond else None
        beyond = words(f"{_ONE_ROW.ar} {more.ar}", f"{_ONE_ROW.en} {more.en}") if more else _ONE_ROW
    file = f"{document.name}.{version}.json"
    made = partial(document.shape, source)
    return Published(document.name, version, document.title, made, beyond, document.wrong, file)


def _files(labels: Labels) -> Iterator[Published]:
    """The shapes of the YAML files of the specification itself, for an editor."""
    models: dict[str, type[BaseModel]] = dict(FILES)
    models |= {f"passport/editions/EDITION/{part}": model for part, model in EDITION_FILES.items()}
    models["pki/ceremonies/NAME"] = Ceremony
    for file, model in models.items():
        last = file.rpartition("/")[2]
        name = f"specification.{file.replace('/', '.').lower()}"
        title = words(f"ملف المواصفة {file}.yaml: {labels.of(last, 'ar')[0]}", f"Specification file {file}.yaml")
        yield Published(name, CURRENT, title, partial(_file_shape, model))


@cache
def _file_shape(model: type[BaseModel]) -> Schema:
    """The same for every specification: it follows the program."""
    shape: Schema = _without_titles(model.model_json_schema())
    return shape


def _without_titles(shape: Any) -> Any:
    """Without the titles pydantic makes of Python's names; a member called `title` stays."""
    if isinstance(shape, list):
        return [_without_titles(item) for item in shape]
    if not isinstance(shape, dict):
        return shape
    return {
        name: {key: _without_titles(item) for key, item in held.items()}
        if name in ("properties", "$defs")
        else _without_titles(held)
        for name, held in shape.items()
        if name != "title" or not isinstance(held, str)
    }


def _bare(shape: Any) -> Any:
    """What a shape demands; names of members are no words."""
    if isinstance(shape, list):
        return [_bare(item) for item in shape]
    if not isinstance(shape, dict):
        return shape
    return {
        name: {key: _bare(item) for key, item in held.items()} if name in ("properties", "$defs") else _bare(held)
        for name, held in shape.items()
        if name not in _WORDS or name == "properties"
    }


def _ways_to_fail(shape: Schema, example: Any) -> Iterator[Wrong]:
    """What no object of a closed shape may do."""
    if not isinstance(example, dict) or "oneOf" in shape:
        yield Wrong((), 7, words("ليس من هذا النوع", "not of this type"))
        return
    if needed := shape.get("required"):
        yield Wrong((needed[0],), REMOVED, words(f"ينقصه {needed[0]}", f"{needed[0]} is missing"))
    if shape.get("additionalProperties") is False:
        yield Wrong(("unheard_of",), True, words("عضو غير معروف", "a member nobody knows"))


def _edition_on(spec: Specification, on: date) -> PassportEdition:
    """The newest that has begun; before all of them, the first."""
    held = sorted(spec.passport.editions.values(), key=lambda edition: edition.booklet.in_force.from_date)
    return next((one for one in reversed(held) if one.booklet.in_force.from_date <= on), held[0])


def _exchanges() -> Iterator[tuple[str, Exchange]]:
    yield from ROUTES.items()
    yield from ((f"issuance {name} --json", held) for name, held in COMMANDS.items())


@lru_cache(maxsize=256)
def _examples_text(name: str) -> str:
    path = EXAMPLES / name
    return path.read_text("utf-8") if name and path.is_file() else "[]"


def _examples(name: str) -> list[Any]:
    held: list[Any] = json.loads(_examples_text(name))
    return held
