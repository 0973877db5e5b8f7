"""Rules that hold between values of different clauses or files, one function a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from specs.schema import EDITION_FILES, FILES, PassportEdition, Specification
from specs.schema.acceptance import acceptance_faults
from specs.schema.base import CrossCheck, CrossFault
from specs.schema.book import book_holds_every_part
from specs.schema.border_inspections import posts_are_kinds_of_offices
from specs.schema.certificate_requests import requests_speak_of_what_there_is
from specs.schema.certificate_status import steps_are_somebodys
from specs.schema.chip_interface import chip_interface_faults
from specs.schema.clocks import clocks_alarm_known_roles, every_convict_has_a_waiting_period
from specs.schema.data_page import layout_faults
from specs.schema.disclosure import disclosure_speaks_the_register_vocabulary
from specs.schema.document_types import document_type_faults, issued_type_faults
from specs.schema.fees import free_replacements_are_known, receipts_have_series_of_their_own
from specs.schema.lifecycle import lifecycle_is_whole, vocabularies
from specs.schema.materials import cover_faults
from specs.schema.page_plan import page_plan_faults
from specs.schema.reading import readers_need_known_actions
from specs.schema.security import security_faults
from specs.schema.stock import blanks_are_numbered_alike, kinds_of_blanks_are_apart, stores_are_in_known_offices
from specs.schema.travel_seal import travel_seal_faults


def page_count_is_one_of_the_allowed(spec: Specification) -> CrossCheck:
    """The page count stands in its own list of allowed counts."""
    for year, edition in spec.passport.editions.items():
        pages = edition.booklet.pages
        if pages.count not in pages.allowed_counts:
            yield CrossFault(
                f"passport/editions/{year}/booklet.yaml",
                ("pages", "count"),
                f"{pages.count} pages",
                f"one of {pages.allowed_counts}",
            )


def number_series_do_not_overlap(spec: Specification) -> CrossCheck:
    """No number belongs to two series. Each edition we issue has its own; another type keeps its one over editions."""
    seen: list[tuple[str, int, str, str]] = []
    for year, edition in spec.passport.editions.items():
        for file, path, owner, prefix, length in _series(year, edition):
            for other, other_length, name, where in seen:
                shared = length == other_length and (prefix.startswith(other) or other.startswith(prefix))
                if shared and name != owner:
                    wrong = f"numbers of prefix {prefix!r} are also those of {name} ({where})"
                    yield CrossFault(file, path, wrong, "a prefix of its own for each edition and type")
            seen.append((prefix, length, owner, file))


def _series(year: str, edition: PassportEdition) -> Iterator[tuple[str, tuple[str | int, ...], str, str, int]]:
    """(file, path of the prefix, whose, prefix, length of a number): our passports, then every other type."""
    where, number = f"passport/editions/{year}", edition.series.number
    length = len(number.prefix) + number.serial_characters
    yield f"{where}/series.yaml", ("number", "prefix"), f"edition {year}", number.prefix, length
    for i, held in enumerate(edition.document_types.types):
        prefix, serial = held.document_form.number_prefix, held.document_form.serial_characters
        if prefix is not None and serial is not None:
            path = ("types", i, "document_form", "number_prefix")
            yield f"{where}/document_types.yaml", path, held.id, prefix, len(prefix) + serial


def every_day_has_its_edition(spec: Specification) -> CrossCheck:
    """Issuance picks by date: no two editions begin on one day, none is missing on a day between two, and while an
    edition runs out by a declared `until_date` only its successor may be issued beside it."""
    passport = spec.passport
    years = sorted(passport.editions, key=lambda y: (passport.editions[y].booklet.in_force.from_date, y))
    begin = {year: passport.editions[year].booklet.in_force.from_date for year in years}
    end = {year: passport.last_day(year) or date.max for year in years}
    for n, year in enumerate(years[1:], 1):
        file, path, start = f"passport/editions/{year}/booklet.yaml", ("in_force", "from_date"), begin[year]
        if start == begin[years[n - 1]]:
            right = f"another day: the editions so far begin on {', '.join(str(begin[y]) for y in years[:n])}"
            yield CrossFault(file, path, f"edition {years[n - 1]} begins on {start} too", right)
        elif (covered := max(end[y] for y in years[:n])) < start - timedelta(days=1):
            first = covered + timedelta(days=1)
            wrong = f"no edition may be issued from {first} to {start - timedelta(days=1)}"
            yield CrossFault(file, path, wrong, f"from_date: {first}, or a later `until_date` of an edition before it")
        elif len(running := [y for y in years[:n] if end[y] >= start]) > 1:
            wrong = f"editions {', '.join(running)} and {year} would all be issued on {start}"
            right = f"from_date: {min(end[y] for y in running) + timedelta(days=1)} or later: one runs out at a time"
            yield CrossFault(file, path, wrong, right)


def roles_grant_known_actions(spec: Specification) -> CrossCheck:
    """A misspelt action would silently grant nothing; an action no role grants could never be done."""
    granted: set[str] = set()
    for name, role in spec.roles.roles.items():
        for i, grant in enumerate(role.grants):
            for j, action in enumerate(grant.actions):
                granted.add(action)
                if action not in spec.roles.actions:
                    yield CrossFault(
                        "roles.yaml",
                        ("roles", name, "grants", i, "actions", j),
                        f"no action is called {action!r}",
                        f"one of {', '.join(spec.roles.actions)}",
                    )
    for action in spec.roles.actions:
        if action not in granted:
            yield CrossFault("roles.yaml", ("actions", action), "no role grants this action", "grant it, or remove it")


def what_is_apart_is_in_no_role(spec: Specification) -> CrossCheck:
    """A role that enters people and has a part in their documents would need no accomplice (LIBYA 1.3, S26)."""
    for index, pair in enumerate(spec.roles.apart.pairs):
        for side, actions in (("one", pair.one), ("other", pair.other)):
            for i, action in enumerate(actions):
                if action not in spec.roles.actions:
                    path = ("apart", "pairs", index, side, i)
                    yield CrossFault("roles.yaml", path, f"no action is called {action!r}", "an action of this file")
    for name in spec.roles.roles:
        if (found := spec.roles.together([name])) is not None:
            wrong = f"grants {found[0]} and {found[1]}, which are kept apart"
            yield CrossFault("roles.yaml", ("roles", name), wrong, "a role for each")


def officers_answer_the_effects_of_the_registry(spec: Specification) -> CrossCheck:
    """What blocks by the civil registry no officer lifts; where a second officer decides, two must agree."""
    holds = spec.passport.office.holds.entries
    for kind, rule in spec.passport.registry.holds.entries.items():
        wanted = 0 if rule.effect == "blocks" else 2
        if (given := holds[kind].officers) != wanted:
            wrong = f"{given} officers lift {kind}, which passport/registry.yaml says {rule.effect}"
            yield CrossFault("passport/office.yaml", ("holds", "entries", kind, "officers"), wrong, str(wanted))


def case_actions_are_those_of_the_life_cycle(spec: Specification) -> CrossCheck:
    """What is done in a case file is an action of the life cycle, or the approval of one; nothing else is granted."""
    known = {f"cases.{name}" for name, action in spec.cases_lifecycle.actions.items() if not action.internal}
    for name, action in spec.roles.actions.items():
        if action.subject == "case" and not action.reads and name not in known | {"cases.approve"}:
            right = "an action of cases/lifecycle.yaml, or remove it"
            yield CrossFault("roles.yaml", ("actions", name), "the life cycle has no such action", right)


def classifications_say_who_reads_them(spec: Specification) -> CrossCheck:
    """Every classification a file can have, and no other, says what its readers must be allowed."""
    known, said = set(spec.cases_register.classifications.entries), set(spec.cases_reading.classifications.needs)
    for name in sorted(known ^ said):
        path, right = ("classifications", "needs"), f"one entry for each of {sorted(known)} (register.yaml)"
        yield CrossFault("cases/reading.yaml", path, f"{name!r} stands in one of the two only", right)


def document_signer_outlives_every_passport_it_signs(spec: Specification) -> CrossCheck:
    """Doc 9303-12 §4.1.2: the certificate holds for the key's use plus the longest validity of a passport."""
    name, signer = spec.pki_profiles.for_purpose("document_signer")
    years = max(r.validity_years for e in spec.passport.editions.values() for r in e.validity.rules)
    needed = signer.private_key_usage_days + years * 366
    if signer.certificate_days < needed:
        yield CrossFault(
            "pki/profiles.yaml",
            ("profiles", name, "certificate_days"),
            f"{signer.certificate_days} days, while a passport signed on the key's last day holds {years} years",
            f"at least {needed} days",
        )


