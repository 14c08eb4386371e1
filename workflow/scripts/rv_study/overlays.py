"""Merge the files and options that a config is made of, where Snakemake's own way to merge them is not enough."""

import copy
from collections.abc import Iterable, Mapping

from snakemake.common.configfile import load_configfile
from snakemake.utils import update_config


def list_overlays(base: dict, settings: object) -> list[Mapping]:
    """Return what Snakemake merges into a config, the lowest first: `base`, each --configfile, and --config.

    settings  Snakemake's own, of the config
    """
    files = [load_configfile(path) for path in settings.configfiles]
    return [*([] if settings.replace_workflow_config else [base]), *files, settings.config]


def replace_sources(config: dict, layers: Iterable[Mapping]) -> None:
    """Let an entry of `datasets` from another source replace the one that it is laid on.

    Snakemake merges key by key, so that a dataset of images, laid on one of torchvision, would keep the latter's keys.

    layers  what Snakemake merged into `config`, the lowest first. Where they do not make this config, as in a workflow
            that merged it in a way of its own, it is left as it is.
    """
    merged, replaced = {}, {}
    for layer in layers:
        datasets = layer.get("datasets", {})
        if not isinstance(datasets, Mapping):
            return
        update_config(merged, copy.deepcopy(datasets))
        for name, source in datasets.items():
            if _is_another(source, replaced.get(name)):
                del replaced[name]
        update_config(replaced, copy.deepcopy(datasets))
    if merged == config.get("datasets"):
        config["datasets"] = {name: replaced[name] for name in merged}


def _is_another(source: object, below: object) -> bool:
    """Tell whether a source is given, and another one than that of the entry below."""
    if not isinstance(source, Mapping) or not isinstance(below, Mapping):
        return False
    return "source" in source and source["source"] != below.get("source")
