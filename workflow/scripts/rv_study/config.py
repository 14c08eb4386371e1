"""Check a config, and report a mistake in one line: the key, the value found, and the values allowed."""

import itertools
import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import jsonschema
import yaml
from jsonschema.protocols import Validator

from rotational_variance.samples.angles import angle_grid
from rv_study.errors import ConfigError
from rv_study.explain import did_you_mean, explain_error, show_value, takes_several_types
from rv_study.options import REQUIRED, Option, build_options, required_numbers, yaml_value
from rv_study.places import SECTIONS, WHOLE
from rv_study.results import FOLDERS
from rv_study.run import Run
from rv_study.runs import (
    MAX_TRAININGS,
    Numbers,
    list_places,
    list_runs,
    list_trainings,
    numbers_of,
    spec,
    split_labels,
)

EARLIER_TRAINING = (
    "; a config of an earlier version, which trained by Adam, takes `runs` from this version's config/config.yaml: "
    "those learning rates are of no use here"
)


def check(config: dict, schema_path: Path, models_folder: Path, is_module: bool = False) -> None:
    """Raise ConfigError, naming the key, if a config breaks the schema, is incomplete or uses an unknown name.

    Numbers given as text, as by `--config`, become numbers in `config`; nothing else is changed.

    is_module  whether it is given by another workflow, which has to give all of it
    """
    missing = [section for section in SECTIONS if section not in config]
    if is_module and missing:
        raise ConfigError(f"config: {', '.join(missing)}: missing{WHOLE}")
    schema = yaml.safe_load(schema_path.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    _read_text_as_numbers(config, validator)
    errors = sorted(validator.iter_errors(config), key=lambda error: [str(part) for part in error.absolute_path])
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        hint = _module_hint(errors[0]) if is_module else ""
        raise ConfigError(f"config: {explain_error(errors[0], _table_names(config))}{more}{hint}")
    options = _read_options(config, models_folder)
    _check_study_name(config["study"].get("name"))
    _check_names(config, list(options))
    _check_trainings(config)
    _check_labels(config)
    _check_options(config["runs"], options)
    runs = list_runs(config)
    _check_file_names(runs)
    for run in runs:
        _check_spec(run, config, options[run.model])


def _module_hint(error: jsonschema.ValidationError) -> str:
    """Say what leads to such an error where another workflow gives the config."""
    path = [*error.absolute_path]
    if error.validator == "additionalProperties" and path[:1] == ["datasets"]:
        return "; a dataset of another source replaces an entry, so delete that one before you update the config"
    # A key that every config has is missing where only changes are given.
    return WHOLE if error.validator == "required" and not {"datasets", "trainings"} & {*path} else ""


def order_trainings(config: dict, config_file: dict) -> None:
    """Sort the config's table of trainings: those of `config_file` first, in its order, then those of overlays.

    Snakemake merges the file into what the command line gives, which so comes first; without this, a training would
    change its look where an overlay gives it a label.
    """
    names = dict.fromkeys([*_table_names(config_file), *config["trainings"]])
    config["trainings"] = {name: config["trainings"][name] for name in names if name in config["trainings"]}


def _read_text_as_numbers(config: dict, validator: Validator) -> None:
    """Turn text into the number or truth value that YAML reads it as, if the schema wants one at its key."""
    for error in list(validator.iter_errors(config)):
        if not isinstance(error.instance, str) or not error.absolute_path:
            continue
        if error.validator in ("type", "enum") or takes_several_types(error):
            *parents, last = error.absolute_path
            parent = config
            for key in parents:
                parent = parent[key]
            parent[last] = yaml_value(error.instance)


def _table_names(config: dict) -> list[str]:
    """Return the names of the table of trainings, of a config that may be anything."""
    table = config.get("trainings")
    return list(table) if isinstance(table, dict) else []


def _read_options(config: dict, models_folder: Path) -> dict[str, dict[str, Option]]:
    """Read the options of each model; a file that is no model yet counts only if the config names it."""
    runs = config["runs"]
    named = {*config["study"]["models"], *runs.get("models", {}), *runs.get("pairs", {})}
    options = {}
    for path in sorted(models_folder.glob("[a-z]*.py")):
        try:
            options[path.stem] = build_options(path)
        except ConfigError:
            if path.stem in named:
                raise
    return options


def _check_study_name(name: str | None) -> None:
    """Raise ConfigError for a name whose folder would be one that a study without a name has."""
    if name is not None and name.lower() in FOLDERS:  # also where file systems do not tell cases apart
        raise ConfigError(
            f"config: study.name: got {name}, expected another name: results/{name.lower()} holds results of the study "
            "without a name"
        )


def _check_names(config: dict, models: list[str]) -> None:
    """Raise ConfigError for a name that is no model, dataset or training, wherever the config uses one."""
    study, runs, datasets, trainings = config["study"], config["runs"], list(config["datasets"]), _table_names(config)
    of_pairs = runs.get("pairs", {})
    _check_each("study.models", study["models"], "model", models)
    _check_each("study.datasets", study["datasets"], "dataset", datasets)
    _check_each("study.trainings", study["trainings"], "training", trainings)
    _check_each("runs.models", runs.get("models", {}), "model", models)
    _check_each("runs.datasets", runs.get("datasets", {}), "dataset", datasets)
    _check_each("runs.pairs", of_pairs, "model", models)
    for model, of_model in of_pairs.items():
        _check_each(f"runs.pairs.{model}", of_model, "dataset", datasets)
    for place in list_places(runs):
        _check_each(f"{place.key}.by_training", place.by_training, "training", trainings)


def _check_each(key: str, names: Iterable[str], kind: str, allowed: list[str]) -> None:
    """Raise ConfigError for the first of the names at a key that is none of those allowed."""
    for name in names:
        if name not in allowed:
            raise ConfigError(
                f"config: {key}: got {name}, expected a {kind}{did_you_mean(name, allowed)}; "
                f"there are {', '.join(allowed)}"
            )


def _check_trainings(config: dict) -> None:
    """Refuse more trainings than figures can show, and two that figures or tables would call the same."""
    n_trainings = len(config["study"]["trainings"])
    if n_trainings > MAX_TRAININGS:
        raise ConfigError(
            f"config: study.trainings: got {n_trainings}, expected {MAX_TRAININGS} at most: figures tell no more apart"
        )
    for first, second in itertools.combinations(list_trainings(config), 2):
        for name in {second.name, second.cell, second.label} & {first.name, first.cell, first.label}:
            raise ConfigError(
                f"config: trainings: {first.name} and {second.name} are both shown as {name!r}; "
                "give each a label of its own"
            )


def _check_labels(config: dict) -> None:
    """Refuse datasets that figures and the page would call the same."""
    _, labels = split_labels(config["datasets"])
    for first, second in itertools.combinations(config["study"]["datasets"], 2):
        if labels[first] == labels[second]:
            raise ConfigError(
                f"config: datasets: {first} and {second} are both shown as {labels[first]!r}; "
                "give each a label of its own"
            )


def _check_file_names(runs: list[Run]) -> None:
    """Refuse names that would send two pairs or runs to one file, as models a and a_b with datasets b_c and c do."""
    pairs = {(run.model, run.dataset): run.pair for run in runs}
    _check_distinct("model/dataset", pairs, "a dataset")
    _check_distinct(
        "model/dataset/training",
        {(run.model, run.dataset, run.training): run.stem for run in runs},  # of one seed, the same for all
        "a training or a dataset",
    )


def _check_distinct(parts: str, files: dict[tuple[str, ...], str], to_rename: str) -> None:
    """Raise ConfigError for two entries of {values of these parts: name of a file} with one name."""
    owners: dict[str, tuple[str, ...]] = {}
    for names, file in files.items():
        other = owners.setdefault(file, names)
        if other != names:
            raise ConfigError(
                f"config: study: {parts} {'/'.join(other)} and {'/'.join(names)} would both be written to {file}; "
                f"rename {to_rename}"
            )


def _model_numbers(runs: dict) -> Iterator[tuple[str | None, Numbers]]:
    """Yield (model, its options) for each place in `runs` that gives any; model is None for a place of all models."""
    for place in list_places(runs):
        for training in (None, *place.by_training):
            yield from ((place.model, numbers) for numbers in place.numbers(training) if numbers.section == "model")


def _check_options(runs: dict, options: dict[str, dict[str, Option]]) -> None:
    """Check every option given to an architecture, even if the study does not use it."""
    of_any = {name: option for taken in options.values() for name, option in taken.items()}
    for model, numbers in _model_numbers(runs):
        taken = of_any if model is None else options[model]
        for name, value in numbers.values.items():
            key = f"{numbers.key}.{name}"
            if name not in taken:
                raise _unknown_option(key, model or "any model", name, taken)
            read = numbers.values[name] = taken[name].read(value)
            if not taken[name].accepts(read):
                raise ConfigError(f"config: {key}: got {show_value(read)}, expected {taken[name].expected}")


def _unknown_option(key: str, model: str, name: str, taken: Iterable[str]) -> ConfigError:
    return ConfigError(
        f"config: {key}: unknown option of {model}{did_you_mean(name, taken)}; it takes {', '.join(taken) or 'none'}"
    )


def _check_spec(run: Run, config: dict, options: dict[str, Option]) -> None:
    """Check that a run's numbers are complete and finite, and that its architecture takes the options it is given."""
    numbers = spec(config, run)
    for option in numbers["model"]:
        if option not in options:
            raise _unknown_option(_where(config, run, "model", option), run.model, option, options)
    for section, values in numbers.items():
        for name, value in values.items():
            if isinstance(value, float) and not math.isfinite(value):
                raise ConfigError(
                    f"config: {_where(config, run, section, name)}: got {value}, expected a finite number"
                )
    required = {"model": [option for option, what in options.items() if what.default is REQUIRED], **required_numbers()}
    for section, names in required.items():
        for name in names:
            if name not in numbers[section]:
                place = f"runs.models.{run.model}" if section == "model" else "runs.defaults"
                is_earlier = section == "training" and "optimizer" not in numbers[section]
                advice = EARLIER_TRAINING if is_earlier else ""
                raise ConfigError(f"config: {place}.{section}.{name}: missing, and {run.stem} needs it{advice}")
    try:
        angle_grid(numbers["measurement"]["angles"])
    except ValueError as error:
        raise ConfigError(f"config: {_where(config, run, 'measurement', 'angles')}: {error}") from None


def _where(config: dict, run: Run, section: str, name: str) -> str:
    """Return the key of the most specific place that gives a number to a run."""
    keys = [numbers.key for numbers in numbers_of(config, run) if numbers.section == section and name in numbers.values]
    return f"{keys[-1]}.{name}"
