"""Every figure is readable: texts of 7 points or more, none cut off, none over another, whatever there is to show."""

import pytest

from helpers.drawn import (
    FOUR,
    INVARIANCE,
    THINGS,
    assert_readable,
    make_results,
    put_at_chance,
    put_below_precision,
    resnet_names,
)
from rotational_variance.figures.catalogue import of_models, of_pair
from rotational_variance.figures.curves import curves
from rotational_variance.figures.dead_units import dead_units
from rotational_variance.figures.draw import draw
from rotational_variance.figures.global_bars import global_bars
from rotational_variance.figures.headline import headline
from rotational_variance.figures.parts.style import COLUMN, MODEL_LOOKS, WIDTH, model_looks, style

WHAT = "all_convolutional on fashion_mnist"
MEASURES = ["normalized_variance"]
OF_LAYERS = [drawing for drawing in of_pair(MEASURES) if drawing.aggregation == "max"]
OTHERS = [drawing for drawing in of_pair(MEASURES) if not drawing.aggregation]
OF_ANOTHER_MEASURE = [
    drawing for drawing in of_pair(["transformation_std"]) if drawing.measure and drawing.aggregation != "mean"
]
OF_CLASSES = [drawing for drawing in [*OF_LAYERS, *OTHERS] if {"class", "angle"} & set(drawing.title("").split())]


def name(drawing):
    return drawing.name


def check(figure, monkeypatch):
    assert figure.get_figwidth() in (WIDTH, COLUMN)
    with style():
        assert_readable(figure, monkeypatch)


def drawn(drawing, results, *, sort_units=True):
    with style():
        return draw(drawing, WHAT, results=results, sort_units=sort_units)


def with_marks(results):
    """Make one unit infinite, one dead, one above the colour scale, one below precision; and all but the last seed guess."""
    first = next(iter(results.values()))
    layer = first.measurements[0].layers[2]
    put_below_precision(layer, [-1])
    for result in results.values():
        put_at_chance(result, *range(max(1, len(result.histories) - 1)))
    layer.sample_std[:, :, 0] = 0
    layer.sample_std[:, :, 1] = layer.transformation_std[:, :, 1] = 0
    layer.transformation_std[:, :, 2] = 100
    return results


# Of 53 layers each has its name, of 133 some; figures without names of layers look alike with both.
@pytest.mark.parametrize(("n_layers", "drawing"), [
    *(pytest.param(53, drawing, marks=pytest.mark.long) for drawing in OF_LAYERS if drawing.subject in ("curves", "headline", "heatmaps")),
    *(pytest.param(133, drawing, marks=[pytest.mark.long] * (drawing.subject not in ("curves", "headline"))) for drawing in OF_LAYERS),
], ids=lambda value: value if isinstance(value, int) else name(value))  # fmt: skip
def test_figures_of_many_layers_are_readable(n_layers, drawing, monkeypatch):
    check(drawn(drawing, with_marks(make_results(n_layers=n_layers, names=resnet_names(n_layers)))), monkeypatch)


@pytest.mark.long
@pytest.mark.parametrize("drawing", [*OF_LAYERS, *OTHERS], ids=name)
def test_long_class_names_and_several_seeds_are_readable(drawing, monkeypatch):
    results = with_marks(make_results(n_seeds=3, trainings=FOUR[:2], class_names=THINGS))
    check(drawn(drawing, results, sort_units=False), monkeypatch)


@pytest.mark.long
@pytest.mark.parametrize("drawing", [*OF_LAYERS, *OTHERS], ids=name)
def test_four_trainings_with_long_labels_are_readable(drawing, monkeypatch):
    results = make_results(n_seeds=2, trainings=FOUR, n_layers=5, class_names=["a", "b", "c"])
    check(drawn(drawing, with_marks(results)), monkeypatch)


@pytest.mark.long
@pytest.mark.parametrize("drawing", OF_ANOTHER_MEASURE, ids=name)
def test_a_measure_with_long_names_and_a_logarithmic_scale_is_readable(drawing, monkeypatch):
    results = make_results(trainings=FOUR[1:], n_layers=5, class_names=THINGS)
    results["rotated"].measurements[0].layers[1].transformation_std[:] = 0  # which a logarithmic axis does not show
    check(drawn(drawing, with_marks(results)), monkeypatch)


@pytest.mark.long
def test_long_words_of_a_measure_are_readable(monkeypatch):
    results = make_results(n_layers=5, class_names=["a", "b", "c"])
    with style():
        figures = [
            curves("title", "note", INVARIANCE, "mean", results),
            global_bars("title", "", INVARIANCE, {"resnet": results}, {}),
            headline("title", "note", INVARIANCE, "mean", results, sort_units=True),
        ]
    for figure in figures:
        check(figure, monkeypatch)


@pytest.mark.long
@pytest.mark.parametrize("drawing", OF_CLASSES, ids=name)
def test_many_classes_are_readable_and_fit_on_a_page(drawing, monkeypatch):
    figure = drawn(drawing, make_results(n_layers=5, class_names=[f"CLASS NUMBER {i:05}" for i in range(300)]))
    check(figure, monkeypatch)
    assert figure.get_figheight() < 12.5


AWKWARD = ["American_Staffordshire_terrier_0001", "cost $5 and $6", r"$\frac$", "100%", "a<b>&", "x" * 80]


@pytest.mark.parametrize("drawing", [*OF_LAYERS, *OTHERS], ids=name)
def test_awkward_names_are_readable(drawing, monkeypatch):
    names = [f"backbone.stages.{i}.bottleneck.convolution_{'x' * (30 if i == 2 else 0)}" for i in range(6)]
    results = make_results(trainings=FOUR[1:], n_layers=6, names=names, class_names=AWKWARD)
    check(drawn(drawing, results), monkeypatch)


def some_models():
    sizes = zip(
        [*MODEL_LOOKS, "mine"],
        [(16, None), (20, None), (53, resnet_names(53)), (133, resnet_names(133)), (3, None)],
        strict=True,
    )
    return {model: with_marks(make_results(trainings=FOUR, n_layers=n, names=names)) for model, (n, names) in sizes}


def test_figures_of_all_models_are_readable(monkeypatch):
    results = some_models()
    published = {
        (model, training.name, "normalized_variance_mean_all"): 0.5 for model in MODEL_LOOKS for training in FOUR[:2]
    }
    with style():
        figures = [
            draw(drawing, "fashion_mnist", results=results, published=published)
            for drawing in of_models(MEASURES)
            if drawing.aggregation != "max"
        ]
    assert len(figures) == 4
    for figure in figures:
        check(figure, monkeypatch)


def test_models_without_dead_units_are_readable(monkeypatch):
    results = {f"{model}_with_a_rather_long_name": make_results(n_layers=5) for model in MODEL_LOOKS}
    with style():
        figure = dead_units("fashion_mnist: Dead units", "note", INVARIANCE, "mean", results)
    assert figure.axes == []
    check(figure, monkeypatch)


def luminance(color):
    """Return the relative luminance of "#rrggbb", as in print without colour. Source: WCAG 2.2."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_models_differ_in_colour_and_in_marker_and_look_the_same_beside_any_others():
    looks = model_looks([*MODEL_LOOKS, "mine", "yours"])
    assert len({color for color, _ in looks.values()}) == len({marker for _, marker in looks.values()}) == 6
    assert model_looks(["vgg16"])["vgg16"] == looks["vgg16"]
    assert model_looks(["mine", "resnet"])["mine"] == looks["mine"]
    for color, _ in MODEL_LOOKS.values():
        assert luminance(color) < 0.5  # of white, which is 1: it stands out on paper
