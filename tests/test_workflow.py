"""What Snakemake plans, and what it says to a user's mistakes."""

from collections import Counter
from pathlib import Path

import pytest

from helpers.dry_runs import read_plan, snakemake
from helpers.raw_files import write_raw

WHOLE_STUDY = {
    "dataset": 2, "train": 16, "measure": 16, "plot": 8, "plot_models": 2, "example": 1, "plot_example": 1, "tables": 1,
    "report": 1,
}  # fmt: skip
ONE_FIGURE = {"dataset": 1, "train": 2, "measure": 2, "plot": 1}


def test_one_figure_is_planned_without_a_flag(project):
    assert project.planned("results/plots/resnet_cifar10.png") == ONE_FIGURE


@pytest.mark.parametrize("arguments", [("--cores", "8"), ("--snakefile", "workflow/Snakefile")])
def test_both_snakefiles_plan_the_whole_study_with_the_default_profile(project, arguments):
    planned = project.plan(*arguments)
    assert "profiles/default" in planned.text
    assert Counter(job.split()[0] for job in planned.jobs) == WHOLE_STUDY


def test_the_workflow_is_found_without_the_snakefile_at_the_top(project):
    (project.folder / "Snakefile").unlink()
    assert project.planned() == WHOLE_STUDY


@pytest.mark.parametrize(("snakefile", "prefix"), [("Snakefile", "rv_"), ("workflow/Snakefile", "")])
def test_another_workflow_uses_this_one_as_a_module(project, tmp_path, snakefile, prefix):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    source, config = project.folder / snakefile, project.folder / "config/config.yaml"
    (elsewhere / "Snakefile").write_text(
        f'import yaml\nmodule rv:\n    snakefile: "{source}"\n    config: yaml.safe_load(open("{config}"))\n'
        f"use rule * from rv as {prefix}*\n"
    )
    code, text = snakemake(elsewhere, "-n", "--cores", "1")
    assert code == 0, text
    assert f"{prefix}all " in text
    assert (
        Counter(job.split()[0].removeprefix(prefix) for job in read_plan(text).jobs) - Counter({"all": 1})
        == WHOLE_STUDY
    )


@pytest.mark.parametrize(("configfile", "jobs"), [
    ("config/paper.yaml", WHOLE_STUDY),
    ("config/demo.yaml", {"dataset": 1, "train": 8, "measure": 8, "plot": 4, "plot_models": 1, "example": 1, "plot_example": 1, "tables": 1, "report": 1}),
])  # fmt: skip
def test_the_other_configs_are_planned(project, configfile, jobs):
    assert project.planned("--configfile", configfile) == jobs


def test_figures_for_print_come_beside_those_of_the_page(project):
    in_pdf = project.planned("--config", "figures={format: pdf}")
    assert in_pdf == WHOLE_STUDY | {"plot_print": 8, "plot_models_print": 2, "plot_example": 2}
    one = project.plan("results/plots/resnet_cifar10/heatmaps_mean.pdf")
    assert "plot_print resnet_cifar10 pdf" in one.jobs
    assert project.plan("results/plots/resnet_cifar10.pdf").jobs == one.jobs  # the digest comes from the same job


def test_more_seeds_are_more_runs_in_the_same_figures(project):
    planned = project.planned("results/plots/resnet_mnist.png", "--config", "study={seeds: [0, 1, 2]}")
    assert planned == {"dataset": 1, "train": 6, "measure": 6, "plot": 1}


def test_a_dataset_of_the_users_own_is_one_entry(project):
    (project.folder / "mine.zip").touch()
    mine = "config/mine.yaml"
    (project.folder / mine).write_text(
        "study: {datasets: [mine], models: [vgg16]}\ndatasets: {mine: {source: images, path: mine.zip}}\n"
    )
    assert project.planned("results/plots/vgg16_mine.png", "--configfile", mine) == ONE_FIGURE


def test_a_model_of_the_users_own_is_one_file(project):
    models = project.folder / "workflow/scripts/rotational_variance/models"
    (models / "mine.py").write_text("def build(*, n_channels, image_size, n_classes, growth: int): ...\n")
    (project.folder / "mine.yaml").write_text(
        "study: {models: [mine], datasets: [mnist]}\nruns: {models: {mine: {model: {growth: 3}}}}\n"
    )
    assert project.planned("results/plots/mine_mnist.png", "--configfile", "mine.yaml") == ONE_FIGURE


def test_a_mistake_in_the_config_is_one_clear_line(project):
    done = project.snakemake("-n", "--config", "runs={defaults: {training: {epoch: 3}}}")
    assert done.returncode != 0
    (line,) = [line for line in done.stdout.splitlines() if "unknown key" in line]
    assert line.startswith("config: runs.defaults.training.epoch: unknown key (did you mean epochs?)")
    assert "Traceback" not in done.stdout


@pytest.mark.long
def test_the_same_download_elsewhere_reruns_nothing(project):
    for root in ("here", "there"):
        write_raw(project.folder / root, "MNIST", n_train=300, n_test=300)
    target = "results/datasets/mnist.h5"
    done = project.snakemake(target, "--config", "datasets={mnist: {root: here}}")
    assert done.returncode == 0, done.stdout
    assert project.planned(target, "--config", "datasets={mnist: {root: there}}") == {}
    assert project.planned(target, "--config", "datasets={mnist: {name: FashionMNIST}}") == {"dataset": 1}


def test_a_dataset_that_is_not_there_is_one_clear_line(project):
    done = project.snakemake(
        "results/datasets/mine.h5", "--config", "datasets={mine: {source: images, path: no/such/folder}}"
    )
    assert done.returncode != 0
    assert "Error: dataset mine: no/such/folder: no such folder or archive; put it there" in done.stdout
    assert "Traceback" not in done.stdout
    assert not Path(project.folder, "results/datasets/mine.h5").exists()
