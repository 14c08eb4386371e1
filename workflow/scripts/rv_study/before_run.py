"""Before the first job: keep what is finished, and say which of it is about to be replaced."""

from collections.abc import Callable, Iterable

from rv_study.errors import ConfigError
from rv_study.finished import Finished, unrecorded
from rv_study.kept_store import Result, Store
from rv_study.made_by import describe
from rv_study.take_or_make import copies_notice

MAX_NAMES = 3  # of runs in one line
NOT_RECORDED = "made by numbers that are not recorded"
IF_CHANGED = "if the images of the dataset change"


def keep_finished(store: Store, finished: Iterable[Finished]) -> list[str]:
    """Keep all finished results; return notices for a person, if there are any.

    Raises ConfigError if one that is about to be run again can't be kept: Snakemake would delete it.
    """
    notices = []
    for found in finished:
        if found.runs_again or store.find(found.result.key) is None:
            try:
                is_linked = _keep(store, found)
                if not is_linked and store.is_first_copy():
                    notices.append(copies_notice(store))
            except OSError as error:
                if found.runs_again:
                    raise ConfigError(
                        f"{error}: {found.files[0]} is finished, is about to be made again, and cannot be kept; free "
                        f"some space, or move it away, then run the same command again"
                    ) from None
    return notices


def _keep(store: Store, found: Finished) -> bool:
    """Keep a result if it is not; return False if it had to be copied."""
    result = found.result
    if store.holds(result, found.files) or store.holds_bytes(result.stage, result.run, found.files):
        return True
    entry = store.find(result.key)
    if entry is not None and not entry.find_damage():  # so what lies in its place was changed
        result = unrecorded(result.stage, result.run, found.files)
    return store.keep(result, found.files, found.log)


def announce(store: Store, finished: Iterable[Finished], made_by: Callable[[str, str], list[str]]) -> list[str]:
    """Say how many finished trainings are about to be run again, why, and that they are kept.

    made_by  a function from a stage and a run to what makes its result now
    """
    again: dict[str, list[str]] = {}
    taken = []
    for found in finished:
        if found.runs_again and found.result.stage == "train":
            now = _now(found, made_by)
            entry = None if found.forced or found.inputs_now is None else store.find(now.key)
            if entry is not None and not entry.find_damage():
                taken.append(found.result.run)
            else:
                again.setdefault(_reason(found, now), []).append(found.result.run)
    return [*_announce_again(store, again), *_announce_taken(store, taken)]


def _now(found: Finished, made_by: Callable[[str, str], list[str]]) -> Result:
    stage, run = found.result.stage, found.result.run
    return Result(stage, run, tuple(made_by(stage, run)), found.inputs_now or ())


def _reason(found: Finished, now: Result) -> str:
    if found.forced:
        return "asked for"
    if not found.result.made_by:
        return NOT_RECORDED
    is_known = found.inputs_now is not None
    images = "the images of the dataset have changed" if is_known else IF_CHANGED
    return describe(found.result.made_by, now.made_by) or images


def _announce_again(store: Store, again: dict[str, list[str]]) -> list[str]:
    if not again:
        return []
    n = sum(map(len, again.values()))
    is_open = set(again) == {IF_CHANGED}  # until the dataset is made again
    will_run = "may be run again" if is_open else f"{'are' if n > 1 else 'is'} about to be run again"
    by_hand = " Where no numbers are recorded, copy them back by hand." if NOT_RECORDED in again else ""
    return [
        f"{n} finished training{'s' * (n > 1)} {will_run}:",
        *(f"    {reason}: {_names(runs)}" for reason, runs in again.items()),
        f"{'Their' if n > 1 else 'Its'} results are kept in {store.folder}, and come back with the same numbers "
        f"(make kept lists them).{by_hand}",
    ]


def _announce_taken(store: Store, taken: list[str]) -> list[str]:
    if not taken:
        return []
    many = len(taken) > 1
    return [
        f"{len(taken)} training{'s are' if many else ' is'} taken from {store.folder}, where the same numbers made "
        f"{'them' if many else 'it'} before: {_names(taken)}"
    ]


def _names(runs: list[str]) -> str:
    more = f" and {len(runs) - MAX_NAMES} more" if len(runs) > MAX_NAMES else ""
    return ", ".join(sorted(runs)[:MAX_NAMES]) + more