def data_page_layout_holds(spec: Specification) -> CrossCheck:
    """The page has the size of the closed book, and nothing on it overlaps or leaves it."""
    for year, edition in spec.passport.editions.items():
        file = f"passport/editions/{year}/data_page.yaml"
        page, book = edition.data_page.page, edition.booklet.closed_size
        if (page.width_mm, page.height_mm) != (book.width_mm, book.height_mm):
            yield CrossFault(
                file,
                ("page",),
                f"the data page is {page.width_mm:g} x {page.height_mm:g} mm",
                f"the size of the book, {book.width_mm:g} x {book.height_mm:g} mm",
            )
        for path, wrong, right in layout_faults(edition.data_page):
            yield CrossFault(file, path, wrong, right)
        for i, other in enumerate(edition.data_page.other_pages):
            zone = next(side.mrz for side in other.sides if side.mrz is not None)
            wanted = spec.text_mrz.formats[other.id]
            if (zone.lines, zone.characters) != (wanted.lines, wanted.line_characters):
                wrong = f"{other.id} has a zone of {zone.lines} x {zone.characters}"
                right = f"{wanted.lines} x {wanted.line_characters} (text/mrz.yaml)"
                yield CrossFault(file, ("other_pages", i), wrong, right)


def every_issued_type_has_a_page_and_a_blank(spec: Specification) -> CrossCheck:
    """What this service issues has a page to be printed on, and a kind of blank to be made on."""
    kinds = spec.passport.stock.blanks.entries
    for year, edition in spec.passport.editions.items():
        file = f"passport/editions/{year}/document_types.yaml"
        pages = {"TD3", *(other.id for other in edition.data_page.other_pages)}
        for i, one in enumerate(edition.document_types.types):
            form, path = one.document_form, ("types", i, "document_form")
            if form.issued_by_this_service and form.zone_format not in pages:
                wrong, right = f"{one.id} has no page of {form.zone_format}", "add it to data_page.yaml, other_pages"
                yield CrossFault(file, (*path, "zone_format"), wrong, right)
            if form.blank not in kinds:
                right = f"one of {', '.join(kinds)} (passport/stock.yaml)"
                yield CrossFault(file, (*path, "blank"), f"no blank is of kind {form.blank!r}", right)


