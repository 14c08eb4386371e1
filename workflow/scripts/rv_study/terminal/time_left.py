"""How long all jobs take together, by how fast the work went so far."""

import time
from collections.abc import Callable, Mapping

MIN_SHARE, MIN_SECONDS = 0.02, 15  # of the work, before its speed is known


class TimeLeft:
    """The work of all jobs, and how much of it is done.

    clock  the seconds that have passed; they count from the first progress on
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began: float | None = None
        self._work: dict[str, float] = {}
        self._shares: dict[str, float] = {}
        self._found: dict[str, float] = {}  # what was done when a job began: resumed, or taken from the kept results

    def add(self, work: Mapping[str, float]) -> None:
        """Add the work of jobs that compute for long, in one unit."""
        self._work |= work

    def tell(self, job: str, share: float) -> None:
        """Note the share of a job's work that is done."""
        if job in self._work:
            self._began = self._clock() if self._began is None else self._began
            self._found.setdefault(job, share)
            self._shares[job] = share

    @property
    def share(self) -> float | None:
        """The share of all work that is done; None if the work is not known."""
        total = sum(self._work.values())
        return self._sum(self._shares) / total if total else None

    def seconds(self) -> float | None:
        """Return the seconds that all that is left will take; None if too little is done to tell."""
        if self._began is None:
            return None
        total, done = sum(self._work.values()), self._sum(self._shares)
        gained, elapsed = done - self._sum(self._found), self._clock() - self._began
        if gained < MIN_SHARE * total or elapsed < MIN_SECONDS:
            return None
        return (total - done) * elapsed / gained

    def _sum(self, shares: Mapping[str, float]) -> float:
        return sum(self._work[job] * share for job, share in shares.items())
