"""The config: each mistake is refused in a line that names the key, what was got and what is allowed."""

import copy
import re
from pathlib import Path

import pytest
import yaml
from snakemake.utils import update_config

from rotational_variance.figures.catalogue import SETTINGS
from rotational_variance.figures.parts.training_looks import LOOKS
from rotational_variance.statistics.aggregations import AGGREGATIONS
from rotational_variance.statistics.trainings import Training
from rv_study.around_jobs.device_choice import choose_device
from rv_study.config import check, order_trainings
from rv_study.errors import ConfigError
from rv_study.nested import canonical
from rv_study.options import REQUIRED, Option, build_options, required_numbers
from rv_study.results import FOLDERS
from rv_study.run import Run
from rv_study.runs import MAX_TRAININGS, doubt_rates, list_runs, list_trainings, match_runs, spec

PROJECT = Path(__file__).resolve().parents[1]
SCHEMA = PROJECT / "workflow" / "schemas" / "config.schema.yaml"
MODELS = PROJECT / "workflow" / "scripts" / "rotational_variance" / "models"


def load(*names):
    config = {}
    for name in names:
        update_config(config, yaml.safe_load((PROJECT / "config" / name).read_text(encoding="utf-8")))
    return config


@pytest.fixture
def config():
    return load("config.yaml")


def set_key(config, key, value):
    *parents, last = key.split(".")
    for parent in parents:
        config = config.setdefault(parent, {})
    config[last] = value


def refusal(config):
    with pytest.raises(ConfigError) as caught:
        check(config, SCHEMA, MODELS)
    return str(caught.value)


@pytest.mark.parametrize("names", [["config.yaml"], ["config.yaml", "demo.yaml"], ["config.yaml", "paper.yaml"]])
def test_the_configs_of_the_project_are_accepted(names):
    check(load(*names), SCHEMA, MODELS)


@pytest.mark.parametrize("name", ["demo", "2024", "my-study_2", "plots2"])
def test_a_study_has_a_name(config, name):
    config["study"]["name"] = name
    check(config, SCHEMA, MODELS)
    assert config["study"]["name"] == name


@pytest.mark.parametrize("name", [*FOLDERS, "Plots", "TABLES"])
def test_a_study_is_not_named_like_a_folder_of_results(config, name):
    config["study"]["name"] = name
    assert refusal(config) == (
        f"config: study.name: got {name}, expected another name: results/{name.lower()} holds results of the study "
        "without a name"
    )


@pytest.mark.parametrize(("name", "expected"), [
    ("a/b", "letters, digits, _ and - only"), ("../a", "letters, digits, _ and - only"), ("", "letters, digits, _ and - only"),
    (".kept", "letters, digits, _ and - only"), ("report.html", "letters, digits, _ and - only"),
    (2024, "text"), (["a"], "text"), (True, "text"),
])  # fmt: skip
def test_a_name_of_a_study_that_is_none(config, name, expected):
    config["study"]["name"] = name
    assert refusal(config).startswith(
        f"config: study.name: got {name!r}" if isinstance(name, str) else "config: study.name: got "
    )
    assert f", expected {expected}" in refusal(config)


ARC = {"from": -45, "to": 45, "number": 7}


