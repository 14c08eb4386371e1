"""Errors in a model's file, in one line with the place in that file. No change here changes a result."""

import ast
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LIBRARY = Path(__file__).parents[1]


class ModelError(ValueError):
    """A mistake in the file of a model."""


class UnfitModelError(ValueError):
    """A network that the study cannot use, though its code runs."""


@contextmanager
def blaming(path: Path, *, always: bool = False) -> Iterator[None]:
    """Re-raise an error of the code in `path`, a model's file, as a ModelError that names the line.

    always  blame the file for errors that torch raises elsewhere, too, as where a layer gets an input that does not
            fit; their place is then the function `build`
    """
    try:
        yield
    except ModelError:
        raise
    except Exception as error:
        line = _line_of(error, path)
        is_the_models = isinstance(error, UnfitModelError) or not (_is_ours(error, path) or _is_lack_of_memory(error))
        if not is_the_models or (line is None and not always):
            raise
        text = " ".join(str(error).split())[:600]
        if not isinstance(error, UnfitModelError):
            text = f"{type(error).__name__}: {text}"
        raise model_error(path, text, line) from error


def model_error(path: Path, text: str, line: int | None = None) -> ModelError:
    """Return the error of a model, placed at a line of its file, or else at its function `build`."""
    shown = os.path.relpath(path) if Path.cwd() in path.parents else path
    return ModelError(f"model {path.stem}: {text} ({shown}, line {line or _line_of_build(path)})")


def _is_ours(error: Exception, path: Path) -> bool:
    """Say whether the study's own code raised an error, and no model's."""
    raised_in = Path(traceback.extract_tb(error.__traceback__)[-1].filename)
    return LIBRARY in raised_in.parents and raised_in.parent != path.parent


def _is_lack_of_memory(error: Exception) -> bool:
    return isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"  # of torch, for a GPU


def _line_of(error: Exception, path: Path) -> int | None:
    """Return the line of the file at which an error was raised, or that called what raised it."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return lines[-1] if lines else None


def _line_of_build(path: Path) -> int:
    functions = [node for node in ast.parse(path.read_bytes()).body if getattr(node, "name", "") == "build"]
    return functions[0].lineno if functions else 1
