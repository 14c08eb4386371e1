"""Where the files of datasets lie: made once for all studies, or in a study's own folder.

A study without a name has no folder of its own. That of all studies is for the datasets of the project's config file,
and for others as long as they come from one source: whoever makes a dataset there writes its source beside it.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from rotational_variance.storage.files import replacing
from rv_study.nested import canonical


def own_datasets(sources: Mapping[str, dict], base: object, shared: Path) -> list[str]:
    """List the datasets of a named study that have to lie in its own folder.

    sources  the study's sources, by name of the dataset
    base     the content of the project's config file, in which others may expect any names
    shared   the folder of all studies' datasets
    """
    return [name for name, source in sources.items() if not _may_share(name, source, _sources_of(base), shared)]


def source_file(dataset: Path) -> Path:
    """Return the file beside a dataset's file that says where its images come from."""
    return dataset.with_suffix(".source.json")


def write_source(dataset: Path, source: dict) -> None:
    """Write down the source of a dataset, beside the file that it is about to be written to."""
    # Where it cannot be written, neither can the dataset, which comes next and says so.
    with suppress(OSError), replacing(source_file(dataset)) as temporary:
        temporary.write_text(f"{json.dumps(_comparable(source), indent=1)}\n", encoding="utf-8")


def _may_share(name: str, source: dict, base: Mapping[str, dict], shared: Path) -> bool:
    if name in base:
        return _comparable(source) == _comparable(base[name])
    dataset = shared / f"{name}.h5"
    if not dataset.exists():
        return True
    try:
        return json.loads(source_file(dataset).read_text(encoding="utf-8")) == _comparable(source)
    except (OSError, ValueError):
        return False  # nobody knows whose it is


def _comparable(source: dict) -> dict:
    """Return a source without the folder of its download, which may be anywhere."""
    found = {key: value for key, value in canonical(source).items() if key != "root"}
    return found | {"path": os.path.normpath(found["path"])} if "path" in found else found


def _sources_of(base: object) -> Mapping[str, dict]:
    """Return the datasets of a config file; none of one that is not ours."""
    datasets = base.get("datasets") if isinstance(base, Mapping) else None
    if not isinstance(datasets, Mapping):
        return {}
    return {name: source for name, source in datasets.items() if isinstance(source, Mapping)}
