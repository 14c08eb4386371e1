"""A mistake in the config, or no config at all: one clear line, an exit status, and nothing is made."""

import os

import pytest

from helpers.dry_runs import read_plan, snakemake

CONFIG = "config/config.yaml"


def write(content):
    return lambda path: path.write_bytes(content)


@pytest.mark.parametrize(("damage", "message"), [
    (os.unlink, f"{CONFIG}: missing from "), (write(b""), f"{CONFIG}: holds nothing, expected keys such as `study`"),
    (write(b"# only words\n"), f"{CONFIG}: holds nothing"), (write(b"- a\n- b\n"), f"{CONFIG}: holds list"),
    (write(b"words"), f"{CONFIG}: holds str"), (write(b"\x80\x81"), f"{CONFIG}: cannot be read ('utf-8' codec can't"),
    (write(b"study: [a\nb: {"), f"{CONFIG}: not YAML (while parsing a flow sequence"),
    (write(b"study:\n\tseeds: [0]\n"), f"{CONFIG}: not YAML (while scanning for the next token found character '\\t'"),
    (write(b"study: {seeds: [0]}\n"), "config: datasets: missing (and"),
])  # fmt: skip
def test_a_config_file_that_is_none(project, damage, message):
    damage(project.folder / CONFIG)
    assert_refused(project, message)


@pytest.mark.parametrize(("change", "message"), [
    ("study={models: [resnt]}", "study.models: got resnt, expected a model (did you mean resnet?); there are "),
    ("study={datasets: [minst]}", "study.datasets: got minst, expected a dataset (did you mean mnist?); there are "),
    ("study={trainings: [rotatd]}", "study.trainings: got rotatd, expected a training (did you mean rotated?); there are "),
    ("study={trainings: []}", "study.trainings: got [], expected 1 entries or more"),
    ("trainings={within45: {rotate: 450}}", "trainings.within45.rotate: got 450, expected 180 or less"),
    ("trainings={within45: {label: ' '}}", "trainings.within45.label: got ' ', expected one line of 1 to 40 characters,"),
    ("runs={datasets: {mnist: {rotated: {training: {epochs: 3}}}}}", "runs.datasets.mnist.rotated: write runs.datasets.mnist.by_training.rotated"),
    ("figures={measures: [sample_st]}", "figures.measures: got sample_st, expected a measure (did you mean sample_std?); there are "),
    ("figures={layers: atuo}", "figures.layers: got 'atuo', expected one of auto, published, all (did you mean auto?)"),
    ("study={seed: [0]}", "study.seed: unknown key (did you mean seeds?)"),
    ("study={seeds: [1, 2, 1]}", "study.seeds: got [1, 2, 1], expected no entry twice"),
    ("study={seeds: 3}", "study.seeds: got 3, expected a list"),
    ("study={models: []}", "study.models: got [], expected 1 entries or more"),
    ("runs={defaults: {training: {epochs: -3}}}", "runs.defaults.training.epochs: got -3, expected 0 or more"),
    ("runs={defaults: {training: {epochs: 2.5}}}", "runs.defaults.training.epochs: got 2.5, expected a number (integer)"),
    ("runs={defaults: {training: {epochs: many}}}", "runs.defaults.training.epochs: got 'many', expected a number (integer)"),
    ("runs={models: {resnet: {model: {depth: 19}}}}", "runs.models.resnet.model.depth: got 19, expected one of 18, 34, 50"),
    ("datasets={../evil: {source: images, path: x}}", "datasets: got '../evil', expected letters, digits, _ and - only"),
    ("datasets={a/b: {source: images, path: x}}", "datasets: got 'a/b', expected letters, digits, _ and - only"),
    ("datasets={a b: {source: images, path: x}}", "datasets: got 'a b', expected letters, digits, _ and - only"),
    ("datasets={a;b: {source: images, path: x}}", "datasets: got 'a;b', expected letters, digits, _ and - only"),
    ('datasets={"a\\n": {source: images, path: x}}', "datasets: got 'a\\n', expected letters, digits, _ and - only"),
    ("study={models: [../resnet]}", "study.models.0: got '../resnet', expected letters, digits, _ and - only"),
    ("datasets={mine: {source: internet}}", "datasets.mine.source: got 'internet', expected one of torchvision, "),
])  # fmt: skip
def test_a_mistake_in_the_config(project, change, message):
    assert_refused(project, f"config: {message}", "--config", change)


