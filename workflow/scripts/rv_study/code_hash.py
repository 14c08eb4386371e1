"""Hash the computation of Python code, not its layout or its texts for people.

The hash covers the syntax tree. So comments, blank lines, line breaks and the style of quotes do not count. Docstrings
do not count either, nor do constant strings inside `raise X(...)`, `print(...)`, `job_log(...)` and the calls of
JOB_METHODS. This is safe only if no text of an exception becomes data; a test checks the project's own code for that.

The tree is walked field by field, and empty fields are skipped, because newer versions of Python add fields. The
results of `ast.dump`, `ast.unparse` and hashes of tokens differ between Python 3.11, 3.12 and 3.13; this hash does not.
"""

import ast
import hashlib
from collections.abc import Iterator

# Methods that report a job's progress to a person, by the names of the variables for the job's log and progress bar.
JOB_METHODS = {"log": {"line", "warn"}, "bar": {"set_description", "set_postfix_str"}}
TEXT_METHODS = {"join", "format"}  # calls that only make a text
RAISED, SAID = "raised", "said"


def code_hash(source: bytes, filename: str = "<unknown>") -> str:
    """Return 16 hexadecimal digits that identify the computation of `source`.

    Raises SyntaxError or ValueError if `source` is not valid Python.
    """
    digest = hashlib.sha256()
    for part in _parts(ast.parse(source, filename), words=""):
        digest.update(part.encode("ascii") + b"\0")
    return digest.hexdigest()[:16]


def is_docstring(node: ast.AST) -> bool:
    """Tell whether a statement is a string on its own, which does nothing."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _parts(node: object, *, words: str) -> Iterator[str]:
    """Yield ASCII texts that differ between any two trees with different computations.

    words  RAISED or SAID if `node` is part of a text for a person, whose constant strings do not count; else ""
    """
    if isinstance(node, list):
        yield "["
        for item in node:
            if not is_docstring(item):
                yield from _parts(item, words=words)
        yield "]"
    elif isinstance(node, ast.Constant):
        is_word = words and isinstance(node.value, str)
        # Not repr(): the characters that repr() escapes depend on the version of Unicode, and so on that of Python.
        yield "a text" if is_word else f"{type(node.value).__name__} {node.value!a}"
    elif isinstance(node, ast.AST):
        words = _words(node, words)
        yield f"({type(node).__name__}"
        for name, value in ast.iter_fields(node):
            counted = _without_words(value, words) if isinstance(node, ast.JoinedStr) else value
            if counted is not None and counted != []:
                yield name
                yield from _parts(counted, words=words)
        yield ")"
    else:  # an identifier, the number of dots of an import, or None in a list: the key of **more
        yield ascii(node)


def _without_words(parts: list[ast.expr], words: str) -> list[ast.expr]:
    """Leave out the parts of an f-string that do not count: all text if it is for a person, else empty constants.

    Python 3.12.1 ends some f-strings with an empty constant; 3.11 and 3.13 do not.
    """
    return [part for part in parts if not (isinstance(part, ast.Constant) and (words or part.value == ""))]


def _words(node: ast.AST, words: str) -> str:
    """Return whether a node is a text for a person, or part of one, given the same of the node around it."""
    if isinstance(node, ast.Raise):
        return RAISED
    if not isinstance(node, ast.Call):
        return words
    if _speaks(node):
        return SAID
    # After a text is said, the program goes on: a call inside it may change more than the text.
    is_text = isinstance(node.func, ast.Attribute) and node.func.attr in TEXT_METHODS
    return "" if words == SAID and not is_text else words


def _speaks(call: ast.Call) -> bool:
    """Tell whether a call only informs a person: prints, opens the job's log, or writes to the log or the bar."""
    called = call.func
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        return called.attr in JOB_METHODS.get(called.value.id, ())
    if not isinstance(called, ast.Name):
        return False
    return called.id == "job_log" or (called.id == "print" and not _goes_to_a_file(call))


def _goes_to_a_file(call: ast.Call) -> bool:
    """Tell whether `print` writes elsewhere than to the terminal: such text is data."""
    files = [keyword.value for keyword in call.keywords if keyword.arg in ("file", None)]
    return any(ast.unparse(file) not in ("sys.stderr", "sys.stdout") for file in files)
