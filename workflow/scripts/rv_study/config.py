"""Check a config, and report a mistake in one line: the key, the value found, and the values allowed."""

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
from rv_study.run import Run
from rv_study.runs import list_places, list_runs, overlays, spec


def check(config: dict, schema_path: Path, models_folder: Path) -> None:
    """Raise ConfigError, naming the key, if a config breaks the schema, is incomplete or uses an unknown name.

    Numbers given as text, as by `--config`, become numbers in `config`; nothing else is changed.
    """
    schema = yaml.safe_load(schema_path.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    _read_text_as_numbers(config, validator)
    errors = sorted(validator.iter_errors(config), key=lambda error: [str(part) for part in error.absolute_path])
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise ConfigError(f"config: {explain_error(errors[0])}{more}")
    options = _read_options(config, models_folder)
    _check_names(config, list(options))
    _check_options(config["runs"], options)
    runs = list_runs(config)
    _check_file_names(runs)
    for run in runs:
        _check_spec(run, config, options[run.model])


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


def _check_names(config: dict, models: list[str]) -> None:
    datasets = list(config["datasets"])
    levels = {
        "study.models": (config["study"]["models"], models),
        "study.datasets": (config["study"]["datasets"], datasets),
        "runs.models": (config["runs"].get("models", {}), models),
        "runs.datasets": (config["runs"].get("datasets", {}), datasets),
        "runs.pairs": (config["runs"].get("pairs", {}), models),
    }
    for model, pairs in config["runs"].get("pairs", {}).items():
        levels[f"runs.pairs.{model}"] = (pairs, datasets)
    for key, (names, allowed) in levels.items():
        for name in names:
            if name not in allowed:
                what = "dataset" if allowed is datasets else "model"
                raise ConfigError(
                    f"config: {key}: got {name}, expected a {what}{did_you_mean(name, allowed)}; "
                    f"there are {', '.join(allowed)}"
                )


def _check_file_names(runs: list[Run]) -> None:
    """Refuse names that would send two runs to one file, such as models a and a_b with datasets b_c and c."""
    pairs: dict[str, tuple[str, str]] = {}
    for run in runs:
        first = pairs.setdefault(run.pair, (run.model, run.dataset))
        if first != (run.model, run.dataset):
            raise ConfigError(
                f"config: study: model {run.model} on dataset {run.dataset} and model {first[0]} on dataset {first[1]} "
                f"would both be written to {run.pair}; rename a dataset"
            )


def _model_sections(runs: dict) -> Iterator[tuple[str, str | None, dict]]:
    """Yield (key, model, options given there) for each place in `runs`; model is None for a place of all models."""
    for place in list_places(runs):
        yield f"{place.key}.model", place.model, place.overlay.get("model", {})
        for training in ("unrotated", "rotated"):
            yield f"{place.key}.{training}.model", place.model, place.overlay.get(training, {}).get("model", {})


def _check_options(runs: dict, options: dict[str, dict[str, Option]]) -> None:
    """Check every option given to an architecture, even if the study does not use it."""
    of_any = {name: option for taken in options.values() for name, option in taken.items()}
    for key, model, given in _model_sections(runs):
        taken = of_any if model is None else options[model]
        for name, value in given.items():
            if name not in taken:
                raise _unknown_option(f"{key}.{name}", model or "any model", name, taken)
            given[name] = taken[name].read(value)
            if not taken[name].accepts(given[name]):
                raise ConfigError(
                    f"config: {key}.{name}: got {show_value(given[name])}, expected {taken[name].expected}"
                )


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
                raise ConfigError(f"config: {place}.{section}.{name}: missing, and {run.stem} needs it")
    try:
        angle_grid(numbers["measurement"]["angles"])
    except ValueError as error:
        raise ConfigError(f"config: {_where(config, run, 'measurement', 'angles')}: {error}") from None


def _where(config: dict, run: Run, section: str, name: str) -> str:
    """Return the key of the most specific place that gives a number to a run."""
    keys = [key for key, overlay in overlays(config["runs"], run) if name in overlay.get(section, {})]
    return f"{keys[-1]}.{section}.{name}"
