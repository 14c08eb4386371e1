"""Facts about files of code, remembered by the files' contents: to find them takes half a second at each start.

They stand in a `__pycache__`, by the hash of a file's content, with that of the code that finds them. So they are never
out of date, may be copied or deleted, and hold for all versions of Python.
"""

import ast
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from rotational_variance.storage.files import replacing
from rv_study.code_hash import code_hash, is_docstring
from rv_study.errors import ConfigError

REMEMBERED = Path(__file__).resolve().parents[1] / "__pycache__" / "code_facts.json"
MAX_FACTS = 2000  # files, of all versions of the project that were run; then it begins again
FOUND_BY = (Path(__file__), Path(__file__).with_name("code_hash.py"))


@dataclass(frozen=True)
class CodeFacts:
    """Facts about one file of code.

    hash            of what it computes
    imports         (module or "", level of a relative import, names imported from it)
    only_docstring  whether it holds no code at all
    """

    hash: str
    imports: list[tuple[str, int, list[str]]]
    only_docstring: bool


@cache
def code_facts(path: Path) -> CodeFacts:
    """Return the facts about a file of code. Raises ConfigError for one that is not valid Python."""
    content = path.read_bytes()
    key = hashlib.sha256(content).hexdigest()
    known = _remembered().get(key)
    if known is None:
        known = _new()[key] = asdict(_find(content, path))
    return CodeFacts(**known)


def remember() -> None:
    """Write down the facts that were found; where that can't be done, they are found again."""
    if _new():
        facts = (_remembered() if len(_remembered()) < MAX_FACTS else {}) | _new()
        with suppress(OSError), replacing(REMEMBERED) as temporary:
            temporary.write_text(json.dumps({"found_by": _found_by(), "facts": facts}), encoding="utf-8")


@cache
def _new() -> dict[str, dict]:
    """Return the facts that were not remembered, by hash of content; it is filled as they are found."""
    return {}


def _find(content: bytes, path: Path) -> CodeFacts:
    with _explaining_syntax_errors(path):
        tree = ast.parse(content, filename=str(path))
        digest = code_hash(content, filename=str(path))
    return CodeFacts(digest, list(_imports(tree)), all(is_docstring(node) for node in tree.body))


def _imports(tree: ast.Module) -> Iterator[tuple[str, int, list[str]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.level, [alias.name for alias in node.names]


@cache
def _remembered() -> dict[str, dict]:
    try:
        content = json.loads(REMEMBERED.read_text(encoding="utf-8"))
        return dict(content["facts"]) if content["found_by"] == _found_by() else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _found_by() -> str:
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in FOUND_BY)).hexdigest()


@contextmanager
def _explaining_syntax_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (SyntaxError, ValueError) as error:
        raise ConfigError(f"{path}: not valid Python ({error}); correct it there") from None
