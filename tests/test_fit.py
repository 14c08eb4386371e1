import math
from dataclasses import replace

import pytest
import torch

from rotational_variance import models
from rotational_variance.networks.classifier import AS_IS, Classifier, OutputForm
from rotational_variance.samples.cuts import count_batches, cut
from rotational_variance.samples.inputs import Samples
from rotational_variance.training.fit import DivergedError, fit, loss_of
from rotational_variance.training.optimizer import make_optimizer, make_schedule
from rotational_variance.training.recipe import Recipe
from rotational_variance.training.resume import Progress, ResumeFile
from rotational_variance.training.scores import evaluate

RECIPE = Recipe(
    rotate=0, shift=0, flip=False, epochs=2, batch_size=8, optimizer="muon", learning_rate=0.02, momentum=0.9,
    weight_decay=0.0, schedule="one_cycle", label_smoothing=0.0, history_samples="all", test_rotation_seed=0,
)  # fmt: skip


def build(seed=0, image_size=12):
    torch.manual_seed(seed)
    return models.build("all_convolutional", n_channels=1, image_size=image_size, n_classes=3, width=4)


def run(samples, seed=0, **changes):
    model = build(seed)
    epochs = list(fit(model, samples, samples, replace(RECIPE, **changes), seed=seed))
    return model, epochs


def weights(model):
    return torch.cat([tensor.double().flatten() for tensor in model.state_dict().values()])


@pytest.mark.parametrize("rotate", [0, 45, 180])
def test_same_numbers_and_seed_same_bits(make_samples, rotate):
    samples = make_samples()
    first, first_epochs = run(samples, rotate=rotate)
    second, second_epochs = run(samples, rotate=rotate)
    assert torch.equal(weights(first), weights(second))
    assert first_epochs == second_epochs


class Dropping(torch.nn.Module):
    """A network that draws random numbers of its own, and keeps batch statistics."""

    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Conv2d(1, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.ReLU(), torch.nn.Dropout(0.5),
            torch.nn.Flatten(), torch.nn.Linear(400, 3), torch.nn.LogSoftmax(1),
        )  # fmt: skip

    def forward(self, inputs):
        return self.layers(inputs)


@pytest.mark.parametrize(("stop_after", "numbers"), [
    (1, {}), (2, {}), (4, {}), (2, {"rotate": 180}), (2, {"schedule": "constant"}), (2, {"rotate": 180, "optimizer": "adam"}),
    (2, {"shift": 2, "flip": True}), (2, {"history_samples": 6, "label_smoothing": 0.1}),
])  # fmt: skip
def test_a_training_taken_up_again_ends_with_the_same_bits(make_samples, tmp_path, stop_after, numbers):
    samples = make_samples()
    recipe = replace(RECIPE, epochs=4, weight_decay=0.01, **numbers)

    def make():
        torch.manual_seed(3)
        return Dropping().to(memory_format=torch.channels_last)

    undisturbed = make()
    expected = list(fit(undisturbed, samples, samples, recipe, seed=3))
    stopped = make()
    file = ResumeFile(tmp_path / "a.resume.pt", ["x: 1"])
    for epoch in fit(stopped, samples, samples, recipe, seed=3):
        if epoch.number == stop_after:
            file.save(Progress([], epoch.state))
            break
    torch.manual_seed(99)  # another process would not have drawn the same numbers
    model = Dropping().to(memory_format=torch.channels_last)
    state = file.load().state
    rest = list(fit(model, samples, samples, recipe, seed=3, resume=state))
    assert rest == expected[stop_after:]
    assert torch.equal(weights(model), weights(undisturbed))


@pytest.mark.parametrize("change", [{"seed": 1}, {"rotate": 180}, {"rotate": 45}, {"learning_rate": 0.03}, {"schedule": "constant"},
                                    {"weight_decay": 0.1}, {"batch_size": 7}, {"epochs": 3}, {"optimizer": "adam"}, {"momentum": 0.8},
                                    {"shift": 1}, {"flip": True}, {"label_smoothing": 0.1}])  # fmt: skip
def test_every_number_matters(make_samples, change):
    samples = make_samples()
    assert not torch.equal(weights(run(samples)[0]), weights(run(samples, **change)[0]))


def test_learns_what_can_be_learnt():
    labels = torch.arange(60) % 3
    images = torch.zeros(60, 1, 12, 12, dtype=torch.uint8)
    for i, label in enumerate(labels):
        images[i, 0, 4 * label : 4 * label + 4] = 200 + i % 20
    samples = Samples(images, labels, torch.full((1, 1, 1), 0.3), torch.full((1, 1, 1), 0.4))
    _, epochs = run(samples, epochs=15)
    assert epochs[-1].test_upright.accuracy == 1
    assert epochs[-1].test_upright.loss < epochs[0].test_upright.loss
    assert epochs[-1].test_rotated.accuracy < 1  # a turned bar is another bar


