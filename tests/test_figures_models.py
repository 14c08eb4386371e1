"""What the figures of all models show."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from helpers.drawn import legend_texts, make_results, put_at_chance, put_below_precision, titled
from rotational_variance.figures.dead_units import dead_units
from rotational_variance.figures.depth import depth
from rotational_variance.figures.global_bars import global_bars
from rotational_variance.figures.parts.style import COLORS, model_looks, style
from rotational_variance.measures.averages import global_variance, layer_values

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
    panels = titled(depth("title", "note", "max", results))
    looks = model_looks(list(MODELS))
    for training in TRAININGS:
        for name, sample_set in (("all samples", "all"), ("stratified by class", "stratified")):
            lines = {line.get_color(): line for line in panels[f"{training} training, {name}"].get_lines()}
            for model, n_layers in MODELS.items():
                color, marker = looks[model]
                line = lines[color]
                np.testing.assert_allclose(line.get_xdata(), 100 * np.arange(n_layers) / (n_layers - 1))
                values = results[model][training].measurements[0].normalized("max", sample_set)
                np.testing.assert_allclose(line.get_ydata(), layer_values(values))
                assert line.get_marker() == marker


def test_global_m_stands_beside_what_was_published(results):
    published = {("resnet", "rotated", "mean", "stratified"): 0.9508, ("resnet", "unrotated", "mean", "all"): 0.811}
    figure = global_bars("title", results, published)
    panels = titled(figure)
    found = {}
    for aggregation in ("mean", "max"):
        for name, sample_set in (("all samples", "all"), ("stratified by class", "stratified")):
            axes = panels[f"{aggregation} of each feature map, {name}"]
            bars = {(bar.get_x() + bar.get_width() / 2): bar for container in axes.containers for bar in container}
            for i, model in enumerate(MODELS):
                for training, side in (("unrotated", -0.2), ("rotated", 0.2)):
                    value = global_variance(results[model][training].measurements[0], aggregation, sample_set)
                    bar = bars[min(bars, key=lambda x, wanted=i + side: abs(x - wanted))]
                    assert bar.get_height() == pytest.approx(value.value)
                    assert to_hex(bar.get_facecolor()).upper() == COLORS[training]
            for line in axes.get_lines():
                if line.get_marker() == "D":
                    points = zip(line.get_xdata(), line.get_ydata(), strict=True)
                    found |= {(aggregation, sample_set, round(x, 1)): y for x, y in points if np.isfinite(y)}
    assert found == {("mean", "stratified", 1.2): 0.9508, ("mean", "all", 0.8): 0.811}
    assert "published (Quiroga et al. 2019)" in legend_texts(figure)
    of_others = {("vgg16", "rotated", "mean", "all"): 0.676}
    assert "published (Quiroga et al. 2019)" not in legend_texts(global_bars("title", results, of_others))


def test_lines_in_the_bars_leave_dead_units_out(results):
    layer = results["mine"]["rotated"].measurements[0].layers[0]
    layer.transformation_std[:, :, :2] = layer.sample_std[:, :, :2] = 0
    axes = titled(global_bars("title", results, {}))["mean of each feature map, all samples"]
    heights = [segment[0, 1] for lines in axes.collections for segment in lines.get_segments()]
    value = global_variance(results["mine"]["rotated"].measurements[0], "mean", "all")
    assert value.n_dead == 2
    assert heights[-1] == pytest.approx(value.value_without_dead)
    assert heights[-1] != pytest.approx(value.value)


def test_dead_and_infinite_units_are_counted_by_layer(results):
    layer = results["simple_conv"]["rotated"].measurements[0].layers[1]  # of ten units
    layer.transformation_std[0, 0, :2] = layer.sample_std[0, 0, :3] = 0
    axes = next(
        axes
        for title, axes in titled(dead_units("title", "note", "mean", results)).items()
        if title.startswith("simple_conv")
    )
    assert "rotated 2 dead and 1 infinite of" in axes.get_title(loc="left")
    bars = {container.get_label(): list(container) for container in axes.containers}
    dead, infinite = bars["dead, rotated training"], bars["infinite, rotated training"]
    assert [bar.get_height() for bar in dead] == [0, 20, 0, 0, 0]
    assert [bar.get_height() for bar in infinite] == [0, 10, 0, 0, 0]
    assert infinite[1].get_y() == 20
    assert all(bar.get_height() == 0 for bar in bars["dead, unrotated training"])
    assert axes.get_ylim()[1] > 30
    assert [label.get_text() for label in axes.get_xticklabels()] == [f"conv{i}" for i in range(5)]


def test_units_below_precision_are_a_third_kind(results):
    assert "precision" not in " ".join(legend_texts(dead_units("title", "note", "mean", results)))
    results["mine"] = make_results(n_layers=2)
    layer = results["mine"]["rotated"].measurements[0].layers[1]  # of ten units
    layer.transformation_std[:, :, 0] = layer.sample_std[:, :, :3] = 0  # one dead, two infinite
    put_below_precision(layer, range(3, 6))
    figure = dead_units("title", "note", "mean", results)
    axes = next(axes for title, axes in titled(figure).items() if title.startswith("mine"))
    assert axes.get_title(loc="left").endswith("rotated 1 dead, 2 infinite and 3 below precision of 13")
    bars = {container.get_label(): list(container) for container in axes.containers}
    of_layer = [bars[f"{kind}, rotated training"][1] for kind in ("dead", "infinite", "below precision")]
    np.testing.assert_allclose([(bar.get_y(), bar.get_height()) for bar in of_layer], [(0, 10), (10, 20), (30, 30)])
    assert "below precision, unrotated training" not in bars
    assert legend_texts(figure)[-1] == "below precision (no M), on top"


@pytest.mark.parametrize("n_seeds", [1, 2])
def test_a_network_below_precision_throughout_has_no_bar_and_no_line(n_seeds):
    results = {"resnet": make_results(n_seeds, n_layers=3), "mine": make_results(n_seeds, n_layers=3)}
    for layer in results["mine"]["rotated"].measurements[0].layers:  # of the first seed
        put_below_precision(layer, range(layer.n_units))
    axes = titled(global_bars("title", results, {}))["mean of each feature map, all samples"]
    (bars,) = [container for container in axes.containers if container.get_label() == "rotated training"]
    others = [global_variance(one, "mean", "all").value for one in results["mine"]["rotated"].measurements[1:]]
    assert bars[1].get_height() == pytest.approx(np.mean(others) if others else np.nan, nan_ok=True)
    assert np.isfinite(axes.get_ylim()).all()
    lines = titled(depth("title", "note", "mean", results))["rotated training, all samples"].get_lines()
    assert np.isnan(lines[1].get_ydata()).all() == (n_seeds == 1)


def test_trainings_at_chance_are_named_with_their_model():
    results = {model: make_results(2, n_layers=n_layers) for model, n_layers in MODELS.items()}
    figures = [depth("title", "note", "mean", results), global_bars("title", results, {})]
    figures.append(dead_units("title", "note", "mean", results))
    assert not any("chance" in text for figure in figures for text in [*legend_texts(figure), *titled(figure)])
    results = {model: make_results(2, n_layers=n_layers) for model, n_layers in MODELS.items()}
    put_at_chance(results["resnet"]["unrotated"], 0)
    put_at_chance(results["resnet"]["rotated"], 0, 1)
    at_chance = "\nunrotated training (1 of 2 seeds at chance)\nrotated training (at chance)"
    for figure, label in (
        (depth("title", "note", "mean", results), "resnet (12 layers)"),
        (global_bars("title", results, {}), "resnet"),
    ):
        assert [text for text in legend_texts(figure) if "chance" in text] == [label + at_chance]
    titles = [title for title in titled(dead_units("title", "note", "mean", results)) if "chance" in title]
    assert [title.count("rotated (at chance) 0 dead") for title in titles] == [2]  # both first seeds
