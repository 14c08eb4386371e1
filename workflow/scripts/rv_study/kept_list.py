"""List the kept results: of which runs, made by which numbers, and how much space they take."""

from collections.abc import Mapping
from pathlib import Path

from rotational_variance.storage.files import sha256
from rotational_variance.tables.text import markdown_table
from rv_study.kept_store import Entry, Store
from rv_study.made_by import describe

WORDS = {"train": "network", "measure": "measurement"}  # by stage
MEGABYTE = 10**6


def list_kept(store: Store, today: Mapping[tuple[str, str], list[str]], datasets: Mapping[str, str]) -> str:
    """List the kept results as text.

    today     what makes the results of the study's runs now, as texts, by stage and run
    datasets  the dataset files of these runs, by run
    """
    entries = sorted(store.entries(), key=lambda entry: (entry.result.run, entry.result.stage == "measure"))
    if not entries:
        return f"{store.folder}: nothing is kept"
    sizes = [_sizes(entry) for entry in entries]
    networks = {digest: entry for entry in entries if entry.result.stage == "train" for digest in entry.files.values()}
    hashes = {path: sha256(path) for path in set(datasets.values()) if Path(path).is_file()}
    now = {run: hashes.get(path) for run, path in datasets.items()}
    rows = [
        {
            "run": entry.result.run,
            "kept": WORDS.get(entry.result.stage, entry.result.stage),
            "made by, unlike today": _unlike_today(entry, today, networks, now) or "nothing",
            "folder": entry.folder.name,
            "MB": f"{size / MEGABYTE:.2f}",
        }.items()
        for entry, (size, _) in zip(entries, sizes, strict=True)
    ]
    total, apart = (sum(size) / MEGABYTE for size in zip(*sizes, strict=True))
    return (
        f"{markdown_table(rows, n_text=4)}\n{store.folder}: {len(entries)} results, {total:.2f} MB, of which "
        f"{apart:.2f} MB lie nowhere else"
    )


def _unlike_today(
    entry: Entry, today: Mapping[tuple[str, str], list[str]], networks: Mapping[str, Entry], datasets: Mapping[str, str]
) -> str:
    """Say which numbers, code or images differ from today's, those of a measurement's network included."""
    result = entry.result
    if (result.stage, result.run) not in today:
        return "not a run of this study"
    if not result.made_by:
        return "not recorded"
    inputs = dict(result.inputs)
    network = networks.get(inputs.get("checkpoint", ""))
    others = (entry,) if network is None else (network, entry)
    parts = [describe(one.result.made_by, today[one.result.stage, result.run], ", today") for one in others]
    digest = datasets.get(result.run)
    return "; ".join([*filter(None, parts), *(["other images"] if digest not in (None, inputs.get("dataset")) else [])])


def _sizes(entry: Entry) -> tuple[int, int]:
    """Return the bytes of a result, and those of its files that lie nowhere else."""
    found = [path.stat() for path in (entry.folder / name for name in entry.files) if path.is_file()]
    return sum(stat.st_size for stat in found), sum(stat.st_size for stat in found if stat.st_nlink == 1)