@pytest.mark.parametrize(("key", "value"), [
    ("runs.defaults.measurement.angles", 2), ("runs.defaults.measurement.angles", [0, 90, -10.5]),
    ("runs.defaults.measurement.angles", ARC), ("runs.datasets.mnist.measurement.angles", ARC | {"from": -7.5}),
    ("runs.defaults.measurement.n_samples", 2), ("runs.pairs.resnet.mnist.measurement.n_samples", "all"),
    ("runs.defaults.measurement.precision", "bfloat16"), ("execution.passes.batch_size", 1),
    ("execution.passes", {"batch_size": "auto", "memory_format": "contiguous"}),
])  # fmt: skip
def test_each_form_of_a_number_is_accepted(config, key, value):
    set_key(config, key, value)
    before = copy.deepcopy(config)
    check(config, SCHEMA, MODELS)
    assert config == before


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("sudy", {}, "sudy: unknown key (did you mean study?)"),
        ("study.model", [], "study.model: unknown key (did you mean models?)"),
        ("study.models", ["resnet", "resnet"], "study.models: got [resnet, resnet], expected no entry twice"),
        ("study.models", [], "study.models: got [], expected 1 entries or more"),
        ("study.models", ["resnet50"], "study.models: got resnet50, expected a model (did you mean resnet?)"),
        ("study.models", "resnet", "study.models: got 'resnet', expected a list"),
        ("study.datasets", ["minst"], "study.datasets: got minst, expected a dataset (did you mean mnist?)"),
        ("study.datasets", ["a/b"], "study.datasets.0: got 'a/b', expected letters, digits, _ and - only"),
        ("study.trainings", ["rotatd"], "study.trainings: got rotatd, expected a training (did you mean rotated?); there are "),
        ("study.trainings", ["a b", "rotated"], "study.trainings.0: got 'a b', expected letters, digits, _ and - only"),
        ("study.trainings", ["rotated", "rotated"], "study.trainings: got [rotated, rotated], expected no entry twice"),
        ("study.seeds", [1.5], "study.seeds.0: got 1.5, expected a number (integer)"),
        ("study.seeds", [-1], "study.seeds.0: got -1, expected 0 or more"),
        ("runs.defaults.training.epochs", -3, "runs.defaults.training.epochs: got -3, expected 0 or more"),
        ("runs.defaults.training.epochs", "ten", "epochs: got 'ten', expected a number (integer)"),
        ("runs.defaults.training.learning_rate", "1e-3", "YAML reads 1e-3 as text, write 0.001 without quotes"),
        ("runs.defaults.training.epoch", 3, "runs.defaults.training.epoch: unknown key (did you mean epochs?)"),
        ("runs.defaults.training.schedule", "onecycle", "expected one of constant, one_cycle (did you mean one_cycle?)"),
        ("runs.models.resnt", {}, "runs.models: got resnt, expected a model (did you mean resnet?)"),
        ("runs.pairs.resnet.cifar", {}, "runs.pairs.resnet: got cifar, expected a dataset (did you mean cifar10?)"),
        ("runs.models.resnet.model.dept", 18, "runs.models.resnet.model.dept: unknown option of resnet (did you mean depth?)"),
        ("runs.models.resnet.model.depth", 20, "runs.models.resnet.model.depth: got 20, expected one of 18, 34, 50"),
        ("runs.models.resnet.model.width", 0, "runs.models.resnet.model.width: got 0, expected a whole number, 1 or more"),
        ("runs.models.resnet.model.width", 8.5, "runs.models.resnet.model.width: got 8.5, expected a whole number, 1 or more"),
        ("runs.models.resnet.model.width", "wide", "runs.models.resnet.model.width: got 'wide', expected a whole number, 1 or more"),
        ("runs.defaults.model.hidden", 8, "runs.defaults.model.hidden: unknown option of all_convolutional"),
        ("runs.defaults.training.weight_decay", float("nan"), "runs.defaults.training.weight_decay: got nan"),
        ("runs.models.vgg16.by_training.rotated.model.hidden", 8, "runs.models.vgg16.by_training.rotated.model.hidden: unknown option of vgg16"),
        ("runs.models.vgg16.by_training.rotatd", {}, "runs.models.vgg16.by_training: got rotatd, expected a training (did you mean rotated?)"),
        ("runs.pairs.resnet.mnist.by_training.x", {}, "runs.pairs.resnet.mnist.by_training: got x, expected a training; there are unrotated, rotated,"),
        ("trainings.rotated.epoch", 3, "trainings.rotated.epoch: unknown key (did you mean epochs?); allowed: rotate, shift, flip, epochs, batch_size,"),
        ("trainings.rotated.epochs", -1, "trainings.rotated.epochs: got -1, expected 0 or more"),
        ("trainings.rotated.learning_rate", float("nan"), "trainings.rotated.learning_rate: got nan, expected a finite number"),
        ("trainings.rotated.rotate", float("nan"), "trainings.rotated.rotate: got nan, expected a finite number"),
        ("runs.datasets.mnist.by_training.rotated.training.weight_decay", float("nan"), "runs.datasets.mnist.by_training.rotated.training.weight_decay: got nan"),
        ("trainings.rotated", None, "trainings.rotated: got null, expected a mapping of keys"),
        ("trainings.a b", {}, "trainings: got 'a b', expected letters, digits, _ and - only"),
        ("datasets.mnist.source", "torchvison", "expected one of torchvision, scikit-learn, images (did you mean torchvision?)"),
        ("datasets.mnist.name", "MINST", "datasets.mnist.name: got 'MINST', expected one of MNIST"),
        ("datasets.mnist.path", "x", "datasets.mnist.path: unknown key"),
        ("datasets.mine", {"source": "images"}, "datasets.mine.path: missing"),
        ("datasets.mine", {"path": "x"}, "datasets.mine.source: missing"),
        ("datasets.mine", {"source": "images", "path": "x", "fit": "pad"}, "datasets.mine.size: missing; fit needs it"),
        ("datasets.mine", {"source": "images", "path": "x", "size": 8, "fit": "cut"}, "datasets.mine.fit: got 'cut', expected one of squash,"),
        ("datasets.mine", {"source": "images", "path": "x", "background": "grey"}, "expected one of white, black"),
        ("execution.device", "gpuu", "execution.device: got 'gpuu', expected one of auto, cpu, cuda, gpu (did you mean gpu?)"),
        ("execution.threads.train", 0, "execution.threads.train: got 0, expected 1 or more"),
        ("figures.aggregation", "sum", "figures.aggregation: got 'sum', expected one of mean, max"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(config, key, value, message):
    set_key(config, key, value)
    text = refusal(config)
    assert message in text
    assert "\n" not in text
    assert len(text) < 250


@pytest.mark.parametrize(("angles", "message"), [
    (1, ": got 1, expected 2 or more"), (5000, ": got 5000, expected 3600 or less"),
    (16.5, ": got 16.5, expected a number of angles over the full circle, {from, to, number}, or a list"),
    ("auto", ": got 'auto', expected a number of angles over the full circle, {from, to, number}, or a list"),
    ([45], ": got [45], expected 2 entries or more"), ([i / 100 for i in range(3601)], ": got [0.0, 0.01"),
    ([0, "x"], ".1: got 'x', expected a number"), ([0, 4000], ".1: got 4000, expected 3600 or less"),
    ([0, float("nan")], "got nan"),
    ([-180, 0, 180], "runs.defaults.measurement.angles: got -180 and 180 degrees, which is the same"),
    ({"from": 0, "to": 90}, ".number: missing"), (ARC | {"number": 1}, ".number: got 1, expected 2 or more"),
    (ARC | {"to": "x"}, ".to: got 'x', expected a number"),
    (ARC | {"nubmer": 5}, ".nubmer: unknown key (did you mean number?); allowed: from, to, number"),
    (ARC | {"to": 315}, "runs.defaults.measurement.angles: got an arc from -45 to 315 degrees, expected `to`"),
])  # fmt: skip
def test_a_mistake_in_the_angles_is_named(config, angles, message):
    set_key(config, "runs.defaults.measurement.angles", angles)
    text = refusal(config)
    assert "measurement.angles" in text
    assert message in text
    assert "\n" not in text
    assert len(text) < 250


def test_the_angles_of_one_model_are_checked_as_well(config):
    set_key(config, "runs.models.resnet.measurement.angles", [0, 360])
    message = "config: runs.models.resnet.measurement.angles: got 0 and 360 degrees, which is the same"
    assert refusal(config).startswith(message)


@pytest.mark.parametrize(("key", "value", "message"), [
    ("runs.defaults.measurement.n_samples", "al", ": got 'al', expected a whole number of test samples, or all"),
    ("runs.defaults.measurement.n_samples", 1, ": got 1, expected 2 or more"),
    ("runs.defaults.measurement.n_samples", "1", ": got 1, expected 2 or more"),
    ("runs.defaults.measurement.n_samples", 2.5, ": got 2.5, expected a whole number of test samples, or all"),
    ("runs.defaults.measurement.n_samples", True, ": got true, expected a whole number of test samples, or all"),
    ("runs.defaults.measurement.precision", "float16", ": got 'float16', expected one of float32, bfloat16"),
    ("runs.defaults.measurement.n_angles", 16, ": unknown key (did you mean angles?)"),
    ("execution.passes.batch_size", "atuo", ": got 'atuo', expected a whole number of samples, or auto"),
    ("execution.passes.batch_size", 0, ": got 0, expected 1 or more"),
    ("execution.passes.batch_size", 6.4, ": got 6.4, expected a whole number of samples, or auto"),
    ("execution.passes.memory_format", "channel_last", ": got 'channel_last', expected one of auto, channels_last, contiguous"),
    ("execution.passes", {"batch_size": 8}, ".memory_format: missing"),
])  # fmt: skip
def test_a_mistake_in_how_to_measure_is_named(config, key, value, message):
    set_key(config, key, value)
    text = refusal(config)
    assert key + message in text
    assert "\n" not in text


def test_a_missing_section_is_named(config):
    del config["study"]
    assert refusal(config) == "config: study: missing"


@pytest.mark.parametrize(("wanted", "device"), [("auto", "auto"), ("cpu", "cpu"), ("cuda", "cuda"), ("gpu", "cuda")])
def test_a_gpu_is_cuda(config, wanted, device):
    config["execution"]["device"] = wanted
    check(config, SCHEMA, MODELS)
    assert choose_device(config["execution"]["device"]) == device


@pytest.mark.parametrize(("section", "key"), [("study", None), ("figures", "format"), ("runs", "defaults")])
def test_a_module_is_told_that_its_config_has_to_be_whole(config, section, key):
    del (config[section] if key else config)[key or section]
    with pytest.raises(ConfigError) as caught:
        check(config, SCHEMA, MODELS, is_module=True)
    missing = f"{section}.{key}" if key else section
    assert str(caught.value).startswith(
        f"config: {missing}: missing; a module needs a whole config, the project's with"
    )


def test_a_dataset_of_a_module_that_is_not_whole_says_nothing_of_the_config(config):
    del config["datasets"]["mnist"]["root"]
    with pytest.raises(ConfigError, match=r"^config: datasets\.mnist\.root: missing$"):
        check(config, SCHEMA, MODELS, is_module=True)


@pytest.mark.parametrize(
    "number", ["training.batch_size", "measurement.angles", "measurement.n_samples", "measurement.precision"]
)
def test_a_missing_number_is_named(config, number):
    section, name = number.split(".")
    del config["runs"]["defaults"][section][name]
    assert f"runs.defaults.{number}: missing, and simple_conv_mnist_unrotated_seed0 needs it" in refusal(config)


def test_a_config_of_the_earlier_training_is_told_what_to_do(config):
    for name in ("shift", "flip", "optimizer", "momentum", "label_smoothing", "history_samples"):
        del config["runs"]["defaults"]["training"][name]
    text = refusal(config)
    assert text.startswith(
        "config: runs.defaults.training.shift: missing, and simple_conv_mnist_unrotated_seed0 needs it;"
    )
    assert "earlier version, which trained by Adam, takes `runs` from this version's config/config.yaml" in text


def test_a_missing_option_of_an_architecture_is_named(config):
    del config["runs"]["models"]["resnet"]["model"]["depth"]
    assert "runs.models.resnet.model.depth: missing, and resnet_cifar10_unrotated_seed0 needs it" in refusal(config)


@pytest.mark.parametrize("rotate", [200, -1, "x", "200", [45], None])
@pytest.mark.parametrize("key", ["trainings.within45.rotate", "runs.models.resnet.training.rotate"])
def test_a_mistake_in_rotate_is_named(config, key, rotate):
    set_key(config, key, rotate)
    text = refusal(config)
    got = {"200": "200", "x": "'x'", None: "null"}.get(rotate if not isinstance(rotate, list) else "", str(rotate))
    assert text.startswith(f"config: {key}: got {got}, expected ")
    assert re.search(r"(180 or less|0 or more|true, false, or degrees to either side .*, 0 to 180)$", text)


@pytest.mark.parametrize("label", ["", " ", "a\n", "two\nlines", " a", "a  b", "x" * 41, 45, True])
def test_a_label_is_one_short_line(config, label):
    set_key(config, "trainings.rotated.label", label)
    expected = "one line of 1 to 40 characters, with single spaces between words" if isinstance(label, str) else "text"
    text = refusal(config)
    assert text.startswith("config: trainings.rotated.label: got ")
    assert text.endswith(f", expected {expected}")


def test_a_study_has_no_more_trainings_than_figures_tell_apart(config):
    config["study"]["trainings"] = [*config["trainings"], "another"]
    config["trainings"]["another"] = {"rotate": 10}
    assert refusal(config) == "config: study.trainings: got 5, expected 4 at most: figures tell no more apart"


@pytest.mark.parametrize("n_trainings", [1, 4])
def test_one_training_and_four_are_accepted(config, n_trainings):
    config["study"]["trainings"] = ["rotated", "unrotated", "within45", "untrained"][:n_trainings]
    check(config, SCHEMA, MODELS)


@pytest.mark.parametrize(("labels", "shown"), [
    ({"rotated": "turned", "unrotated": "turned"}, "turned"), ({"rotated": "unrotated training"}, "unrotated training"),
    ({"rotated": "unrotated"}, "unrotated"), ({"rotated": "unrotated", "unrotated": "x"}, "unrotated"),
])  # fmt: skip
def test_trainings_that_figures_call_the_same_are_refused(config, labels, shown):
    for name, label in labels.items():
        set_key(config, f"trainings.{name}.label", label)
    message = f"trainings: unrotated and rotated are both shown as '{shown}'; give each a label of its own"
    assert refusal(config) == f"config: {message}"


@pytest.mark.parametrize("place", ["defaults", "models.resnet", "datasets.mnist", "pairs.resnet.mnist"])
@pytest.mark.parametrize("training", ["unrotated", "rotated", "within45"])
def test_a_training_as_a_key_of_a_place_is_told_what_to_write(config, place, training):
    if training != "within45":
        del config["trainings"][training]  # the names of former configs are known, whatever the table holds
    set_key(config, f"runs.{place}.{training}.training.epochs", 5)
    assert refusal(config) == f"config: runs.{place}.{training}: write runs.{place}.by_training.{training}"


def test_a_config_without_a_table_of_trainings_is_told_what_to_write(config):
    del config["trainings"]
    for place in config["runs"]["datasets"].values():
        place.update(place.pop("by_training"))
    message = "config: trainings: missing; write trainings: {unrotated: {rotate: false}, rotated: {rotate: true}}"
    assert refusal(config) == f"{message} (and 2 more)"


def names_of_files(config, folder, models, datasets, trainings):
    """Let the study be of these, without numbers of their own; return the folder with the models."""
    for name in models:
        (folder / f"{name}.py").write_text("def build(*, n_channels, image_size, n_classes): ...\n")
    config["datasets"] |= dict.fromkeys(datasets, config["datasets"]["mnist"])
    config["trainings"] = {name: {"rotate": 10 * i} for i, name in enumerate(trainings)}
    config["study"] |= {"models": models, "datasets": datasets, "trainings": trainings}
    config["runs"] = {"defaults": config["runs"]["defaults"]}
    return folder


@pytest.mark.parametrize(("names", "message"), [
    (
        (["net", "net_a"], ["a_b", "b"], ["c", "d"]),
        "model/dataset net/a_b and net_a/b would both be written to net_a_b; rename a dataset",
    ),
    (
        (["a"], ["b", "b_c"], ["c_d", "d"]),
        "model/dataset/training a/b/c_d and a/b_c/d would both be written to a_b_c_d_seed0; "
        "rename a training or a dataset",
    ),
])  # fmt: skip
def test_names_that_would_share_a_file_are_refused(config, tmp_path, names, message):
    models = names_of_files(config, tmp_path, *names)
    with pytest.raises(ConfigError) as caught:
        check(config, SCHEMA, models)
    assert str(caught.value) == f"config: study: {message}"


def test_names_that_differ_in_their_files_are_accepted(config, tmp_path):
    config["study"]["seeds"] = [0, 1]
    check(config, SCHEMA, names_of_files(config, tmp_path, ["a"], ["b", "b_c_seed0"], ["c", "c_seed0"]))


def test_options_are_read_from_the_architecture_without_importing_it(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(
        "import no_such_module\ndef build(*, n_channels, image_size, n_classes, width: int, gain: float = 1.0): ...\n"
    )
    assert build_options(path) == {"width": Option("int"), "gain": Option("float", default=1.0)}
    path.write_text("x = 1\n")
    with pytest.raises(ConfigError, match="no function build"):
        build_options(path)


@pytest.mark.parametrize(("annotation", "accepted", "refused", "expected"), [
    ("width: int", [1, 8, 8.0], [0, 1.5, "x", True, float("inf"), float("nan")], "a whole number, 1 or more"),
    ("padding: int = 0", [0, 1], [-1], "a whole number, 0 or more"),
    ("gain: float", [0.5, 2], ["x", True], "a number"),
    ("bias: bool", [True, False], [1, "x"], "true or false"),
    ("block: Literal['basic', 'bottleneck']", ["basic"], ["other", 1], "one of basic, bottleneck"),
    ("kind: Literal[NAMES]", ["anything", 3], [], "text"),
    ("anything", ["anything", 3], [], "text"),
])  # fmt: skip
def test_options_are_what_they_are_annotated_to_be(tmp_path, annotation, accepted, refused, expected):
    path = tmp_path / "mine.py"
    path.write_text(f"def build(*, n_channels, image_size, n_classes, {annotation}): ...\n")
    (option,) = build_options(path).values()
    assert option.expected == expected
    assert all(option.accepts(value) for value in accepted)
    assert not any(option.accepts(value) for value in refused)


def test_an_option_whose_default_is_none_may_be_left_out(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("def build(*, n_channels, image_size, n_classes, width: int, hidden: int = None): ...\n")
    options = build_options(path)
    assert options["width"].default is REQUIRED
    assert options["hidden"].default is None


def test_numbers_that_come_as_text_are_read(config):
    set_key(config, "runs.models.resnet.model", {"depth": "34", "width": "8"})
    set_key(config, "runs.defaults.training.epochs", "3")
    set_key(config, "study.seeds", ["0", "1"])
    check(config, SCHEMA, MODELS)
    assert config["runs"]["models"]["resnet"]["model"] == {"depth": 34, "width": 8}
    assert config["runs"]["defaults"]["training"]["epochs"] == 3
    assert config["study"]["seeds"] == [0, 1]


@pytest.mark.parametrize(("key", "text", "number"), [
    ("runs.defaults.measurement.n_samples", "250", 250), ("runs.defaults.measurement.angles", "24", 24),
    ("runs.defaults.measurement.angles", ["0", "22.5"], [0, 22.5]),
    ("runs.defaults.measurement.angles", {"from": "-45", "to": "45", "number": "7"}, ARC),
    ("trainings.within45.rotate", "22.5", 22.5), ("trainings.rotated.rotate", "false", False),
    ("trainings.within45.label", "45", "45"), ("trainings.untrained.epochs", "0", 0),
    ("execution.passes.batch_size", "64", 64), ("execution.passes.batch_size", "auto", "auto"),
])  # fmt: skip
def test_numbers_that_may_also_be_words_or_lists_are_read(config, key, text, number):
    set_key(config, key, text)
    expected = copy.deepcopy(config)
    set_key(expected, key, number)
    check(config, SCHEMA, MODELS)
    assert config == expected


def test_options_of_models_that_the_study_leaves_out_are_checked(config):
    config["study"]["models"] = ["simple_conv"]
    set_key(config, "runs.models.resnet.model.depth", 20)
    assert "runs.models.resnet.model.depth: got 20" in refusal(config)


def test_the_most_specific_number_wins():
    runs = {
        "defaults": {"training": {"epochs": 1, "batch_size": 1}},
        "models": {"resnet": {"training": {"epochs": 2, "batch_size": 2}}},
        "datasets": {"mnist": {"training": {"epochs": 3}}},
        "pairs": {"resnet": {"mnist": {"training": {"epochs": 4}}}},
    }
    config = {"runs": runs, "trainings": {"plain": {}, "own": {"epochs": 5}}}

    def epochs(model, dataset, training):
        return spec(config, Run(model, dataset, training, 0))["training"]["epochs"]

    everywhere = [("vgg16", "cifar10"), ("resnet", "cifar10"), ("vgg16", "mnist"), ("resnet", "mnist")]
    assert [epochs(*pair, "plain") for pair in everywhere] == [1, 2, 3, 4]
    assert [epochs(*pair, "own") for pair in everywhere] == [5, 5, 5, 5]
    for number, place in enumerate(("defaults", "models.resnet", "datasets.mnist", "pairs.resnet.mnist"), start=6):
        set_key(runs, f"{place}.by_training.own.training.epochs", number)
    assert [epochs(*pair, "own") for pair in everywhere] == [6, 7, 8, 9]
    assert [epochs(*pair, "plain") for pair in everywhere] == [1, 2, 3, 4]
    assert spec(config, Run("resnet", "mnist", "own", 0))["training"]["batch_size"] == 2


def test_only_what_is_said_of_a_training_beats_its_own_numbers(config):
    untrained = Run("resnet", "mnist", "untrained", 0)
    set_key(config, "runs.datasets.mnist.training.epochs", 10)
    set_key(config, "runs.pairs.resnet.mnist.training.epochs", 11)
    assert spec(config, untrained)["training"]["epochs"] == 0
    set_key(config, "runs.datasets.mnist.by_training.untrained.training.epochs", 3)
    assert spec(config, untrained)["training"]["epochs"] == 3


@pytest.mark.parametrize(("rotate", "degrees"), [
    (False, "0"), (0, "0"), (0.0, "0"), (True, "180"), (180, "180"), (180.0, "180"), (1, "1"), (45, "45"), (22.5, "22.5"),
])  # fmt: skip
def test_rotate_is_degrees_to_either_side(config, rotate, degrees):
    set_key(config, "trainings.within45.rotate", rotate)
    check(config, SCHEMA, MODELS)
    assert repr(spec(config, Run("resnet", "mnist", "within45", 0))["training"]["rotate"]) == degrees


def test_a_training_that_says_nothing_of_rotate_has_upright_samples(config):
    assert "rotate" not in config["trainings"]["untrained"]
    assert spec(config, Run("resnet", "mnist", "untrained", 0))["training"]["rotate"] == 0


def test_an_overlay_keeps_the_other_numbers_of_a_training(config):
    update_config(config, {"trainings": {"rotated": {"epochs": 5, "label": "turned"}}})
    numbers = spec(config, Run("resnet", "mnist", "rotated", 0))["training"]
    assert (numbers["rotate"], numbers["epochs"]) == (180, 8)  # the dataset gives this training 8, which wins
    assert spec(config, Run("resnet", "fashion_mnist", "rotated", 0))["training"]["epochs"] == 5
    assert "label" not in numbers


def test_trainings_have_the_names_of_figures_and_tables(config):
    config["trainings"]["within45"]["label"] = "up to 45 degrees"
    config["study"]["trainings"] = ["untrained", "within45", "rotated"]
    assert list_trainings(config) == [
        Training("untrained", cell="untrained", label="untrained", look=3),
        Training("within45", cell="up to 45 degrees", label="up to 45 degrees", look=2),
        Training("rotated", cell="rotated", label="rotated training", look=1),
    ]


@pytest.mark.parametrize(("studied", "looks"), [
    ("ab", [0, 1]), ("ba", [1, 0]), ("dcba", [3, 2, 1, 0]), ("ea", [1, 0]), ("aed", [0, 1, 3]), ("fabe", [2, 0, 1, 3]),
    ("bf", [1, 0]), ("ef", [0, 1]),
])  # fmt: skip
def test_a_training_keeps_the_look_of_its_place_in_the_table(studied, looks):
    config = {"trainings": {name: {} for name in "abcdef"}, "study": {"trainings": list(studied)}}
    assert [training.look for training in list_trainings(config)] == looks


@pytest.mark.parametrize("config_file", [{"trainings": {"a": {}, "b": {}, "gone": {}}}, {}, {"trainings": None}])
def test_the_trainings_of_the_config_file_come_first(config_file):
    config = {"trainings": {"mine": {"epochs": 1}, "b": {"label": "x"}, "a": {}}}
    order_trainings(config, config_file)
    assert config["trainings"] == {"mine": {"epochs": 1}, "b": {"label": "x"}, "a": {}}
    assert list(config["trainings"]) == (["a", "b", "mine"] if config_file.get("trainings") else ["mine", "b", "a"])


def test_there_is_a_look_for_each_training_that_a_study_may_have():
    assert len(LOOKS) == MAX_TRAININGS


def test_equal_numbers_are_written_the_same():
    assert repr(canonical({"b": 10.0, "a": [1.5, 2.0]})) == repr({"a": [1.5, 2], "b": 10})


PUBLISHED_EPOCHS = {  # unrotated, rotated
    ("simple_conv", "mnist"): (5, 15), ("simple_conv", "cifar10"): (70, 120),
    ("all_convolutional", "mnist"): (15, 50), ("all_convolutional", "cifar10"): (32, 150),
    ("vgg16", "mnist"): (15, 50), ("vgg16", "cifar10"): (70, 150),
    ("resnet", "mnist"): (15, 50), ("resnet", "cifar10"): (70, 150),
}  # fmt: skip
PUBLISHED_RATES = {  # learning rate, weight decay
    "simple_conv": (1e-3, 1e-9), "all_convolutional": (1e-3, 1e-13), "vgg16": (1e-5, 1e-13), "resnet": (1e-5, 1e-13),
}  # fmt: skip


def test_paper_yaml_is_the_published_protocol():
    config = load("config.yaml", "paper.yaml")
    runs = list_runs(config)
    assert len(runs) == 16
    for run in runs:
        training = spec(config, run)["training"]
        assert training["epochs"] == PUBLISHED_EPOCHS[run.model, run.dataset][run.training == "rotated"]
        assert (training["learning_rate"], training["weight_decay"]) == PUBLISHED_RATES[run.model]
        assert (training["optimizer"], training["schedule"], training["momentum"]) == ("adam", "constant", 0.9)
        assert training["batch_size"] == 256
        assert (training["shift"], training["flip"], training["label_smoothing"]) == (0, False, 0)
        assert training["rotate"] == (180 if run.training == "rotated" else 0)


def test_checking_changes_nothing(config):
    before = copy.deepcopy(config)
    check(config, SCHEMA, MODELS)
    assert config == before


def test_the_numbers_of_the_schema_are_those_that_functions_take():
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))["$defs"]["numbers"]
    for section, names in required_numbers().items():
        assert sorted(names) == sorted(schema[section]["properties"])


def test_what_is_no_number_is_not_required():
    assert "epochs" in required_numbers()["training"]
    assert not {"seed", "resume", "on_batch"} & set(required_numbers()["training"])
    assert required_numbers()["measurement"] == ["angles", "n_samples", "precision"]


def test_the_aggregations_of_the_schema_are_those_of_the_measure():
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    assert schema["properties"]["figures"]["properties"]["aggregation"]["enum"] == list(AGGREGATIONS)
    assert list(schema["properties"]["figures"]["properties"])[:4] == list(SETTINGS)


def test_names_of_runs_are_matched_and_no_others():
    study = {
        "models": ["a", "a_b"],
        "datasets": ["c", "b_c"],
        "trainings": ["rotated", "unrotated"],
        "seeds": [1, 12.0],
    }
    pattern = match_runs({"study": study})
    assert all(re.fullmatch(pattern, run.stem) for run in list_runs({"study": study}))
    for other in ("a_c_rotated_seed2", "a_c_rotated_seed121", "b_c_rotated_seed1", "a_c_seed1", "a_c_rotated_seed1.x"):
        assert not re.fullmatch(pattern, other)


def test_what_matches_names_of_runs_stays_short():
    """Snakemake reads it anew for each file of each job: with all names in it, planning grew with their square."""
    study = {"models": ["simple_conv"], "datasets": ["mnist"], "trainings": ["rotated"], "seeds": list(range(1000))}
    assert len(match_runs({"study": study})) < 5000


def test_a_learning_rate_for_adam_is_doubted_where_it_is_muons():
    def doubt(*names, **training):
        config = load(*names)
        config["runs"]["defaults"]["training"] |= training
        return doubt_rates(spec(config, run) for run in list_runs(config))

    assert doubt("config.yaml") == doubt("config.yaml", "paper.yaml") == ""
    assert doubt("config.yaml", learning_rate=0.001).startswith("training.learning_rate: 0.001 is low for Muon")
    assert doubt("config.yaml", learning_rate=0.003).startswith("training.learning_rate: 0.003 is low for Muon")
    assert doubt("config.yaml", learning_rate=0.001, optimizer="adam") == ""
    assert doubt("config.yaml", learning_rate=0.005) == ""
