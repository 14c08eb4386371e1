import pytest
import torch

from rotational_variance import models
from rotational_variance.networks.classifier import AS_IS, Classifier, OutputForm
from rotational_variance.samples.cuts import count_batches, cut
from rotational_variance.samples.inputs import Samples
from rotational_variance.training.fit import evaluate, fit, random_degrees
from rotational_variance.training.resume import Progress, ResumeFile

NUMBERS = {
    "rotate": False,
    "epochs": 2,
    "batch_size": 8,
    "learning_rate": 0.01,
    "weight_decay": 0.0,
    "schedule": "one_cycle",
    "test_rotation_seed": 0,
}


def build(seed=0, image_size=12):
    torch.manual_seed(seed)
    return models.build("all_convolutional", n_channels=1, image_size=image_size, n_classes=3, width=4)


def run(samples, seed=0, **changes):
    model = build(seed)
    epochs = list(fit(model, samples, samples, seed=seed, **{**NUMBERS, **changes}))
    return model, epochs


def weights(model):
    return torch.cat([tensor.double().flatten() for tensor in model.state_dict().values()])


@pytest.mark.parametrize("rotate", [False, True])
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


@pytest.mark.parametrize("schedule", ["one_cycle", "constant"])
@pytest.mark.parametrize("rotate", [False, True])
@pytest.mark.parametrize("stop_after", [1, 2, 4])
def test_a_training_taken_up_again_ends_with_the_same_bits(make_samples, tmp_path, schedule, rotate, stop_after):
    samples = make_samples()
    numbers = {**NUMBERS, "epochs": 4, "schedule": schedule, "rotate": rotate, "weight_decay": 0.01, "seed": 3}

    def make():
        torch.manual_seed(3)
        return Dropping().to(memory_format=torch.channels_last)

    undisturbed = make()
    expected = list(fit(undisturbed, samples, samples, **numbers))
    stopped = make()
    file = ResumeFile(tmp_path / "a.resume.pt", ["x: 1"])
    for epoch in fit(stopped, samples, samples, **numbers):
        if epoch.number == stop_after:
            file.save(Progress([], epoch.state))
            break
    torch.manual_seed(99)  # another process would not have drawn the same numbers
    model = Dropping().to(memory_format=torch.channels_last)
    state = file.load().state
    rest = list(fit(model, samples, samples, resume=state, **numbers))
    assert rest == expected[stop_after:]
    assert torch.equal(weights(model), weights(undisturbed))


@pytest.mark.parametrize("change", [{"seed": 1}, {"rotate": True}, {"learning_rate": 0.02}, {"schedule": "constant"},
                                    {"weight_decay": 0.1}, {"batch_size": 7}, {"epochs": 3}])  # fmt: skip
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
    list(fit(build(), samples, samples, seed=0, on_batch=losses.append, **{**NUMBERS, "epochs": 1}))
    assert len(losses) == 4  # 7 + 6 + 6 + 6, not 8 + 8 + 8 + 1


def test_batch_normalisation_stays_in_training_mode(make_samples):
    model, samples = build(), make_samples()
    modes = []
    model.bn1.register_forward_hook(lambda module, *_: modes.append(module.training))
    list(fit(model, samples, samples, seed=0, **NUMBERS))
    # Each epoch: 3 batches of training, then 3 upright and 3 rotated ones of testing.
    assert modes == ([True] * 3 + [False] * 6) * 2


def test_a_loss_that_is_not_finite_stops(make_samples):
    samples = make_samples()
    model = build()
    with torch.no_grad():
        model.conv1.weight.fill_(float("nan"))
    with pytest.raises(ValueError, match=r"the loss became nan after 8 of 24 samples.*learning_rate"):
        list(fit(model, samples, samples, seed=0, **NUMBERS))


def test_a_test_loss_that_is_not_finite_stops(make_samples):
    train = make_samples()
    test = Samples(train.images, train.labels, train.mean, torch.full_like(train.std, float("nan")))
    with pytest.raises(ValueError, match="the test losses after epoch 1 are nan upright and nan rotated"):
        list(fit(build(), train, test, seed=0, **NUMBERS))


def test_unknown_schedule_is_refused(make_samples):
    with pytest.raises(ValueError, match="schedule: got 'cosine', expected one of constant, one_cycle"):
        run(make_samples(), schedule="cosine")


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


def test_angles_are_uniform_over_the_circle():
    degrees = random_degrees(20_000, torch.Generator().manual_seed(0))
    assert degrees.min() >= -180
    assert degrees.max() < 180
    counts = torch.histc(degrees, bins=12, min=-180, max=180)
    assert ((counts - 20_000 / 12).abs() < 5 * (20_000 / 12) ** 0.5).all()


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
        epochs = list(fit(Classifier(network, form), samples, samples, seed=0, **NUMBERS))
        results.append((weights(network), epochs))
    assert torch.equal(results[0][0], results[1][0])
    assert results[0][1] == results[1][1]
