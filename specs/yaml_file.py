"""One YAML file of the specification, read with the line of every value. Any bytes end in a file or in named faults.

The subset read: mappings with text keys, lists, scalars. Anchors and aliases are refused, since ten of them can stand
for more values than fit in memory; nesting and the length of a value are bounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from specs.schema.base import SpecFault

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover - PyYAML built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_FILE_BYTES = 1_000_000
MAX_DEPTH = 50
MAX_VALUE_CHARACTERS = 10_000


@dataclass(slots=True)
class YamlFile:
    """Its node tree (for lines), its plain data, and the paths of keys that stand twice."""

    name: str
    node: yaml.Node | None
    data: Any
    repeated: tuple[str, ...]

    def line(self, path: tuple[str | int, ...]) -> int:
        """The line, from 1, of the value at `path`, or of the nearest part above it."""
        node, line = self.node, 1
        if node is not None:
            line = node.start_mark.line + 1
        for step in path:
            found: yaml.Node | None = None
            if isinstance(node, yaml.MappingNode):
                for key, value in node.value:
                    if key.value == str(step):
                        line, found = key.start_mark.line + 1, value
                        break
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                found = node.value[step]
                line = found.start_mark.line + 1
            if found is None:
                continue  # pydantic adds steps of its own (union tags): stay at the last line known
            node = found
        return line


def read(path: Path, name: str, found: list[SpecFault]) -> YamlFile | None:
    """The file at `path`, or None when nothing in it can be judged; faults go to `found`."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        found.append(SpecFault(name, 1, "", f"cannot be read: {error}", "UTF-8 text"))
        return None
    return parse(content, name, found)


def parse(content: bytes, name: str, found: list[SpecFault]) -> YamlFile | None:
    """What stands in a file, as `read` gives it."""
    if len(content) > MAX_FILE_BYTES:
        found.append(SpecFault(name, 1, "", "the file is too large", f"at most {MAX_FILE_BYTES} bytes"))
        return None
    try:
        text = content.decode("utf-8")
        if unfit := _unfit(text, name):
            found.append(unfit)
            return None
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            repeats = list(_repeats(node, name))
            data = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except UnicodeDecodeError as error:
        found.append(SpecFault(name, 1, "", f"cannot be read: {error}", "UTF-8 text"))
        return None
    except yaml.reader.ReaderError as error:
        line = text.partition(chr(error.character))[0].count("\n") + 1
        found.append(SpecFault(name, line, "", f"U+{error.character:04X} may not stand in YAML", "text without it"))
        return None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        found.append(SpecFault(name, line, "", str(getattr(error, "problem", error)), "well-formed YAML"))
        return None
    except ValueError as error:  # a date that no calendar has, a number of thousands of digits
        found.append(SpecFault(name, 1, "", f"a date or number cannot be read: {error}", "a date of the calendar"))
        return None
    found.extend(repeats)
    return YamlFile(name, node, data, tuple(fault.path for fault in repeats))


def _unfit(text: str, name: str) -> SpecFault | None:
    """The first thing no specification needs, met before anything is built from the text."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        wrong = right = ""
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            wrong, right = (
                "an anchor or an alias (& or *)",
                "the value itself, written out (text with & or * in quotes)",
            )
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                wrong, right = "values are nested too deep", f"at most {MAX_DEPTH} levels"
        elif isinstance(event, yaml.ScalarEvent) and len(event.value) > MAX_VALUE_CHARACTERS:
            wrong, right = "the value is too long", f"at most {MAX_VALUE_CHARACTERS} characters"
        if wrong:
            line = event.start_mark.line + 1 if event.start_mark is not None else 1
            return SpecFault(name, line, "", wrong, right)
    return None


def _repeats(node: yaml.Node | None, name: str, path: str = "") -> list[SpecFault]:
    """YAML readers silently keep the last of two equal keys; a specification must not."""
    found = []
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            here = f"{path}.{key.value}" if path else str(key.value)
            line = key.start_mark.line + 1
            if str(key.value) in seen:
                found.append(SpecFault(name, line, here, "the key stands twice", f"once (also line {seen[key.value]})"))
            seen[str(key.value)] = line
            found += _repeats(value, name, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            found += _repeats(value, name, f"{path}.{index}" if path else str(index))
    return found
