"""Which function and which test reads each value of the passport specification: traced while tests run.

`pytest -p tests.coverage.plugin --spec-coverage FILE` (`make spec-coverage`). A read counts for the function of the
program that names the value; one that walks over everything names nothing and counts for nothing. Values given to a
typeset template count when the template names them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
from pydantic import BaseModel

from specs.clauses import numbered
from specs.schema import EDITION_FILES, Specification, registry
from specs.schema.base import Bilingual, Part
from specs.show import NOTES
from tests.coverage.record import Read, Record
from tests.coverage.sources import functions, names_of, outermost

TEMPLATES = "templates/documents/"
# They show, compare or print every clause; to be shown is not to be used.
SHOWS_EVERYTHING = (
    "issuance.specification.",
    "issuance.web.specification",
    "issuance.api.specification",
    "issuance.cli.spec",
)
MEASURES = ("issuance.specification.conform",)
OF_THE_LOADER = {"specs.schema.registry", "specs.schema.crosschecks", "specs.schema"}


class Tracer:
    """Knows every part of every specification loaded during the run, and writes down who reads it."""

    def __init__(self) -> None:
        self.record = Record()
        self.places: dict[int, tuple[str, tuple[str, ...]]] = {}  # id of a part -> clause, path below it
        self.headed: dict[tuple[int, str], str] = {}  # (id of a part, attribute) -> the clause that stands there
        self.kept: list[Specification] = []  # so that no id is used twice
        self.watched: set[type[BaseModel]] = set()
        self.met: set[tuple[int, str, CodeType, str]] = set()
        self.code: dict[CodeType, tuple[str, frozenset[str]]] = {}
        self.busy = False

    def take(self, spec: Specification) -> None:
        """From now on reads of this specification count."""
        self.busy = True
        try:
            for edition, held in spec.passport.editions.items():
                known = {(c.file, c.path): c.id for c in numbered(spec, edition) if c.file}
                for file, path in [key for key in known if not key[1]]:
                    name = file.removesuffix(".yaml").rpartition("/")[2]
                    own = file.startswith("passport/editions/") and name in EDITION_FILES
                    self._walk(
                        getattr(held, name) if own else _shared(spec, file), file, path, known, known[file, path], ()
                    )
        except (KeyError, AttributeError, ValueError, IndexError):
            return  # a copy broken on purpose; it is refused anyway
        finally:
            self.busy = False
        self.kept.append(spec)

    def _walk(
        self, part: Any, file: str, path: tuple[Any, ...], known: Any, clause: str, below: tuple[str, ...]
    ) -> None:
        if isinstance(part, BaseModel):
            if type(part) is Bilingual:
                return
            self.places[id(part)] = clause, below
            self._watch(type(part))
            items = [(name, part.__dict__[name]) for name in type(part).model_fields if name not in NOTES]
        elif isinstance(part, dict):
            items = [(str(name), value) for name, value in part.items()]
        elif isinstance(part, (list, tuple)):
            items = list(enumerate(part))  # type: ignore[arg-type]
        else:
            return
        for name, value in items:
            here = (*path, name)
            own = known.get((file, here))
            if own is not None and isinstance(part, BaseModel):
                self.headed[id(part), name] = own
            under = () if own else (*below, name) if isinstance(part, BaseModel) else below
            self._walk(value, file, here, known, own or clause, under)

    def _watch(self, model: type[BaseModel]) -> None:
        if model not in self.watched:
            self.watched.add(model)
            model.__getattribute__ = _reading(self, model.model_fields.keys() - NOTES)  # type: ignore[method-assign]

    def read(self, part: Any, name: str, frame: FrameType) -> None:
        """`part.name` was asked for by `frame`."""
        place = self.places.get(id(part))
        if place is None:
            return
        test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
        key = (id(part), name, frame.f_code, test)
        if not test or key in self.met:
            return
        found = self._reader(frame)
        if frame.f_code.co_filename.find("/specs/") < 0:
            self.met.add(key)  # a method of the specification has many callers
        headed = self.headed.get((id(part), name))
        clause, path = (headed, ()) if headed else (place[0], (*place[1], name))
        for code, names, called in found:
            if called:
                self.record.add(place[0], Read(code, f"{called}()"), test)
            elif name in names:
                self.record.add(clause, Read(code, ".".join(path) or f"^{name}"), test)
            elif "getattr" in names and not headed:
                self.record.add_if_named(clause, Read(code, ".".join(path) + "*"), test)

    def dumped(self, part: Any, frame: FrameType | None) -> None:
        """`part.model_dump()`: what of it the template of the module names is used by that template."""
        place = self.places.get(id(part))
        test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
        while frame is not None and not _of_program(frame.f_globals.get("__name__", "")):
            frame = frame.f_back
        if place is None or frame is None or not test or "_TEMPLATE" not in frame.f_globals:
            return
        template = TEMPLATES + frame.f_globals["_TEMPLATE"]
        named = names_of(template) or frozenset()
        self._dumped(part, *place, template, named, test)
        self.record.add(place[0], Read(self._known(frame)[0], "model_dump()"), test)

    def _dumped(
        self, part: Any, clause: str, below: tuple[str, ...], template: str, named: frozenset[str], test: str
    ) -> None:
        if isinstance(part, (list, tuple, dict)):
            for value in part.values() if isinstance(part, dict) else part:
                if isinstance(value, BaseModel) and type(value) is not Bilingual:
                    own = self.places[id(value)]
                    self._dumped(value, *own, template, named, test)
            return
        if not isinstance(part, BaseModel) or type(part) is Bilingual:
            return
        for name, value in part.__dict__.items():
            if name in NOTES or name not in named:
                continue
            own_id = self.headed.get((id(part), name))
            if own_id:
                self.record.add(own_id, Read(template, f"^{name}"), test)
                self._dumped(value, own_id, (), template, named, test)
            else:
                self.record.add(clause, Read(template, ".".join((*below, name))), test)
                self._dumped(value, clause, (*below, name), template, named, test)

    def _reader(self, frame: FrameType) -> list[tuple[str, frozenset[str], str]]:
        """(function, what it names, function of the specification it called), the specification's own first."""
        out: list[tuple[str, frozenset[str], str]] = []
        called = ""
        at: FrameType | None = frame
        while at is not None:
            module = at.f_globals.get("__name__", "")
            if _of_program(module):
                code, names = self._known(at)
                if not called or called in names:  # else it was handed on as a function: who named it is further up
                    return [*out, (code, names, called)]
            if module.startswith(SHOWS_EVERYTHING) or module.startswith("tests."):
                return []
            if module == "specs" or module.startswith("specs."):
                if not module.startswith("specs.schema.") or module in OF_THE_LOADER:
                    return []
                called = at.f_code.co_name if not at.f_code.co_name.startswith("<") else called
                if at is frame:
                    out.append((*self._known(at), ""))
            at = at.f_back
        return []

    def _known(self, frame: FrameType) -> tuple[str, frozenset[str]]:
        held = self.code.get(frame.f_code)
        if held is None:
            module = frame.f_globals["__name__"]
            name = outermost(frame.f_code.co_qualname)
            name = "<module>" if name.startswith("<") else name
            held = self.code[frame.f_code] = f"{module}:{name}", functions(module).get(name, frozenset())
        return held


