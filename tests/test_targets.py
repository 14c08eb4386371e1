"""Targets that no rule makes, or that an option takes for one of its values: one line that says what to write."""

from pathlib import Path

import pytest

from helpers.dry_runs import read_plan, snakemake
from helpers.one_run import TABLES
from rv_study import swallowed
from rv_study.errors import ConfigError
from rv_study.unknown_targets import Names, explain

FIGURES = [
    f"plots/{pair}{name}.png"
    for pair in ("resnet_mnist", "vgg16_mnist")
    for name in ("", "/headline_mean", "/kinds_max")
]
NAMES = Names(
    known={
        "model": ["resnet", "simple_conv", "vgg16"], "dataset": ["mnist", "fashion_mnist", "digits"],
        "training": ["unrotated", "rotated", "within45"],
    },
    study={"model": ["resnet", "vgg16"], "dataset": ["mnist"], "training": ["unrotated", "rotated"], "seed": [0]},
    files=[f"results/{file}" for file in (*FIGURES, *(f"tables/{name}" for name in TABLES), "report.html")] + ["all", "report", "train"],
)  # fmt: skip


@pytest.mark.parametrize(("file", "answer"), [
    ("plots/resnet_fashion_mnist.png", "dataset fashion_mnist is not in study.datasets; for this target, add --config 'study={datasets: [fashion_mnist]}'"),
    ("plots/simple_conv_mnist/kinds_max.pdf", "model simple_conv is not in study.models; for this target, add --config 'study={models: [simple_conv]}'"),
    ("plots/models/digits/global.png", "dataset digits is not in study.datasets; for this target, add --config 'study={datasets: [digits]}'"),
    ("layers/resnet_digits.md", "dataset digits is not in study.datasets; for this target, add --config 'study={datasets: [digits]}'"),
    ("variance/resnet_mnist_rotated_seed3.h5", "seed 3 is not in study.seeds; for this target, add --config 'study={seeds: [3]}'"),
    ("checkpoints/simple_conv_fashion_mnist_within45_seed0.csv", "model simple_conv is not in study.models, dataset fashion_mnist is not in study.datasets, training within45 is not in study.trainings; for this target, add --config 'study={models: [simple_conv], datasets: [fashion_mnist], trainings: [within45]}'"),
    ("plots/resnet_imagenet.png", "there is no dataset imagenet; there are mnist, fashion_mnist, digits"),
    ("plots/nomodel_mnist/headline_mean.svg", "there is no model nomodel; there are resnet, simple_conv, vgg16"),
    ("plots/resnt_fashion_mnist.png", "there is no model resnt (did you mean resnet?); there are resnet, simple_conv, vgg16"),
    ("checkpoints/resnet_mnist_rotatd_seed0.pt", "there is no training rotatd (did you mean rotated?); there are unrotated, rotated, within45"),
    ("variance/resnet_minst_rotated_seed0.h5", "there is no dataset minst (did you mean mnist?); there are mnist, fashion_mnist, digits"),
    ("datasets/imagenet.h5", "there is no dataset imagenet; there are mnist, fashion_mnist, digits"),
    ("plots/resnet_mnist.jpg", "figures are drawn as png, pdf or svg, not as jpg"),
    ("plots/resnet_mnist/kinds_max.jpg", "figures are drawn as png, pdf or svg, not as jpg"),
    ("plots/resnet_mnist/headlin_mean.png", "there is no such figure (did you mean headline_mean?); there are headline_mean, kinds_max"),
    ("plots/mine.png", "there is no such figure; there are resnet_mnist, vgg16_mnist"),
    ("tables/globl.csv", f"there is no such table (did you mean global.csv?); there are {', '.join(sorted(TABLES))}"),
    ("report.htm", "no rule makes it (did you mean results/report.html?)"),
    ("../reprot", "no rule makes it (did you mean report?)"),
    ("../result/plots/resnet_mnist.png", "no rule makes it (did you mean results/plots/resnet_mnist.png?)"),
])  # fmt: skip
def test_a_target_that_no_rule_makes_is_explained(file, answer):
    target = f"results/{file}".replace("results/../", "")
    assert explain(target, [Path("results")], NAMES) == f"{target}: {answer}"


@pytest.mark.parametrize("target", ["foo.txt", "../results/mine.csv", "summary", "data/mnist/a.png"])
def test_what_is_like_no_result_is_left_to_snakemake(target):
    assert explain(target, [Path("results")], NAMES) is None


def is_result(path):
    return path.startswith("results/")


@pytest.mark.parametrize(("option", "values", "instead"), [
    ("--forcerun", {"train", "results/a.png"}, "results/a.png --forcerun train"),
    ("--until", {"results/b.png", "measure", "results/a.png"}, "results/a.png results/b.png --until measure"),
    ("--allowed-rules", {"results/a.png"}, "results/a.png"),
])  # fmt: skip
def test_a_target_that_an_option_takes_is_noticed(option, values, instead):
    with pytest.raises(ConfigError) as caught:
        swallowed.check({"--omit-from": set(), option: values}, [], is_result)
    said = str(caught.value)
    assert said.startswith(f"results/a.png: {option} takes this for one of its values, so it is no target; put targets")
    assert f": snakemake {instead} (or, if the whole study is meant: snakemake all {option} " in said
    swallowed.check({option: values}, ["all"], is_result)


@pytest.mark.parametrize("values", [set(), {"train"}, {"results/a.png"}, {"results/a.png", "results/b.png"}])
def test_other_options_are_left_alone(values):
    swallowed.check({"--forcerun": values, "--until": values}, [], is_result)


# ---- Snakemake


def answer(project, *arguments):
    code, text = snakemake(project.folder, "-n", *arguments)
    assert code == 1
    assert "Traceback" not in text
    (line,) = [line for line in text.splitlines() if line.startswith("results/")]
    return line


def test_snakemake_gives_these_answers(project):
    figure = "results/plots/resnet_mnist.png"
    assert answer(project, "results/plots/resnet_digits.png").endswith(
        "for this target, add --config 'study={datasets: [digits]}'"
    )
    assert answer(project, "results/plots/models/digits/global.png").endswith(" --config 'study={datasets: [digits]}'")
    assert project.planned("results/plots/resnet_digits.png", "--config", "study={datasets: [digits]}")["plot"] == 1
    assert answer(project, "-nR", "train", figure).startswith(f"{figure}: --forcerun takes this for one of its")
    assert answer(project, "--forcerun", "train", figure).startswith(f"{figure}: --forcerun takes this for one of its")
    assert project.planned(figure, "--forcerun", "train") == {"dataset": 1, "train": 2, "measure": 2, "plot": 1}
    assert project.planned("all", "--forcerun", figure)["train"] == 16


def test_files_of_a_users_own_rules_are_never_refused(project):
    with (project.folder / "Snakefile").open("a") as file:
        file.write('\n\nrule own:\n    output: "results/plots/{name}_mnist.png", "results/tables/{name}.csv"\n')
        file.write('    wildcard_constraints: name="mine"\n    shell: "touch {output}"\n')
    for arguments in ([], ["--config", "study={name: another}"]):
        code, text = snakemake(project.folder, "-n", "results/plots/mine_mnist.png", *arguments)
        assert code == 0, text
        assert "results/tables/mine.csv" in text
    assert answer(project, "results/plots/other_mnist.png").startswith(
        "results/plots/other_mnist.png: there is no model"
    )
    (project.folder / "results/plots").mkdir(parents=True)
    (project.folder / "results/plots/other_mnist.png").touch()
    assert read_plan(snakemake(project.folder, "-n", "results/plots/other_mnist.png")[1]).jobs == set()
