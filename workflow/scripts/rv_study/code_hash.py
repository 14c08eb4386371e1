"""Hash what Python code computes, not how it is written down or what it says to people.

The hash is that of the syntax tree. So comments, blank lines, line breaks and the style of quotes do not count; nor do
docstrings, and constant strings inside `raise X(...)`, `print(...)` and the calls of JOB_METHODS. For that to be safe,
no text of an exception may become data: a test holds the project's own code to it.

The tree is walked field by field, and fields that are empty are skipped, because newer versions of Python add fields:
`ast.dump`, `ast.unparse` and hashes of tokens differ between 3.11, 3.12 and 3.13, this hash does not.
"""

import ast
import hashlib
from collections.abc import Iterator

# Methods that tell a person how a job goes, by the names of the variables that hold the job's log and progress bar.
JOB_METHODS = {"log": {"line", "warn"}, "bar": {"set_description", "set_postfix_str"}}


def code_hash(source: bytes, filename: str = "<unknown>") -> str:
    """Return 16 hexadecimal digits for what `source` computes. Raises SyntaxError or ValueError if it is not Python."""
    digest = hashlib.sha256()
    for part in _parts(ast.parse(source, filename), is_words=False):
        digest.update(part.encode("ascii") + b"\0")
    return digest.hexdigest()[:16]


def is_docstring(node: ast.AST) -> bool:
    """Say whether a statement is a string on its own, which does nothing."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _parts(node: object, *, is_words: bool) -> Iterator[str]:
    """Yield ASCII texts that tell apart any two trees that compute different things.

    is_words  whether `node` is part of what is only said to a person: its constant strings do not count
    """
    if isinstance(node, list):
        yield "["
        for item in node:
            if not is_docstring(item):
                yield from _parts(item, is_words=is_words)
        yield "]"
    elif isinstance(node, ast.Constant):
        is_word = is_words and isinstance(node.value, str)
        # Not repr(): which characters that escapes depends on the version of Unicode, and so on that of Python.
        yield "a text" if is_word else f"{type(node.value).__name__} {node.value!a}"
    elif isinstance(node, ast.AST):
        is_words = is_words or _speaks(node)
        yield f"({type(node).__name__}"
        for name, value in ast.iter_fields(node):
            counted = _without_words(value, is_words) if isinstance(node, ast.JoinedStr) else value
            if counted is not None and counted != []:
                yield name
                yield from _parts(counted, is_words=is_words)
        yield ")"
    else:  # a name, a number of dots, or None in a list: the key of **more
        yield ascii(node)


def _without_words(parts: list[ast.expr], is_words: bool) -> list[ast.expr]:
    """Leave out those parts of an f-string that do not count: all its text in words, else the empty constants.

    Python 3.12.1 ends some f-strings with an empty constant, 3.11 and 3.13 do not.
    """
    return [part for part in parts if not (isinstance(part, ast.Constant) and (is_words or part.value == ""))]


def _speaks(node: ast.AST) -> bool:
    """Say whether a node only tells a person something: raises an error, prints, or writes to the job's log or bar."""
    if isinstance(node, ast.Raise):
        return True
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        return called.attr in JOB_METHODS.get(called.value.id, ())
    return isinstance(called, ast.Name) and called.id == "print" and not _goes_to_a_file(node)


def _goes_to_a_file(call: ast.Call) -> bool:
    """Say whether `print` writes to something else than the terminal: what it writes there is data."""
    files = [keyword.value for keyword in call.keywords if keyword.arg in ("file", None)]
    return any(ast.unparse(file) not in ("sys.stderr", "sys.stdout") for file in files)