def test_no_sample_is_left_out_and_batches_are_equal(make_samples):
    losses = []
    samples = make_samples(n=25)
    list(fit(build(), samples, samples, replace(RECIPE, epochs=1), seed=0, on_batches=lambda *now: losses.append(now)))
    assert [n for n, _ in losses] == [1] * 4  # 7 + 6 + 6 + 6, not 8 + 8 + 8 + 1


def test_batch_normalisation_stays_in_training_mode(make_samples):
    model, samples = build(), make_samples()
    modes = []
    model.bn1.register_forward_hook(lambda module, *_: modes.append(module.training))
    list(fit(model, samples, samples, RECIPE, seed=0))
    # Each epoch: 3 batches of training, then 3 upright and 3 rotated ones of testing.
    assert modes == ([True] * 3 + [False] * 6) * 2


def test_all_test_samples_are_tested_after_the_last_epoch_and_some_after_the_others(make_samples):
    samples, tested = make_samples(), []
    model = build()
    model.register_forward_hook(lambda module, inputs, _: None if module.training else tested.append(inputs[0]))
    epochs = list(fit(model, samples, samples, replace(RECIPE, history_samples=9, epochs=3), seed=0))
    assert [len(inputs) for inputs in tested] == ([9] * 2) * 2 + [8] * 6
    assert torch.equal(tested[0], tested[2])  # the same ones after each epoch
    assert epochs[-1] == run(samples, epochs=3)[1][-1]
    assert epochs[0] != run(samples, epochs=3)[1][0]


def test_biases_and_normalisations_do_not_decay(make_samples):
    optimizer = make_optimizer(build(), replace(RECIPE, weight_decay=0.5))
    decays = {part.dim() > 1: group["weight_decay"] for group in optimizer.param_groups for part in group["params"]}
    assert decays == {True: 0.5, False: 0}
    assert sum(len(group["params"]) for group in optimizer.param_groups) == len(list(build().parameters()))


def test_the_learning_rate_rises_and_falls_in_straight_lines():
    optimizer = make_optimizer(build(), RECIPE)
    schedule = make_schedule(optimizer, RECIPE, n_steps=101)
    rates = []
    for _ in range(101):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step() if len(rates) < 101 else None
    steps = torch.tensor(rates).diff()
    assert rates[0] == pytest.approx(0.004)
    assert max(rates) == pytest.approx(0.02, rel=0.01)
    assert rates[-1] == pytest.approx(0.00002, rel=0.1)
    assert (steps[:21] - steps[0]).abs().max() < 1e-7
    assert (steps[24:] - steps[-1]).abs().max() < 1e-7


def test_a_smoothed_loss_is_that_of_torch(make_samples):
    log_probabilities = torch.randn(5, 4, generator=torch.Generator().manual_seed(0)).log_softmax(1)
    labels = torch.tensor([0, 1, 2, 3, 0])
    for smoothing in (0.0, 0.2):
        expected = torch.nn.functional.cross_entropy(log_probabilities, labels, label_smoothing=smoothing)
        assert loss_of(log_probabilities, labels, smoothing) == pytest.approx(float(expected), rel=1e-6)


def test_a_loss_that_is_not_finite_stops(make_samples):
    samples = make_samples()
    model = build()
    with torch.no_grad():
        model.conv1.weight.fill_(float("nan"))
    with pytest.raises(ValueError, match=r"the loss became nan within 8 of 24 samples.*learning_rate"):
        list(fit(model, samples, samples, RECIPE, seed=0))


def test_a_test_loss_that_is_not_finite_stops(make_samples):
    train = make_samples()
    test = Samples(train.images, train.labels, train.mean, torch.full_like(train.std, float("nan")))
    with pytest.raises(ValueError, match="the test losses after epoch 1 are nan upright and nan rotated"):
        list(fit(build(), train, test, RECIPE, seed=0))


@pytest.mark.parametrize(("name", "known"), [("schedule", "constant, one_cycle"), ("optimizer", "muon, adam")])
def test_an_unknown_name_is_refused(name, known):
    with pytest.raises(ValueError, match=f"{name}: got 'cosine', expected one of {known}"):
        replace(RECIPE, **{name: "cosine"})


def test_evaluation_does_not_depend_on_the_batch_size(make_samples):
    model, samples = build(), make_samples()
    whole, parts = evaluate(model, samples, 24), evaluate(model, samples, 5)
    assert whole.accuracy == parts.accuracy
    assert whole.loss == pytest.approx(parts.loss, rel=1e-5)


