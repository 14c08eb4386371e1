"""What counts for the hash of a file of code, and what does not."""

import ast
from pathlib import Path

import pytest

from rv_study.code_hash import code_hash

SAMPLE = Path(__file__).parent / "helpers" / "sample_code.txt"


def hashed(text):
    return code_hash(text.encode())


def test_it_is_the_same_in_every_version_of_python():
    assert code_hash(SAMPLE.read_bytes()) == "59c4985e70250563"  # by Python 3.13.0; 3.11.7 and 3.12.1 give it, too


CODE = '''
"""A docstring."""
def scale(values, log, bar):
    """Another one."""
    if len(values) > 3:
        raise ValueError(f"got {len(values)} values, " "expected 3 or fewer: " + ", ".join(map(str, values)))
    log.line(f"scaling {len(values)} values by {2:.3f}")
    bar.set_postfix_str("busy", refresh=False)
    print("done", len(values))
    return {"scaled": [f"{2 * value:.2f} m" for value in values]}
'''


@pytest.mark.parametrize(("before", "after"), [
    ("    if len", "    # why\n\n    if len"),
    ('"""A docstring."""', '"""More words."""'),
    ('    """Another one."""\n', ""),
    ('"scaled"', "'scaled'"),
    ("def scale(values, log, bar):", "def scale(\n    values,\n    log,\n    bar,\n):"),
    ("len(values) > 3", "(len(values) > 3)"),
    ("got {len(values)} values, ", "{len(values)} values are too many: "),
    ("expected 3 or fewer: ", ""),
    ('", ".join', '"; ".join'),
    ("scaling {", "now scaling {"),
    ("2:.3f", "2:.1f"),
    ('"busy"', '"at work"'),
    ('"done"', '"finished"'),
])  # fmt: skip
def test_words_and_layout_do_not_count(before, after):
    assert CODE.count(before) == 1
    assert hashed(CODE.replace(before, after)) == hashed(CODE)


@pytest.mark.parametrize(("before", "after"), [
    ("> 3", ">= 3"), ("> 3", "> 4"), ("2 * value", "2 + value"), ("2 * value", "2 * values"), ("ValueError", "TypeError"),
    ("map(str,", "map(repr,"), ("got {len(values)}", "got {sum(values)}"), ("scaling {len(values)}", "scaling {values}"),
    ("2:.3f", "3:.3f"), ("refresh=False", "refresh=True"), ('"done", len(values)', '"done"'), ('"scaled"', '"values"'),
    (":.2f} m", ":.1f} m"), (":.2f} m", ":.2f} cm"), ("log.line(", "log.warn("), ("print(", "log.line("),
    ("def scale(values,", "def scale(*values,"), ("    log.line", "    values = ()\n    log.line"),
])  # fmt: skip
def test_what_computes_counts(before, after):
    assert CODE.count(before) == 1
    assert hashed(CODE.replace(before, after)) != hashed(CODE)


@pytest.mark.parametrize("call", [
    'print("{}", file=results)', 'print("{}", **where)', 'log.write("{}")', 'results.line("{}")', 'line("{}")',
    'bar.label("{}")', 'log.line(f"{{rows.pop(\'{}\')}}")', 'print(len(texts.pop("{}")))', 'open_log("{}")', 'ValueError("{}")', 'text = "{}"', 'assert "{}"', 'return_("{}")',
])  # fmt: skip
def test_a_text_that_may_become_data_counts(call):
    assert hashed(call.format("one")) != hashed(call.format("two"))


@pytest.mark.parametrize("call", [
    'print("{}", file=sys.stderr)', 'raise ValueError("{}") from error', 'raise advise(error, "{}")',
    'raise KeyError(name, f"{} {{name}}")', 'log.warn("{}")', 'bar.set_description("{}")', 'job_log(path, f"{} {{run}}")', 'log.line("{}".join(names))',
    'log.line(", ".join(f"{}{{name}}" for name in names))',
])  # fmt: skip
def test_a_text_for_people_does_not_count(call):
    assert hashed(call.format("one")) == hashed(call.format("two"))


def test_things_that_are_alike_are_told_apart():
    texts = ["x = 1", "x = 1.0", "x = True", "x = '1'", "x = b'1'", "x = 1j", "x = None", "x = ...", "x = [1]", "x = (1,)",
             "x: int = 1", "x += 1", "1", "x == 1", "def f(x=1): ...", "def f(x, *, y=1): ...", "def f(*, x, y=1): ...",
             "{**x, 1: x}", "{x: 1, 1: x}", "f'{x}'", "f'{x!r}'", "f'{x:1}'", "f'{x}' f''", "return_(None)", "import x",
             "from x import x", "from . import x", "from .x import x"]  # fmt: skip
    hashes = {text: hashed(text) for text in texts}
    assert hashes.pop("f'{x}' f''") == hashes["f'{x}'"]
    assert len(set(hashes.values())) == len(hashes)
    assert len({ast.dump(ast.parse(text)) for text in hashes}) == len(hashes)
