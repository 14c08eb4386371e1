"""What the figures show: the data in their artists, ranges, labels that do not overlap."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from rotational_variance.figures import COLORS, TrainingResult, headline, heatmap_image, scale_top
from rotational_variance.normalized import Layer, VarianceTensor, layer_values


def make_tensor(n_layers=16, seed=0, names=None):
    random = np.random.default_rng(seed)
    layers = []
    for i in range(n_layers):
        shape = (2, 4, int(random.integers(3, 40)))
        name = names[i] if names else f"conv{i}"
        layers.append(Layer(name, "convolution", random.gamma(2, 0.5, shape), random.gamma(2, 0.5, shape)))
    return VarianceTensor(layers, np.arange(4.0), ["mean", "max"], ["all", "a", "b", "c"], np.array([9, 3, 3, 3]))


def make_results(n_seeds=1, **kwargs):
    return {
        training: TrainingResult(
            [make_tensor(seed=10 * i + seed, **kwargs) for seed in range(n_seeds)], [(0.9, 0.4 + 0.1 * i)] * n_seeds
        )
        for i, training in enumerate(COLORS)
    }


def panels(figure):
    """Return the axes by what they show: curves, accuracies, and the heatmaps from top to bottom."""
    by_title = {axes.get_title(loc="left"): axes for axes in figure.axes}
    heatmaps = [axes for title, axes in by_title.items() if title.startswith("M of every unit")]
    return by_title["M of each layer"], by_title["Accuracy"], heatmaps


@pytest.mark.parametrize("aggregation", ["mean", "max"])
def test_curves_show_the_layer_values(aggregation):
    results = make_results()
    curves, _, _ = panels(headline("resnet", "mnist", aggregation, results))
    lines = {line.get_label(): line for line in curves.get_lines()}
    for training, result in results.items():
        for label, sample_set in (("all samples", "all"), ("stratified by class", "stratified")):
            line = lines[f"{training} training, {label}"]
            expected = layer_values(result.tensors[0].normalized(aggregation, sample_set))
            np.testing.assert_allclose(line.get_ydata(), expected)
            assert line.get_color() == COLORS[training]
    assert curves.get_ylim()[0] == 0


def test_several_seeds_show_as_their_mean_and_range():
    results = make_results(n_seeds=3)
    curves, _, _ = panels(headline("resnet", "mnist", "mean", results))
    line = next(line for line in curves.get_lines() if line.get_label() == "rotated training, all samples")
    values = [layer_values(tensor.normalized("mean", "all")) for tensor in results["rotated"].tensors]
    np.testing.assert_allclose(line.get_ydata(), np.mean(values, axis=0))
    assert len(curves.collections) == 4  # one band a line


def test_heatmaps_share_one_scale_and_hold_every_layer():
    _, _, heatmaps = panels(headline("resnet", "mnist", "mean", make_results()))
    assert [axes.get_title(loc="left") for axes in heatmaps] == [
        "M of every unit, unrotated training, all samples",
        "M of every unit, rotated training, all samples",
    ]
    first, second = (axes.images[0] for axes in heatmaps)
    assert first.norm is second.norm
    assert first.get_array().shape[1] == 16
    assert first.cmap.name == "inferno"


def test_a_column_holds_the_sorted_units_of_its_layer():
    image = heatmap_image([np.array([3.0, 1.0]), np.array([5.0, np.inf, 4.0, 6.0])], n_rows=4)
    assert image[::-1, 0].tolist() == [1, 1, 3, 3]
    assert image[::-1, 1].tolist() == [4, 5, 6, np.inf]


def test_the_scale_ends_at_median_and_three_interquartile_ranges():
    values = np.concatenate([np.linspace(0, 4, 101), [1000.0, np.inf, np.nan]])
    low, median, high = np.percentile(values[np.isfinite(values)], [25, 50, 75])
    assert scale_top(values) == median + 3 * (high - low)
    assert scale_top(np.array([0.1, 0.2, 0.3])) == 1
    assert scale_top(np.array([0.0, 0.0, 2.0, 2.0])) == 2
    assert scale_top(np.array([np.inf])) == 1


def test_marks_beyond_the_scale_are_explained_only_where_they_occur():
    assert not legend_texts(make_results(), "infinite")
    results = make_results()
    results["rotated"].tensors[0].layers[2].sample_std[0, 0, 0] = 0
    assert legend_texts(results, "infinite")
    assert legend_texts(results, "above the scale")


def legend_texts(results, part):
    figure = headline("resnet", "mnist", "mean", results)
    texts = [text.get_text() for axes in figure.axes if axes.get_legend() for text in axes.get_legend().get_texts()]
    return [text for text in texts if part in text]


def test_bars_show_percent():
    _, accuracies, _ = panels(headline("resnet", "mnist", "mean", make_results()))
    heights = [[bar.get_height() for bar in container] for container in accuracies.containers]
    np.testing.assert_allclose(heights, [[90, 40], [90, 50]])
    assert [label.get_text() for label in accuracies.get_xticklabels()] == ["upright", "rotated"]


def resnet_names(n):
    return ["conv1", "bn1", "relu", *(f"layer{1 + i // 40}.{i // 10}.conv{i}" for i in range(n - 5)), "avgpool", "fc"]


@pytest.mark.parametrize(("n_layers", "names"), [(16, None), (53, None), (133, resnet_names(133)), (174, None)])
def test_labels_do_not_overlap(n_layers, names):
    results = make_results(n_layers=n_layers, names=names)
    results["rotated"].tensors[0].layers[2].sample_std[0, 0, 0] = 0  # so that both marks are explained
    figure = headline("all_convolutional", "cifar10", "mean", results)
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    _, accuracies, heatmaps = panels(figure)
    ticks = [label for label in heatmaps[-1].get_xticklabels() if label.get_text()]
    assert ticks[0].get_text() in ("conv0", "conv1")
    if names:
        assert "layer1.0" in {label.get_text() for label in ticks}
    texts = [*ticks, *accuracies.texts]
    texts += [text for axes in figure.axes if axes.get_legend() for text in axes.get_legend().get_texts()]
    texts += [text for axes in figure.axes for text in axes.texts if axes is not accuracies]
    texts += [axes.title for axes in figure.axes] + [axes._left_title for axes in figure.axes] + [figure._suptitle]
    boxes = [text.get_window_extent(renderer) for text in texts if text.get_text()]
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[i + 1 :])
        assert figure.bbox.x0 <= box.x0
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1


def test_one_training_alone_can_be_drawn():
    results = make_results()
    _, _, heatmaps = panels(headline("resnet", "mnist", "mean", {"rotated": results["rotated"]}))
    assert len(heatmaps) == 1
