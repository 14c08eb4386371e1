"""Where code stands: in rooms, under names that occur once, and with no text of an error in a result."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from rv_study.fingerprints import IGNORED

SCRIPTS = Path(__file__).resolve().parents[1] / "workflow" / "scripts"
LIBRARY = SCRIPTS / "rotational_variance"
FILES = sorted(SCRIPTS.rglob("*.py"))


def named(paths):
    return [path.relative_to(SCRIPTS).as_posix() for path in paths]


def test_the_library_has_no_loose_modules():
    assert named(LIBRARY.glob("*.py")) == ["rotational_variance/__init__.py"]


@pytest.mark.parametrize("name", named(path for path in FILES if path.name == "__init__.py"))
def test_packages_hold_words_only(name):
    """An import in one would pull a whole room into the fingerprint of every stage that uses a part of it."""
    if name != "rotational_variance/models/__init__.py":
        (docstring,) = ast.parse((SCRIPTS / name).read_text()).body
        assert isinstance(docstring, ast.Expr)


def test_no_two_modules_have_one_name():
    names = Counter(path.stem for path in FILES if path.name != "__init__.py")
    assert {name for name, n in names.items() if n > 1} == set()


def test_every_public_function_and_class_says_what_it_does():
    silent = [
        f"{name}: {node.name}"
        for name, path in zip(named(FILES), FILES, strict=True)
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]
    assert silent == []


# ---- texts of errors: to change one reruns nothing, so none may become data


def handlers(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.name]


def is_said(node):
    """Whether a node only tells a person something."""
    if isinstance(node, ast.Raise):
        return True
    return isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "log.line", "log.warn", "isinstance")


def uses_as_data(node, name):
    """Yield the places where an error is used that is not raised again, said to a person, or kept as it is."""
    if is_said(node) or (isinstance(node, ast.Attribute) and ast.unparse(node) == f"{name}.errno"):
        return
    if isinstance(node, ast.Name) and node.id == name:
        yield node.lineno
    for child in ast.iter_child_nodes(node):
        yield from uses_as_data(child, name)


def texts_used_as_data(source):
    return [
        line
        for handler in handlers(ast.parse(source))
        for statement in handler.body
        if not is_kept(statement, handler.name)
        for line in uses_as_data(statement, handler.name)
    ]


def is_kept(statement, name):
    """Whether a statement only keeps the error itself, as `reason, trace_error = ..., error`, to be said later."""
    if not (isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Tuple)):
        return False
    (targets,) = statement.targets
    kept = {ast.unparse(t) for t, v in zip(targets.elts, statement.value.elts, strict=True) if ast.unparse(v) == name}
    others = [value for value in statement.value.elts if ast.unparse(value) != name]
    return kept == {"trace_error"} and not any(list(uses_as_data(value, name)) for value in others)


@pytest.mark.parametrize("name", sorted(set(named(FILES)) - IGNORED))
def test_no_text_of_an_error_becomes_data(name):
    assert texts_used_as_data((SCRIPTS / name).read_text()) == []


@pytest.mark.parametrize("line", [
    "found = str(error)", "return {'reason': f'{error}'}", "found = error.args", "save(error)", "reason = error",
    "trace_error, text = error, str(error)", "log.write(error)",
])  # fmt: skip
def test_a_text_of_an_error_that_becomes_data_is_noticed(line):
    assert texts_used_as_data(f"try:\n    pass\nexcept ValueError as error:\n    {line}\n") != []


@pytest.mark.parametrize("line", [
    "raise ValueError(f'x: {error}') from error", "log.line(f'{error}')", "print(error)", "advice = ADVICE[error.errno]",
    "reason, trace_error = NotTraced.ERROR, error",
])  # fmt: skip
def test_a_text_of_an_error_that_is_said_is_fine(line):
    assert texts_used_as_data(f"try:\n    pass\nexcept ValueError as error:\n    {line}\n") == []