def test_evaluation_turns_each_sample_by_its_angle(make_samples):
    model, samples = build(), make_samples()
    turned = Samples(torch.rot90(samples.images, 1, dims=(2, 3)), samples.labels, samples.mean, samples.std)
    score = evaluate(model, samples, 24, torch.full((24,), 90.0))
    assert score.loss == pytest.approx(evaluate(model, turned, 24).loss, rel=1e-6)


def test_test_samples_are_turned_by_any_angle_whatever_the_training(make_samples):
    samples = make_samples()
    model, (epoch,) = run(samples, rotate=10, epochs=1, test_rotation_seed=5)
    degrees = torch.rand(len(samples), generator=torch.Generator().manual_seed(5), dtype=torch.float64) * 360 - 180
    assert epoch.test_rotated == evaluate(model, samples, 8, degrees)


@pytest.mark.parametrize("rotate", [True, False, -1, 181, float("nan")])
def test_a_rotation_that_is_no_number_of_degrees_to_either_side_is_refused(rotate):
    with pytest.raises(ValueError, match=f"rotate: got {rotate}, expected degrees to either side, 0 to 180"):
        replace(RECIPE, rotate=rotate)


@pytest.mark.parametrize("schedule", ["one_cycle", "constant"])
@pytest.mark.parametrize("make", [build, lambda: Dropping().to(memory_format=torch.channels_last)])
def test_without_epochs_a_network_is_tested_as_it_is(make_samples, tmp_path, schedule, make):
    samples = make_samples()
    model = make()
    before = weights(model)
    recipe = replace(RECIPE, schedule=schedule, epochs=0)
    batches = []
    (epoch,) = fit(model, samples, samples, recipe, seed=0, on_batches=lambda *now: batches.append(now))
    assert epoch.number == 0
    assert math.isnan(epoch.train.loss)
    assert math.isnan(epoch.train.accuracy)
    assert epoch.test_upright == evaluate(model, samples, 8)
    assert math.isfinite(epoch.test_rotated.loss)
    assert torch.equal(weights(model), before)
    assert batches == []
    file = ResumeFile(tmp_path / "a.resume.pt", ["x: 1"])
    file.save(Progress([], epoch.state))
    again = make()
    assert list(fit(again, samples, samples, recipe, seed=0, resume=file.load().state)) == []
    assert torch.equal(weights(again), before)


def test_an_untrained_network_without_a_finite_loss_is_no_fault_of_the_learning_rate(make_samples):
    model = build()
    with torch.no_grad():
        model.conv1.weight.fill_(float("nan"))
    with pytest.raises(ValueError, match=r"^the test losses without training are nan upright and nan") as caught:
        list(fit(model, make_samples(), make_samples(), replace(RECIPE, epochs=0), seed=0))
    assert not isinstance(caught.value, DivergedError)


@pytest.mark.parametrize("n_samples", [1, 2, 3, 9, 16, 17, 33])
@pytest.mark.parametrize("batch_size", [1, 2, 8, 16, 100])
def test_no_sample_is_alone_in_a_batch(n_samples, batch_size):
    slices = cut(n_samples, batch_size)
    assert [i for part in slices for i in range(n_samples)[part]] == list(range(n_samples))
    sizes = [len(range(n_samples)[part]) for part in slices]
    shuffled = [len(part) for part in torch.arange(n_samples).tensor_split(count_batches(n_samples, batch_size))]
    for cuts in (sizes, shuffled):
        assert min(cuts) >= min(2, n_samples)
        assert max(cuts) <= max(2, batch_size) + 1
    if batch_size > 1 and n_samples % batch_size != 1:
        assert sizes == [min(batch_size, n_samples - start) for start in range(0, n_samples, batch_size)]
        assert len(shuffled) == -(-n_samples // batch_size)


def test_scores_are_trained_and_tested_as_their_log_probabilities(make_samples):
    """The same bits as of a network that ends in a log-softmax."""
    samples = make_samples()
    results = []
    for form, last in ((OutputForm(are_scores=True), torch.nn.Identity()), (AS_IS, torch.nn.LogSoftmax(1))):
        torch.manual_seed(0)
        network = torch.nn.Sequential(
            torch.nn.Flatten(), torch.nn.Linear(144, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3), last
        )
        epochs = list(fit(Classifier(network, form), samples, samples, RECIPE, seed=0))
        results.append((weights(network), epochs))
    assert torch.equal(results[0][0], results[1][0])
    assert results[0][1] == results[1][1]