def _of_program(module: str) -> bool:
    if module.startswith(MEASURES):
        return True
    return module.startswith(("issuance.", "keys.")) and not module.startswith(SHOWS_EVERYTHING)


def _shared(spec: Specification, file: str) -> Any:
    stem = file.removesuffix(".yaml")
    if stem.startswith("passport/"):
        return getattr(spec.passport, stem.removeprefix("passport/"))
    return getattr(spec, stem.replace("/", "_"))


def _reading(tracer: Tracer, fields: set[str]) -> Any:
    plain = object.__getattribute__

    def read(self: Any, name: str) -> Any:
        if name in fields and not tracer.busy:
            tracer.busy = True
            try:
                tracer.read(self, name, sys._getframe(1))
            finally:
                tracer.busy = False
        return plain(self, name)

    return read


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--spec-coverage", type=Path, required=True, help="where to write what was traced")


def pytest_configure(config: pytest.Config) -> None:
    tracer = Tracer()
    assemble, dump = registry.assemble, Part.model_dump

    def assembled(parts: dict[str, Any]) -> Specification:
        spec = assemble(parts)
        tracer.take(spec)
        return spec

    def dumped(self: Any, *args: Any, **how: Any) -> Any:
        tracer.dumped(self, sys._getframe(1))
        return dump(self, *args, **how)

    registry.assemble = assembled
    Part.model_dump = dumped  # type: ignore[method-assign]
    config.stash[_TRACER] = tracer


def pytest_sessionfinish(session: pytest.Session) -> None:
    session.config.stash[_TRACER].record.write(session.config.getoption("--spec-coverage"))


_TRACER = pytest.StashKey[Tracer]()
