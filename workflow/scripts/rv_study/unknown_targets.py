"""Say what is wrong with a target that no rule makes: Snakemake's own answer would be no more than that."""

import difflib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rv_study.explain import did_you_mean

RUN = re.compile(r"variance/(?P<name>[^/]+)\.h5|checkpoints/(?P<other>[^/]+)\.(?:pt|csv)")
PAIR = re.compile(r"plots/(?!models/)(?P<name>[^/.]+)(?:/[^/]+)?\.\w+|layers/(?P<other>[^/]+)\.md")
DATASET = re.compile(r"datasets/(?P<name>[^/]+)\.h5|plots/models/(?P<other>[^/]+)/[^/]+\.\w+")
DRAWN = re.compile(r"plots/.+")
FIGURE_SUFFIXES = (".png", ".pdf", ".svg")
SIMILAR = 0.8  # of two paths, by difflib's ratio; those of a study are all somewhat alike


@dataclass(frozen=True)
class Names:
    """What targets may be made of.

    known  {kind: names} of all models, datasets and trainings that there are, whether the study uses them or not
    study  {kind: names or numbers} of those of the study, of its seeds, too
    files  all results of the study, and all names of rules
    """

    known: dict[str, Sequence[str]]
    study: dict[str, Sequence[str | int]]
    files: Sequence[str]


def explain(target: str, folders: Iterable[Path], names: Names) -> str | None:
    """Return why no rule makes a target, and what to write instead; None if it is like no result of the study.

    folders  of the study, and of all studies
    """
    for file in (os.path.relpath(target, folder) for folder in folders):
        parts = _read(file, names)
        why = _explain_parts(parts, names) if parts else None
        if why:
            return f"{target}: {why}"
    why = _explain_file(os.path.relpath(target), [os.path.relpath(path) for path in names.files])
    return f"{target}: {why}" if why else None


def _read(file: str, names: Names) -> dict[str, str | int]:
    """Return {kind: name} of the parts of a result's name: the reading with the most parts that are known."""
    for pattern, read in ((RUN, _runs), (PAIR, _pairs), (DATASET, _datasets)):
        match = pattern.fullmatch(file)
        if match:
            readings = read(match["name"] or match["other"], names.known)
            return max(readings, key=lambda parts: _measure_known(parts, names.known), default={})
    return {}


def _measure_known(parts: dict[str, str | int], known: dict[str, Sequence[str]]) -> tuple[int, int]:
    """Return how many parts are known, and with how many letters: fashion_mnist is read rather than mnist."""
    found = [parts[kind] for kind in known if kind in parts and parts[kind] in known[kind]]
    return len(found), len("".join(found))


def _datasets(name: str, known: dict[str, Sequence[str]]) -> Iterator[dict[str, str | int]]:
    yield {"dataset": name}


def _pairs(name: str, known: dict[str, Sequence[str]]) -> Iterator[dict[str, str | int]]:
    """Yield the ways to read {model}_{dataset}, at least one of which is known."""
    for model in known["model"]:
        if name.startswith(f"{model}_"):
            yield {"model": model, "dataset": name.removeprefix(f"{model}_")}
    for dataset in known["dataset"]:
        if name.endswith(f"_{dataset}"):
            yield {"model": name.removesuffix(f"_{dataset}"), "dataset": dataset}


def _runs(name: str, known: dict[str, Sequence[str]]) -> Iterator[dict[str, str | int]]:
    """Yield the ways to read {model}_{dataset}_{training}_seed{seed}, two parts of which are known."""
    match = re.fullmatch(r"(.+)_seed(\d+)", name)
    if match is None:
        return
    rest, seed = match[1], int(match[2])
    for training in known["training"]:
        if rest.endswith(f"_{training}"):
            for pair in _pairs(rest.removesuffix(f"_{training}"), known):
                yield pair | {"training": training, "seed": seed}
    for model in known["model"]:
        for dataset in known["dataset"]:
            if rest.startswith(f"{model}_{dataset}_"):
                training = rest.removeprefix(f"{model}_{dataset}_")
                yield {"model": model, "dataset": dataset, "training": training, "seed": seed}


def _explain_parts(parts: dict[str, str | int], names: Names) -> str | None:
    """Return which parts do not exist, or are not in the study, and how to add them."""
    for kind, allowed in names.known.items():
        if kind in parts and parts[kind] not in allowed:
            meant = did_you_mean(parts[kind], allowed)
            return f"there is no {kind} {parts[kind]}{meant}; there are {', '.join(allowed)}"
    missing = {kind: part for kind, part in parts.items() if part not in names.study[kind]}
    if not missing:
        return None
    which = ", ".join(f"{kind} {part} is not in study.{kind}s" for kind, part in missing.items())
    keys = ", ".join(f"{kind}s: [{part}]" for kind, part in missing.items())
    return f"{which}; for this target, add --config 'study={{{keys}}}'"


def _explain_file(file: str, files: list[str]) -> str | None:
    """Return what is wrong with the name of a file, from those that lie in the same folder, or are like it."""
    path = Path(file)
    beside = sorted({Path(other).name for other in files if Path(other).parent == path.parent})
    drawn = {Path(name).stem for name in beside if Path(name).suffix in FIGURE_SUFFIXES}
    if path.stem in drawn:
        return f"figures are drawn as png, pdf or svg, not as {path.suffix.lstrip('.') or 'a file without suffix'}"
    if path.suffix in FIGURE_SUFFIXES and path.parent.name and drawn and len(path.parts) > 1:
        return f"there is no such figure{did_you_mean(path.stem, sorted(drawn))}; there are {', '.join(sorted(drawn))}"
    if path.parent.name == "tables" and beside:
        return f"there is no such table{did_you_mean(path.name, beside)}; there are {', '.join(beside)}"
    close = difflib.get_close_matches(file, files, n=1, cutoff=SIMILAR)
    return f"no rule makes it (did you mean {close[0]}?)" if close else None
