"""Where code stands: in rooms, under names that occur once, and with no text of an error in a result."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from rv_study.code_hash import is_docstring
from rv_study.fingerprints import IGNORED

SCRIPTS = Path(__file__).resolve().parents[1] / "workflow" / "scripts"
LIBRARY = SCRIPTS / "rotational_variance"
FILES = sorted(SCRIPTS.rglob("*.py"))


def named(paths):
    return [path.relative_to(SCRIPTS).as_posix() for path in paths]


def test_the_library_has_no_loose_modules():
    assert named(LIBRARY.glob("*.py")) == ["rotational_variance/__init__.py"]


def test_packages_hold_words_only():
    """An import in one would pull a whole room into the fingerprint of every stage that uses a part of it."""
    packages = [path for path in FILES if path.name == "__init__.py"]
    assert len(packages) > 10
    others = [path for path in packages if not all(map(is_docstring, ast.parse(path.read_text()).body))]
    assert named(others) == ["rotational_variance/models/__init__.py"]


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


# ---- the floors: the workflow imports the library, which knows nothing of it


def imported(path):
    """Name the modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: absolute imports only"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def reached(*paths):
    """Return all modules that these files import, directly or through files of the project."""
    found, waiting = set(), list(paths)
    while waiting:
        for name in set(imported(waiting.pop())) - found:
            found.add(name)
            file = SCRIPTS.joinpath(*name.split(".")).with_suffix(".py")
            waiting += [file] if file.is_file() else []
    return {name.split(".")[0] for name in found}


LIBRARY_FILES = sorted(LIBRARY.rglob("*.py"))
ROOMS_WITHOUT_TORCH = ("figures", "measures", "page", "statistics", "tables")


def test_the_library_imports_nothing_of_the_workflow():
    workflow = {"rv_study", "snakemake", *(script.stem for script in SCRIPTS.glob("*.py"))}
    assert named(p for p in LIBRARY_FILES if {name.split(".")[0] for name in imported(p)} & workflow) == []


@pytest.mark.parametrize("room", ROOMS_WITHOUT_TORCH)
def test_what_draws_or_tabulates_does_without_torch(room):
    assert not reached(*(LIBRARY / room).rglob("*.py")) & {"torch", "torchvision"}


@pytest.mark.parametrize("script", ["plot", "plot_models", "tables", "report"])
def test_scripts_that_draw_or_tabulate_do_without_torch_and_snakemake(script):
    assert not reached(SCRIPTS / f"{script}.py") & {"torch", "torchvision", "snakemake"}


def test_what_plans_does_without_torch():
    assert not reached(*(SCRIPTS / "rv_study").glob("*.py")) & {"torch", "torchvision"}


def texts_in(path):
    """Yield the strings of a file that are not docstrings."""
    tree = ast.parse(path.read_text())
    statements = [
        node for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    alone = {id(node.value) for node in statements}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value


OF_THE_WORKFLOW = ["config", "snakemake", "results/", "make setup", "delete it", "rule ", "workflow/", ".learning_rate"]


def test_no_text_of_the_library_tells_of_the_workflow():
    texts = {text for path in LIBRARY_FILES for text in texts_in(path)}
    assert "linear" in texts
    found = {text for text in texts for word in OF_THE_WORKFLOW if word in text.lower()}
    assert found - {"_disable_config", "CUBLAS_WORKSPACE_CONFIG"} == set()  # of docutils and of CUDA


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


COUNTED = sorted(set(named(FILES)) - IGNORED)


def test_no_text_of_an_error_becomes_data():
    assert sum(bool(handlers(ast.parse((SCRIPTS / name).read_text()))) for name in COUNTED) > 10
    assert {name: lines for name in COUNTED if (lines := texts_used_as_data((SCRIPTS / name).read_text()))} == {}


def reads_of_kept_errors(source):
    """Return the lines that read an error which was kept, other than to say it or to ask whether there is one."""
    tree = ast.parse(source)
    said = {id(child) for node in ast.walk(tree) if is_said(node) for child in ast.walk(node)}
    asked = {id(child) for node in ast.walk(tree) if isinstance(node, ast.If) for child in ast.walk(node.test)}
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "trace_error"]
    return [node.lineno for node in attributes if isinstance(node.ctx, ast.Load) and id(node) not in said | asked]


def test_an_error_that_is_kept_is_only_said():
    assert {name: lines for name in COUNTED if (lines := reads_of_kept_errors((SCRIPTS / name).read_text()))} == {}
    assert reads_of_kept_errors("why = {'why': str(activations.trace_error)}") == [1]


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
