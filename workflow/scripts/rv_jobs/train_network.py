"""Train one network and write its checkpoint and its history; resume a training that was stopped."""

import json
from pathlib import Path

import torch

from rotational_variance import models
from rotational_variance.inspection.look import look
from rotational_variance.networks.classifier import AS_IS, Classifier, OutputForm
from rotational_variance.networks.memory_format import find_memory_format
from rotational_variance.networks.output_form import find_output_form
from rotational_variance.networks.user_code import blaming
from rotational_variance.samples.cuts import count_batches
from rotational_variance.samples.examples import choose_examples
from rotational_variance.samples.inputs import Samples, to_samples
from rotational_variance.storage.dataset_reader import StoredDataset, read_dataset
from rotational_variance.storage.files import sha256
from rotational_variance.storage.history_writer import write_history
from rotational_variance.torch_setup.device import set_up
from rotational_variance.training.checkpoint import Checkpoint, save_checkpoint
from rotational_variance.training.fit import DivergedError, Epoch, fit
from rotational_variance.training.recipe import Recipe
from rotational_variance.training.resume import Progress, ResumeFile
from rv_study.job_log import JobLog
from rv_study.run import Run


def train_network(
    *,
    dataset: str,
    checkpoint: str,
    history: str,
    run: Run,
    spec: dict[str, dict],
    device: str,
    threads: int,
    made_by: list[str],
    resume: Path,
    log: JobLog,
) -> None:
    """Train `run` on the file `dataset`; write `checkpoint` and `history`.

    spec     "model": options of `models.build`; "training": those of `Recipe`
    made_by  everything that the result depends on, as texts; an unfinished training resumes only if they are the same
    resume   file that receives, after each epoch, the state that later epochs depend on; to be deleted once the
             checkpoint is safe
    """
    torch_device = set_up(device, threads)
    stored = read_dataset(dataset)
    log.line(f"training on {torch_device} with {threads} thread(s): {spec}")
    # Copy both: a pickle records which strings are one object, and its bytes must not depend on their source.
    run_parts, spec = json.loads(json.dumps([run.as_dict(), spec]))
    model_arguments = {
        "name": run_parts["model"],
        "n_channels": stored.dataset.n_channels,
        "image_size": stored.dataset.image_size,
        "n_classes": len(stored.dataset.class_names),
        **spec["model"],
    }
    train, test = (_samples(stored, part, torch_device) for part in ("train", "test"))
    form, memory_format = _look_at_network(model_arguments, train, torch_device, log)
    torch.manual_seed(run.seed)
    network = models.build(**model_arguments).to(torch_device, memory_format=memory_format)
    computed_on = {"device": torch_device.type, "threads": threads}
    made_by = [*made_by, *(f"{name}: {value}" for name, value in computed_on.items()), f"dataset: {sha256(dataset)}"]
    unfinished = ResumeFile(resume, made_by)
    try:
        with blaming(models.file_of(run.model)):
            rows = _fit(
                Classifier(network, form),
                train,
                test,
                run.seed,
                memory_format,
                Recipe(**spec["training"]),
                unfinished,
                log,
            )
    except DivergedError as error:
        raise ValueError(f"{error}; lower training.learning_rate") from error
    state = {name: tensor.cpu().contiguous() for name, tensor in network.state_dict().items()}
    write_history(history, rows)
    class_names = stored.dataset.class_names
    output = {} if form == AS_IS else form.as_dict()
    save_checkpoint(
        checkpoint,
        Checkpoint(run_parts, spec, model_arguments, computed_on, class_names, state_dict=state, output=output),
    )


def _look_at_network(
    model_arguments: dict, train: Samples, device: torch.device, log: JobLog
) -> tuple[OutputForm, torch.memory_format]:
    """Find out what the network returns, and in which memory format it runs; tell of its gaps.

    Raises ValueError for a network that cannot be trained or measured.
    """
    network, again = (models.build(**model_arguments).to(device) for _ in range(2))  # only to be looked at
    examples = choose_examples(train)
    with blaming(models.file_of(model_arguments["name"]), always=True):
        memory_format = find_memory_format(network, examples)
        examples = examples.contiguous(memory_format=memory_format)
        form = find_output_form(network, examples, model_arguments["n_classes"])
        again.to(memory_format=memory_format)
        found = look(Classifier(network, form).eval(), Classifier(again, form), examples)
    log.line(f"the network returns {form.describe()}")
    log.line(f"{len(found.layers)} layers can be measured, found by {found.found_by}")
    for gap in found.not_seen:
        log.warn(f"not measured: {gap}")
    return form, memory_format


def _fit(
    model: Classifier,
    train: Samples,
    test: Samples,
    seed: int,
    memory_format: torch.memory_format,
    recipe: Recipe,
    unfinished: ResumeFile,
    log: JobLog,
) -> list[dict[str, float]]:
    """Train the model in place, from the last finished epoch on; return the history, one row per epoch.

    Without epochs, the history is the one row of epoch 0.
    """
    earlier = _earlier_progress(unfinished, log)
    rows = earlier.rows
    n_batches = count_batches(len(train), recipe.batch_size)
    n_finished = rows[-1]["epoch"] if rows else 0
    with log.bar(recipe.epochs * n_batches, n_finished * n_batches) as bar:

        def on_batches(n: int, loss: float) -> None:
            tested = rows[-1] if rows else None  # the last finished epoch
            bar.set_postfix_str(
                f"epoch {len(rows) + 1}/{recipe.epochs}, loss {loss:.4f}"
                + (f", accuracy {tested['test_upright_accuracy']:.1%}" if tested else "")
                + (f", rotated {tested['test_rotated_accuracy']:.1%}" if tested else ""),
                refresh=False,
            )
            bar.update(n)

        epochs = fit(
            model,
            train,
            test,
            recipe,
            seed=seed,
            memory_format=memory_format,
            resume=earlier.state,
            on_batches=on_batches,
        )
        for epoch in epochs:
            rows.append(_row(epoch))
            unfinished.save(Progress(rows, epoch.state))
            if epoch.number == 0:
                log.line(
                    f"no training, tested upright {epoch.test_upright.accuracy:.2%}, "
                    f"rotated {epoch.test_rotated.accuracy:.2%}"
                )
                continue
            log.line(
                f"epoch {epoch.number}/{recipe.epochs}: loss {epoch.train.loss:.4f}, "
                f"accuracy {epoch.train.accuracy:.2%}, tested upright {epoch.test_upright.accuracy:.2%}, "
                f"rotated {epoch.test_rotated.accuracy:.2%}"
            )
    return rows


def _earlier_progress(file: ResumeFile, log: JobLog) -> Progress:
    """Read the progress of an unfinished training; return an empty Progress if no file belongs to it."""
    try:
        progress = file.load()
    except ValueError as error:
        log.warn(f"{error}; not used, the training begins anew")
        progress = None
    if progress is None:
        return Progress()
    log.warn(f"going on after epoch {progress.rows[-1]['epoch']}, from {file.path}")
    return progress


def _samples(stored: StoredDataset, part: str, device: torch.device) -> Samples:
    images, labels = getattr(stored.dataset, f"{part}_images"), getattr(stored.dataset, f"{part}_labels")
    return to_samples(images, labels, stored.mean, stored.std, device)


def _row(epoch: Epoch) -> dict[str, float]:
    """Return the history's row for one epoch: losses in nats, accuracies as shares."""
    row = {"epoch": epoch.number}
    for name in ("train", "test_upright", "test_rotated"):
        score = getattr(epoch, name)
        row[f"{name}_loss"], row[f"{name}_accuracy"] = score.loss, score.accuracy
    return row