def test_a_number_that_yaml_reads_as_text(project):
    (project.folder / "mine.yaml").write_text("runs: {defaults: {training: {learning_rate: 1e-3}}}\n")
    message = (
        "config: runs.defaults.training.learning_rate: got '1e-3', expected a number; "
        "YAML reads 1e-3 as text, write 0.001 without quotes"
    )
    assert_refused(project, message, "--configfile", "mine.yaml")


def test_a_measure_that_figures_show_needs_a_caption(project):
    caption = project.folder / "workflow/report/measures/sample_std.rst"
    caption.unlink()
    assert snakemake(project.folder, "-n")[0] == 0  # figures show another measure
    message = f"{caption}: missing; figures.measures shows sample_std, write its caption there"
    assert_refused(project, message, "--config", "figures={measures: [normalized_variance, sample_std]}")


def test_a_mistake_in_the_file_of_any_measure_is_told_before_anything_runs(project):
    file = project.folder / "workflow/scripts/rotational_variance/measures/mine.py"
    file.write_text("MEASURE = Measured()\n")
    message = (
        f"measure mine: NameError: name 'Measured' is not defined ({file}, line 1); correct it, or move the file away"
    )
    assert_refused(project, message)


@pytest.mark.parametrize(("content", "reason"), [
    ("def build(:\n", "invalid syntax"), ("x = 1\n", "no function build("), (b"\x80", "can't decode byte"),
])  # fmt: skip
def test_a_model_file_that_is_none(project, content, reason):
    path = project.folder / "workflow/scripts/rotational_variance/models/mine.py"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert snakemake(project.folder, "-n")[0] == 0  # no model yet, and the study does not use it
    code, text = snakemake(project.folder, "--config", "study={models: [mine]}")
    assert code == 1
    (line,) = [line for line in text.splitlines() if line.startswith(str(path))]
    assert reason in line
    assert "Traceback" not in text


def test_a_file_of_the_workflow_that_is_damaged_is_one_clear_line(project):
    path = project.folder / "workflow/scripts/rotational_variance/training/fit.py"
    path.write_bytes(b"x = (\n")
    code, text = snakemake(project.folder)
    assert code == 1
    (line,) = [line for line in text.splitlines() if line.startswith(str(path))]
    assert line.startswith(f"{path}: not valid Python (")
    assert line.endswith("); correct it there")
    assert "Traceback" not in text


def test_a_workflow_used_from_elsewhere_brings_its_own_config(project, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    source, config = project.folder / "Snakefile", project.folder / "config/config.yaml"
    code, text = snakemake(elsewhere, "-n", "--snakefile", str(source), "--configfile", str(config))
    assert code == 0, text
    (elsewhere / "Snakefile").write_text(
        f'import yaml\nmodule rv:\n    snakefile: "{source}"\n    config: yaml.safe_load(open("{config}"))\n'
        "use rule * from rv\n"
    )
    code, text = snakemake(elsewhere, "-n", "results/plots/resnet_mnist.png")
    assert code == 0, text


@pytest.mark.parametrize("how", ["--snakefile", "--directory"])
def test_in_another_folder_a_partial_config_is_laid_on_that_of_the_project(project, how):
    elsewhere = project.folder / "elsewhere"
    elsewhere.mkdir()
    config = str(project.folder / "config/demo.yaml")
    arguments = ["-n", "results/demo/plots/resnet_digits.png", "--configfile", config]
    arguments += ["--snakefile", "../Snakefile"] if how == "--snakefile" else ["--directory", "elsewhere"]
    folder = elsewhere if how == "--snakefile" else project.folder
    code, text = snakemake(folder, *arguments)
    assert code == 0, text
    assert "train resnet_digits_rotated_seed0" in read_plan(text).jobs
    (project.folder / "config/config.yaml").unlink()
    code, text = snakemake(folder, *arguments)
    assert code == 1
    (line,) = [line for line in text.splitlines() if line.startswith("config/config.yaml: ")]
    assert line == (
        f"config/config.yaml: missing from {elsewhere}; run in the project's folder, or restore it: "
        "git checkout config/config.yaml"
    )


def assert_refused(project, message, *arguments):
    code, text = snakemake(project.folder, *arguments)
    assert code == 1
    lines = [line for line in text.splitlines() if message in line]
    assert len(lines) == 1, text
    assert lines[0].startswith(message)
    assert "Traceback" not in text
    assert not (project.folder / "results").exists()
