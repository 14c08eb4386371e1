"""What the figures of all models show."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex

from helpers.drawn import (
    COLORS,
    FOUR,
    legend_texts,
    make_history,
    make_measurement,
    make_results,
    put_at_chance,
    put_below_precision,
    titled,
)
from plot_models import attach_published, describe_layers
from rotational_variance.figures.answer import MEAN_LINE_WIDTH, answer
from rotational_variance.figures.catalogue import of_models
from rotational_variance.figures.dead_units import dead_units
from rotational_variance.figures.depth import depth
from rotational_variance.figures.draw import draw
from rotational_variance.figures.global_bars import global_bars
from rotational_variance.figures.parts.style import model_looks, style
from rotational_variance.figures.parts.training_results import TrainingResult
from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.statistics.averages import global_value, layer_values
from rotational_variance.statistics.trainings import Training
from rotational_variance.statistics.units import unit_values

MODELS = {"simple_conv": 5, "resnet": 12, "mine": 2}  # layers
TRAININGS = ["unrotated", "rotated"]


@pytest.fixture(autouse=True)
def in_style():
    with style():
        yield


@pytest.fixture
def results():
    return {model: make_results(n_layers=n_layers) for model, n_layers in MODELS.items()}


def test_layers_of_all_models_go_from_0_to_100_percent(results):
    panels = titled(depth("title", "note", M, "max", results))
    looks = model_looks(list(MODELS))
    for training in TRAININGS:
        for name, sample_set in (("all samples", "all"), ("stratified by class", "stratified")):
            lines = {line.get_color(): line for line in panels[f"{training} training, {name}"].get_lines()}
            for model, n_layers in MODELS.items():
                color, marker = looks[model]
                line = lines[color]
                np.testing.assert_allclose(line.get_xdata(), 100 * np.arange(n_layers) / (n_layers - 1))
                values = unit_values(results[model][training].measurements[0], M, "max", sample_set)
                np.testing.assert_allclose(line.get_ydata(), layer_values(values))
                assert line.get_marker() == marker


def test_global_m_stands_beside_what_was_published(results):
    published = {
        ("resnet", "rotated", "normalized_variance_mean_stratified"): 0.9508,
        ("resnet", "unrotated", "normalized_variance_mean_all"): 0.811,
        ("resnet", "unrotated", "sample_std_mean_all"): 0.5,  # of another measure
    }
    figure = global_bars("title", "", M, results, published)
    panels = titled(figure)
    found = {}
    for aggregation in ("mean", "max"):
        for name, sample_set in (("all samples", "all"), ("stratified by class", "stratified")):
            axes = panels[f"{aggregation} of each feature map, {name}"]
            bars = {(bar.get_x() + bar.get_width() / 2): bar for container in axes.containers for bar in container}
            for i, model in enumerate(MODELS):
                for training, side in (("unrotated", -0.2), ("rotated", 0.2)):
                    value = global_value(results[model][training].measurements[0], M, aggregation, sample_set)
                    bar = bars[min(bars, key=lambda x, wanted=i + side: abs(x - wanted))]
                    assert bar.get_height() == pytest.approx(value.value)
                    assert to_hex(bar.get_facecolor()).upper() == COLORS[training]
            for line in axes.get_lines():
                if line.get_marker() == "D":
                    points = zip(line.get_xdata(), line.get_ydata(), strict=True)
                    found |= {(aggregation, sample_set, round(x, 1)): y for x, y in points if np.isfinite(y)}
    assert found == {("mean", "stratified", 1.2): 0.9508, ("mean", "all", 0.8): 0.811}
    assert "published (Quiroga et al. 2019)" in legend_texts(figure)
    of_others = {("vgg16", "rotated", "normalized_variance_mean_all"): 0.676}
    assert "published (Quiroga et al. 2019)" not in legend_texts(global_bars("title", "", M, results, of_others))


def test_published_values_attach_by_what_a_training_does():
    published = {("digits", "resnet", degrees, "accuracy_upright"): degrees / 180 for degrees in (0, 180)}
    spec_of = {"plain": (0, 5), "any_angle": (180, 5), "some_angles": (45, 5), "no_epochs": (0, 0)}
    measurement = make_measurement(n_layers=2)
    found = {
        name: TrainingResult(
            Training(name, name, name, 0),
            [replace(measurement, attributes={"spec": {"training": {"rotate": rotate, "epochs": epochs}}})],
            [make_history()],
        )
        for name, (rotate, epochs) in spec_of.items()
    }
    expected = {("resnet", "plain", "accuracy_upright"): 0, ("resnet", "any_angle", "accuracy_upright"): 1}
    for layers in ("published", "auto"):
        assert attach_published(published, "digits", {"resnet": found, "mine": found}, layers) == expected
    assert attach_published(published, "digits", {"resnet": found}, "all") == {}
    assert attach_published(published, "mnist", {"resnet": found}, "published") == {}


def answers(results):
    """Return the heights of the bars of each training, and its thick and thin lines."""
    left, right = answer("title", "note", M, "mean", results).axes
    bars = {container.get_label(): [bar.get_height() for bar in container] for container in left.containers}
    lines = {
        training: [line for line in right.get_lines() if to_hex(line.get_color()) == to_hex(COLORS[training])]
        for training in TRAININGS
    }
    thick = {
        training: [line.get_ydata() for line in of if line.get_linewidth() == MEAN_LINE_WIDTH]
        for training, of in lines.items()
    }
    thin = {training: len(of) - len(thick[training]) for training, of in lines.items()}
    return bars, thick, thin


def last_layers(results, training):
    return [results[model][training].layer_values(M, "mean", "all")[0, -1] for model in results]


def test_the_answer_is_the_mean_over_models(results):
    bars, thick, thin = answers(results)
    for training in TRAININGS:
        accuracies = [100 * of_model[training].accuracies()[0] for of_model in results.values()]
        np.testing.assert_allclose(bars[f"{training} training"], np.mean(accuracies, 0))
        (line,) = thick[training]
        assert line[-1] == pytest.approx(np.mean(last_layers(results, training)))
        assert thin[training] == len(MODELS)


def test_the_answer_of_one_model_is_its_own(results):
    one = {"mine": results["mine"]}
    _, thick, thin = answers(one)
    for training in TRAININGS:
        (line,) = thick[training]
        np.testing.assert_allclose(line[[0, -1]], results["mine"][training].layer_values(M, "mean", "all")[0])
        assert thin[training] == 0


def test_the_answer_leaves_out_networks_at_chance(results):
    put_at_chance(results["mine"]["rotated"], 0)
    bars, thick, _ = answers(results)
    others = {model: of_model for model, of_model in results.items() if model != "mine"}
    assert thick["rotated"][0][-1] == pytest.approx(np.mean(last_layers(others, "rotated")))
    assert thick["unrotated"][0][-1] == pytest.approx(np.mean(last_layers(others, "unrotated")))  # as in the sentences
    accuracies = [100 * of_model["rotated"].accuracies()[0] for of_model in others.values()]
    np.testing.assert_allclose(bars["rotated training"], np.mean(accuracies, 0))


def test_the_answer_speaks_of_the_models_that_it_shows(results):
    for model in list(results)[:2]:
        put_at_chance(results[model]["rotated"], 0)
    figure = answer("title", "note", M, "mean", results)
    assert list(titled(figure)) == ["Accuracy", "M of each layer"]
    assert legend_texts(figure) == ["unrotated training", "rotated training"]  # of the third model, which is sound


def test_the_answer_shows_all_models_if_none_learned_anything(results):
    for of_model in results.values():
        put_at_chance(of_model["rotated"], 0)
    figure = answer("title", "note", M, "mean", results)
    assert "Accuracy, mean and each model" in titled(figure)
    assert legend_texts(figure) == ["unrotated training", "rotated training\n(at chance)"]


def test_the_answer_names_models_at_chance_in_a_third_training():
    trainings = FOUR[:3]
    results = {model: make_results(n_layers=2, trainings=trainings) for model in MODELS}
    put_at_chance(results["mine"]["within45"], 0)
    figure = answer("title", "note", M, "mean", results)
    assert "Accuracy, mean and each model" in titled(figure)
    assert "(mine at chance)" in legend_texts(figure)[2]


def test_the_answer_over_seeds_shows_means():
    figure = answer("title", "note", M, "mean", {"mine": make_results(n_seeds=3)})
    assert any(text.get_text() == "note; means over 3 seeds" for text in figure.texts)


def test_marks_at_the_bars_leave_dead_units_out(results):
    layer = results["mine"]["rotated"].measurements[0].layers[0]
    layer.transformation_std[:, :, :2] = layer.sample_std[:, :, :2] = 0
    axes = titled(global_bars("title", "", M, results, {}))["mean of each feature map, all samples"]
    (marks,) = [line for line in axes.get_lines() if line.get_marker() == "<"]
    heights = marks.get_ydata()
    value = global_value(results["mine"]["rotated"].measurements[0], M, "mean", "all")
    assert value.n_dead == 2
    assert heights == [pytest.approx(value.value_without_dead)]  # no mark for networks without dead units
    (bars,) = [container for container in axes.containers if container.get_label() == "rotated training"]
    mine = bars[list(results).index("mine")]
    assert marks.get_xdata() == [pytest.approx(mine.get_x() + mine.get_width())]  # where no range over seeds is
    assert heights[0] != pytest.approx(value.value)


def test_dead_and_infinite_units_are_counted_by_layer(results):
    layer = results["simple_conv"]["rotated"].measurements[0].layers[1]  # of ten units
    layer.transformation_std[0, 0, :2] = layer.sample_std[0, 0, :3] = 0
    axes = next(
        axes
        for title, axes in titled(dead_units("title", "note", M, "mean", results)).items()
        if title.startswith("simple_conv")
    )
    assert axes.get_title(loc="left").split("\n") == [
        "simple_conv, 64 units", "unrotated training: none", "rotated training: 2 dead, 1 infinite",
    ]  # fmt: skip
    bars = {container.get_label(): list(container) for container in axes.containers}
    dead, infinite = bars["rotated training"], bars["infinite M, rotated training"]
    assert [bar.get_height() for bar in dead] == [0, 20, 0, 0, 0]
    assert [bar.get_height() for bar in infinite] == [0, 10, 0, 0, 0]
    assert infinite[1].get_y() == 20
    assert all(bar.get_height() == 0 for bar in bars["unrotated training"])
    assert axes.get_ylim()[1] > 30
    assert [label.get_text() for label in axes.get_xticklabels()] == [f"conv{i}" for i in range(5)]


def test_units_below_precision_are_a_third_kind(results):
    assert "precision" not in " ".join(legend_texts(dead_units("title", "note", M, "mean", results)))
    results["mine"] = make_results(n_layers=2)
    layer = results["mine"]["rotated"].measurements[0].layers[1]  # of ten units
    layer.transformation_std[:, :, 0] = layer.sample_std[:, :, :3] = 0  # one dead, two infinite
    put_below_precision(layer, range(3, 6))
    figure = dead_units("title", "note", M, "mean", results)
    axes = next(axes for title, axes in titled(figure).items() if title.startswith("mine"))
    assert axes.get_title(loc="left").endswith("\nrotated training: 1 dead, 2 infinite, 3 below precision")
    bars = {container.get_label(): list(container) for container in axes.containers}
    of_layer = [bars[f"{kind}rotated training"][1] for kind in ("", "infinite M, ", "below precision (no M), ")]
    np.testing.assert_allclose([(bar.get_y(), bar.get_height()) for bar in of_layer], [(0, 10), (10, 20), (30, 30)])
    assert legend_texts(figure) == [  # only what occurs
        "dead, rotated training", "infinite M, rotated training", "below precision (no M), rotated training",
    ]  # fmt: skip


@pytest.mark.parametrize("n_seeds", [1, 2])
def test_a_network_below_precision_throughout_has_no_bar_and_no_line(n_seeds):
    results = {"resnet": make_results(n_seeds, n_layers=3), "mine": make_results(n_seeds, n_layers=3)}
    for layer in results["mine"]["rotated"].measurements[0].layers:  # of the first seed
        put_below_precision(layer, range(layer.n_units))
    axes = titled(global_bars("title", "", M, results, {}))["mean of each feature map, all samples"]
    (bars,) = [container for container in axes.containers if container.get_label() == "rotated training"]
    others = [global_value(one, M, "mean", "all").value for one in results["mine"]["rotated"].measurements[1:]]
    assert bars[1].get_height() == pytest.approx(np.mean(others) if others else np.nan, nan_ok=True)
    assert np.isfinite(axes.get_ylim()).all()
    lines = titled(depth("title", "note", M, "mean", results))["rotated training, all samples"].get_lines()
    assert np.isnan(lines[1].get_ydata()).all() == (n_seeds == 1)


def test_trainings_at_chance_are_named_with_their_model():
    results = {model: make_results(2, n_layers=n_layers) for model, n_layers in MODELS.items()}
    figures = [depth("title", "note", M, "mean", results), global_bars("title", "", M, results, {})]
    figures.append(dead_units("title", "note", M, "mean", results))
    assert not any("chance" in text for figure in figures for text in [*legend_texts(figure), *titled(figure)])
    results = {model: make_results(2, n_layers=n_layers) for model, n_layers in MODELS.items()}
    layer = results["resnet"]["rotated"].measurements[0].layers[0]
    layer.transformation_std[:, :, 0] = layer.sample_std[:, :, 0] = 0
    put_at_chance(results["resnet"]["unrotated"], 0)
    put_at_chance(results["resnet"]["rotated"], 0, 1)
    at_chance = "\nunrotated training (1 of 2 seeds at chance, left out)\nrotated training (at chance)"
    for figure, label in (
        (depth("title", "note", M, "mean", results), "resnet (12 layers)"),
        (global_bars("title", "", M, results, {}), "resnet"),
    ):
        assert [text for text in legend_texts(figure) if "chance" in text] == [label + at_chance]
    titles = [title for title in titled(dead_units("title", "note", M, "mean", results)) if "chance" in title]
    assert [title.count("rotated training (at chance): ") for title in titles] == [2]  # both first seeds


def test_models_of_which_other_layers_are_shown_are_named():
    assert (
        describe_layers("auto", ["resnet", "mine", "vgg16"]) == "published layers of resnet, vgg16; all layers of mine"
    )
    assert describe_layers("auto", ["resnet", "vgg16"]) == describe_layers("all", ["resnet", "mine"]) == ""
    (drawing,) = [one for one in of_models([M.name]) if one.subject == "global"]
    figure = draw(drawing, "x", layers="some layers", results={"mine": make_results()}, published={})
    assert "some layers" in [text.get_text() for text in figure.texts]
