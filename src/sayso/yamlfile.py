"""YAML read with its line numbers, so that an error can say where it is. Duplicate keys are errors, never overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sayso.errors import InputError


@dataclass(frozen=True)
class YamlFile:
    """A YAML document's value together with the lines it came from."""

    path: Path
    value: Any
    root: yaml.Node | None

    def line_of(self, place: Sequence[str | int]) -> int:
        """The line of the value at `place`, or of the deepest part of `place` that exists."""
        node, line = self.root, 1
        for step in place:
            child = _child(node, step)
            if child is None:
                break
            node, line = child
        return line


def read_yaml(path: Path, error: type[InputError] = InputError) -> YamlFile:
    """Read one YAML document; raises `error` with file and line when it is not one."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_duplicate_keys(root, path, error)
        return YamlFile(path, yaml.safe_load(text), root)
    except FileNotFoundError:
        raise error("this file is missing", path) from None
    except IsADirectoryError:
        raise error("this is a folder, not a file", path) from None
    except UnicodeDecodeError:
        raise error("this file is not UTF-8 text; save it as UTF-8", path) from None
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else None
        raise error(f"this is not valid YAML: {problem.problem}", path, line) from None
    except yaml.YAMLError as problem:
        raise error(f"this is not valid YAML: {str(problem).splitlines()[0]}", path) from None
    except (ValueError, RecursionError) as problem:
        raise error(f"this YAML has a value that cannot be read: {problem}", path) from None


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        child = node.value[step]
        return child, child.start_mark.line + 1
    return None


def _refuse_duplicate_keys(root: yaml.Node | None, path: Path, error: type[InputError]) -> None:
    pending, visited = [root], set[int]()
    while pending:
        node = pending.pop()
        if node is None or id(node) in visited:
            continue
        visited.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            pending.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            first_lines: dict[tuple[str, str], int] = {}
            for key, value in node.value:
                line = key.start_mark.line + 1
                name = (key.tag, str(key.value))
                if name in first_lines:
                    raise error(f"{key.value!r} is given twice, first on line {first_lines[name]}; keep one", path, line)
                first_lines[name] = line
                pending.append(value)
