"""A measure of (in)variance: its formula, and all that figures, tables and the page need to draw it. numpy only."""

import importlib.util
import inspect
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np

PACKAGE = "rotational_variance.measures"
DIRECTIONS = ("lower", "higher", "neither")


@dataclass(frozen=True)
class Measure:
    """A number for each unit, made of the unit's statistics.

    name             that of its file; the name in configs, tables and names of files
    title            the name in words, such as "normalized variance"
    symbol           what figures call it, such as "M"
    equation         how it is made of the statistics, in words: "M = transformation std / sample std"
    formula          the same in code: its arguments name the statistics it takes, arrays of one shape; it returns an
                     array of that shape, without NaN: of dead units, too, whose stds are 0
    zero, one        what these values mean, in a few words; "" if nothing in particular
    more_invariant   which values tell of more invariance: the "lower" ones, the "higher" ones, or "neither"
    bounds           the lowest and the highest value possible
    scale            the bounds of colour scales, the same in all figures, so that these can be compared
    is_logarithmic   whether axes and colour scales are logarithmic
    reference        a value to draw a line or a mark at; None for none
    is_relative      whether it compares the statistics of a unit with each other. Below precision, these are rounding
                     noise, and their comparison says nothing: such a unit then has no value (NaN)
    source           where it comes from

    Raises ValueError for a field that does not fit.
    """

    name: str
    title: str
    symbol: str
    equation: str
    formula: Callable[..., np.ndarray]
    zero: str
    one: str
    more_invariant: str
    bounds: tuple[float, float]
    scale: tuple[float, float]
    reference: float | None
    is_relative: bool
    source: str
    is_logarithmic: bool = False

    def __post_init__(self) -> None:
        for name in ("name", "title", "symbol", "equation", "source"):
            self._expect(
                name, "one line of text", lambda text: isinstance(text, str) and text.strip() and "\n" not in text
            )
        for name in ("zero", "one"):
            self._expect(name, "a text, which may be empty", lambda text: isinstance(text, str))
        self._expect("formula", "a function", inspect.isfunction)
        self._expect("more_invariant", f"one of {', '.join(DIRECTIONS)}", DIRECTIONS.__contains__)
        for name in ("is_relative", "is_logarithmic"):
            self._expect(name, "True or False", lambda value: isinstance(value, bool))
        self._expect("bounds", "a lower and a higher number", _ascends)
        self._expect(
            "scale", "a lower and a higher finite number", lambda ends: _ascends(ends) and np.isfinite(ends).all()
        )
        if self.is_logarithmic:
            self._expect("scale", "numbers above 0, as it is logarithmic", lambda ends: ends[0] > 0)
        if self.reference is not None:
            self._expect("reference", "None, or a number on the scale", self._is_on_scale)

    def _expect(self, name: str, expected: str, is_right: Callable[[object], object]) -> None:
        if not is_right(getattr(self, name)):
            raise ValueError(f"{name}: got {getattr(self, name)!r}, expected {expected}")

    def _is_on_scale(self, value: object) -> bool:
        return isinstance(value, int | float) and self.scale[0] <= value <= self.scale[1]

    @cached_property
    def statistics(self) -> tuple[str, ...]:
        """The names of the statistics that the formula takes."""
        return tuple(inspect.signature(self.formula).parameters)

    def evaluate(self, *statistics: np.ndarray) -> np.ndarray:
        """Apply the formula to its statistics, arrays of one shape; return an array of that shape, float64.

        Raises ValueError if it fails, changes its statistics, or returns another shape, or a value that is NaN or out
        of bounds.
        """
        statistics = [values.view() for values in statistics]
        for values in statistics:
            values.flags.writeable = False  # other measures are made of the same numbers
        with _blaming(self.name, self.formula.__code__.co_filename), np.errstate(divide="ignore", invalid="ignore"):
            found = np.asarray(self.formula(*statistics), dtype=np.float64)
        if found.shape != statistics[0].shape:
            raise ValueError(f"measure {self.name}: got values of {found.shape}, expected {statistics[0].shape}")
        low, high = self.bounds
        wrong = ~((found >= low) & (found <= high))
        if wrong.any():
            given = ", ".join(
                f"{name} {values[wrong][0]:g}" for name, values in zip(self.statistics, statistics, strict=True)
            )
            raise ValueError(
                f"measure {self.name}: got {found[wrong][0]:g} for {given}; expected a number from {low:g} to {high:g}"
            )
        return found

    @property
    def meanings(self) -> str:
        """What 0 and 1 mean, as in "0: invariant, 1: not"; "" if they mean nothing in particular."""
        return ", ".join(f"{value}: {words}" for value, words in ((0, self.zero), (1, self.one)) if words)

    @property
    def axis_label(self) -> str:
        """The label of an axis: the symbol, and what 0 and 1 mean."""
        return f"{self.symbol} ({self.meanings})" if self.meanings else self.symbol


def _ascends(ends: object) -> bool:
    are_numbers = isinstance(ends, tuple) and len(ends) == 2 and all(isinstance(end, int | float) for end in ends)
    return are_numbers and ends[0] < ends[1]


def check_measure(measure: Measure, statistics: Iterable[str]) -> None:
    """Try out a measure before there is anything to measure: on a dead unit, and on one whose statistics are all 1.

    statistics  the names of those that are measured
    Raises ValueError for a measure that takes another one, and as `Measure.evaluate`.
    """
    unknown = [name for name in measure.statistics if name not in statistics]
    if unknown or not measure.statistics:
        took = unknown[0] if unknown else "none"
        raise ValueError(f"measure {measure.name}: takes {took}, expected one of {', '.join(statistics)}")
    measure.evaluate(*[np.array([0.0, 1.0])] * len(measure.statistics))


def load_measure(name: str) -> Measure:
    """Load the measure of a file in measures/, by the file's name.

    Raises ValueError for a file that fails, that does not define MEASURE, or defines one of another name.
    """
    file = importlib.util.find_spec(f"{PACKAGE}.{name}").origin
    with _blaming(name, file):
        measure = getattr(importlib.import_module(f"{PACKAGE}.{name}"), "MEASURE", None)
    if not isinstance(measure, Measure):
        raise ValueError(f"{file}: defines no MEASURE, expected a Measure")
    if measure.name != name:
        raise ValueError(f"{file}: MEASURE.name: got {measure.name!r}, expected {name!r}, as the file")
    return measure


@contextmanager
def _blaming(name: str, file: str) -> Iterator[None]:
    """Re-raise an error of a measure's own code as a ValueError that names the line of its file."""
    try:
        yield
    except Exception as error:  # a user's code may raise any type
        raise ValueError(f"measure {name}: {type(error).__name__}: {error} ({_place(error, file)})") from error


def _place(error: Exception, file: str) -> str:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    return f"{file}, line {lines[-1]}" if lines else file