def portrait_fits_the_chip(spec: Specification) -> CrossCheck:
    """The compressed portrait, with the headers around it, fits DG2, in a format the face record may hold."""
    headers_bytes = 100
    for year, edition in spec.passport.editions.items():
        file, image, chip = f"passport/editions/{year}/portrait.yaml", edition.portrait.chip_image, edition.chip
        if image.format not in chip.face.image_formats:
            yield CrossFault(
                file,
                ("chip_image", "format"),
                f"{image.format} is no format of the face record",
                f"one of {chip.face.image_formats} (chip.yaml)",
            )
        if image.maximum_bytes + headers_bytes > (room := chip.file("DG2").maximum_bytes):
            yield CrossFault(
                file,
                ("chip_image", "maximum_bytes"),
                f"{image.maximum_bytes} bytes do not fit DG2 of {room} bytes",
                f"at most {room - headers_bytes} bytes",
            )


def security_object_is_the_chips(spec: Specification) -> CrossCheck:
    """EF.SOD digests the data groups as the edition orders: it is signed by the profile all editions share."""
    used = f"SHA-{spec.pki_profiles.security_object.hash.removeprefix('sha')}"
    for year, edition in spec.passport.editions.items():
        if (ordered := edition.chip.data_group_digest.algorithm) != used:
            file, right = f"passport/editions/{year}/chip.yaml", f"{used}, or security_object.hash of pki/profiles.yaml"
            yield CrossFault(file, ("data_group_digest", "algorithm"), f"EF.SOD is not made with {ordered}", right)


def case_lifecycle_is_whole(spec: Specification) -> CrossCheck:
    """A case always has a way on, somebody who sees to it, and a clock."""
    choices = vocabularies(spec.cases_register, spec.cases_offences, spec.staff_offices)
    yield from lifecycle_is_whole(spec.cases_lifecycle, spec.roles, spec.cases_clocks, choices)


