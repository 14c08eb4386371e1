"""Where the files of datasets lie: made once for all studies, or in a study's own folder.

A study without a name has no folder of its own. That of all studies is for the datasets of the project's config file,
and for others as long as they come from one source: whoever makes a dataset there writes its source beside it.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

from rotational_variance.storage.files import replacing
from rv_study.errors import ConfigError
from rv_study.nested import canonical


def own_datasets(
    sources: Mapping[str, dict], base: object, shared: Path, claims: Mapping[Path, dict] = MappingProxyType({})
) -> list[str]:
    """List the datasets of a named study that have to lie in its own folder.

    sources  the study's sources, by name of the dataset
    base     the content of the project's config file, in which others may expect any names
    shared   the folder of all studies' datasets
    claims   what other studies of the same workflow make, as by `claim`
    """
    return [name for name, source in sources.items() if not _may_share(name, source, _sources_of(base), shared, claims)]


def claim(claims: dict[Path, dict], files: Mapping[str, Path], sources: Mapping[str, dict]) -> None:
    """Add the datasets of a study to `claims`, {file: source}.

    A workflow may hold several studies. What one of them is about to make, the others cannot see on the disk yet.
    Raises ConfigError for a file that another of them makes from another source.
    """
    for name, file in files.items():
        source = _comparable(sources[name])
        if claims.setdefault(file.absolute(), source) != source:
            raise ConfigError(
                f"config: datasets.{name}: another study of this workflow makes {file} from another source; "
                "give the dataset or this study another name"
            )


def source_file(dataset: Path) -> Path:
    """Return the file beside a dataset's file that says where its images come from."""
    return dataset.with_suffix(".source.json")


def write_source(dataset: Path, source: dict) -> None:
    """Write down the source of a dataset, beside the file that it is about to be written to."""
    # Where it cannot be written, neither can the dataset, which comes next and says so.
    with suppress(OSError), replacing(source_file(dataset)) as temporary:
        temporary.write_text(f"{json.dumps(_comparable(source), indent=1)}\n", encoding="utf-8")


def _may_share(name: str, source: dict, base: Mapping[str, dict], shared: Path, claims: Mapping[Path, dict]) -> bool:
    dataset, comparable = shared / f"{name}.h5", _comparable(source)
    if claims.get(dataset.absolute(), comparable) != comparable:
        return False
    if name in base:
        return comparable == _comparable(base[name])
    if not dataset.exists():
        return True
    try:
        return json.loads(source_file(dataset).read_text(encoding="utf-8")) == comparable
    except (OSError, ValueError):
        return False  # nobody knows whose it is


def _comparable(source: dict) -> dict:
    """Return a source without the folder of its download, which may be anywhere."""
    found = {key: value for key, value in canonical(source).items() if key != "root"}
    return found | {"path": os.path.normpath(str(found["path"]))} if "path" in found else found


def _sources_of(base: object) -> Mapping[str, dict]:
    """Return the datasets of a config file; none of one that is not ours."""
    datasets = base.get("datasets") if isinstance(base, Mapping) else None
    if not isinstance(datasets, Mapping):
        return {}
    return {name: source for name, source in datasets.items() if isinstance(source, Mapping)}
