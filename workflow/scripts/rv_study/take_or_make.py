"""Take a job's result from the kept ones, or make it and keep it."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rotational_variance.storage.files import half_of
from rv_study.around_jobs.own_gpu import own_gpu
from rv_study.forced import is_forced
from rv_study.job_log import JobLog
from rv_study.kept_store import LOG, RECORD, TAKEN, Result, Store
from rv_study.links import copy, link


def take_or_make(
    store: Store,
    result: Result,
    files: list[Path],
    make: Callable[[], None],
    log: JobLog,
    unfinished: Path | None = None,
) -> None:
    """Take the files of a result from the store if they are kept there; else make them, and keep them.

    unfinished  what `make` leaves to go on from if it is stopped; deleted when the result is safe
    """
    if not is_forced(result.stage, result.run) and _take(store, result.key, files, log):
        if unfinished is not None and _is_older(unfinished, store.folder / result.key / RECORD):
            unfinished.unlink()  # else it is of other numbers, which may come back, too
        _remove_halves([*files, *([unfinished] if unfinished else [])])
        return
    with own_gpu(log.warn):
        make()
    _keep(store, result, files, log)
    if unfinished is not None:
        unfinished.unlink(missing_ok=True)


def _keep(store: Store, result: Result, files: list[Path], log: JobLog) -> None:
    try:
        is_linked = store.keep(result, files, log.path)
        if not is_linked and store.is_first_copy():
            log.warn(copies_notice(store))
    except OSError as error:
        log.warn(f"finished, but not kept: {error}")


def copies_notice(store: Store) -> str:
    """Say that results are copied there."""
    return f"{store.folder}: no hard links to there, so finished results are kept as copies, which take space"


def _take(store: Store, key: str, files: list[Path], log: JobLog) -> bool:
    """Link a kept result's files to their places; return False if there is none that can be used."""
    entry = store.find(key)
    if entry is None:
        return False
    damage = entry.find_damage() if set(entry.files) == {path.name for path in files} else "has other files"
    if damage:
        log.warn(f"{entry.folder}: not used ({damage})")
        return False
    with suppress(OSError):
        log.line((entry.folder / LOG).read_text(encoding="utf-8").rstrip("\n"))
    for path in files:
        _place(entry.folder / path.name, path)
    log.warn(f"{TAKEN}{entry.folder}, where it was kept: the same numbers, code and data made it")
    return True


def _place(kept: Path, path: Path) -> None:
    """Link a kept file to its place; copy it if it lies in another place, too.

    Snakemake touches what a job has made. It would take the files of another study for new ones.
    """
    if kept.stat().st_nlink > 1:
        copy(kept, path)
    else:
        link(kept, path)


def _remove_halves(paths: list[Path]) -> None:
    """Remove what `replacing` was writing when its job was killed, as nothing writes these paths again now."""
    for path in paths:
        half_of(path).unlink(missing_ok=True)


def _is_older(path: Path, other: Path) -> bool:
    return path.exists() and path.stat().st_mtime <= other.stat().st_mtime