def passport_zone_follows_the_code_tables(spec: Specification) -> CrossCheck:
    """The document code binds by the dates the edition is in force; State and format are known ones."""
    legacy, listed = spec.passport.document_codes.legacy, spec.passport.document_codes.codes.entries
    for year, edition in spec.passport.editions.items():
        file, zone = f"passport/editions/{year}/mrz.yaml", edition.mrz
        code, start = zone.document_code.code, edition.booklet.in_force.from_date
        if len(code) == 2 and code not in listed and start >= legacy.second_letter_listed_from:
            yield CrossFault(file, ("document_code", "code"), f"{code!r} is not listed", f"one of {sorted(listed)}")
        if len(code) == 1 and start >= legacy.second_letter_required_from:
            yield CrossFault(file, ("document_code", "code"), "no second letter", f"one of {sorted(listed)}")
        if zone.format.name not in spec.text_mrz.formats:
            yield CrossFault(file, ("format", "name"), "no such format", f"one of {sorted(spec.text_mrz.formats)}")
        if zone.issuer.code != edition.booklet.issuing_state_mrz:
            right = f"{edition.booklet.issuing_state_mrz} as in booklet.yaml"
            yield CrossFault(file, ("issuer", "code"), f"issuer {zone.issuer.code}", right)


def booklet_parts_agree(spec: Specification) -> CrossCheck:
    """Each part of an edition holds in itself and with the others; the rules stand beside their models."""
    for year, edition in spec.passport.editions.items():
        where, types, start = f"passport/editions/{year}", edition.document_types, edition.booklet.in_force.from_date
        codes, longest = spec.passport.document_codes, max(rule.validity_years for rule in edition.validity.rules)
        file = f"{where}/document_types.yaml"
        yield from document_type_faults(file, types, codes, start)
        yield from issued_type_faults(
            file, types, edition.booklet.document_type, spec.staff_offices.may_issue.passports
        )
        yield from cover_faults(f"{where}/cover.yaml", edition.cover, edition.booklet)
        yield from page_plan_faults(f"{where}/page_plan.yaml", edition.page_plan, edition.booklet)
        yield from security_faults(f"{where}/security.yaml", edition.security, edition.page_plan)
        yield from chip_interface_faults(f"{where}/chip_interface.yaml", edition.chip_interface, edition.chip, longest)
        yield from acceptance_faults(f"{where}/acceptance.yaml", edition.acceptance)


CROSS_CHECKS: list[Callable[[Specification], CrossCheck]] = [
    lambda spec: book_holds_every_part(spec.passport.book, set(EDITION_FILES), set(FILES)),
    page_count_is_one_of_the_allowed,
    number_series_do_not_overlap,
    every_day_has_its_edition,
    booklet_parts_agree,
    passport_zone_follows_the_code_tables,
    data_page_layout_holds,
    every_issued_type_has_a_page_and_a_blank,
    portrait_fits_the_chip,
    security_object_is_the_chips,
    lambda spec: disclosure_speaks_the_register_vocabulary(spec.cases_register, spec.certificate_disclosure),
    lambda spec: steps_are_somebodys(spec.certificate_status, spec.roles),
    lambda spec: requests_speak_of_what_there_is(
        spec.certificate_requests, spec.certificate_disclosure, spec.certificate_certificate
    ),
    lambda spec: free_replacements_are_known(spec.fees, spec.certificate_status),
    lambda spec: receipts_have_series_of_their_own(spec.fees, spec.certificate_certificate, spec.certificate_requests),
    lambda spec: clocks_alarm_known_roles(spec.cases_clocks, frozenset(spec.roles.roles)),
    lambda spec: every_convict_has_a_waiting_period(
        spec.cases_clocks, spec.cases_register.rehabilitation_kinds.entries.keys()
    ),
    roles_grant_known_actions,
    what_is_apart_is_in_no_role,
    officers_answer_the_effects_of_the_registry,
    lambda spec: readers_need_known_actions(spec.cases_reading, spec.roles),
    lambda spec: posts_are_kinds_of_offices(spec.border_inspections, spec.staff_offices),
    case_lifecycle_is_whole,
    case_actions_are_those_of_the_life_cycle,
    classifications_say_who_reads_them,
    document_signer_outlives_every_passport_it_signs,
    blanks_are_numbered_alike,
    kinds_of_blanks_are_apart,
    stores_are_in_known_offices,
    lambda spec: travel_seal_faults(spec.passport.seal, spec.text_mrz, spec.passport.editions),
]
