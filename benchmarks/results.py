"""What a benchmark comes to, and how times are taken."""

import operator
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """A ratio, its bound ("<=1.15", ">=8", or "" for none), the number of runs it comes from, and the plain figures."""

    name: str
    ratio: float
    bound: str
    runs: int
    details: str

    @property
    def holds(self) -> bool:
        if not self.bound:
            return True
        compare = {"<=": operator.le, ">=": operator.ge}[self.bound[:2]]
        return compare(self.ratio, float(self.bound[2:]))

    def __str__(self) -> str:
        return f"{self.name}: {self.ratio:.3g} {self.bound} ({self.details}; {self.runs} runs)"


def shortest(contenders: dict, runs: int) -> dict:
    """Run all contenders in turn, `runs` times over; return the shortest time of each, in seconds."""
    times: dict = {name: [] for name in contenders}
    for _ in range(runs):
        for name, function in contenders.items():
            times[name].append(seconds(function))
    return {name: min(taken) for name, taken in times.items()}


def seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start
