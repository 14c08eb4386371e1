"""Rule train: train one network and write its checkpoint and its history; go on where a killed training stopped."""

from pathlib import Path

import torch

from rotational_variance import models
from rotational_variance.checkpoints import Checkpoint, save
from rotational_variance.compute import set_up
from rotational_variance.inputs import Samples, to_samples
from rotational_variance.reporting import Report, reporting
from rotational_variance.resume import Progress, ResumeFile
from rotational_variance.storage.dataset import StoredDataset, read_dataset
from rotational_variance.storage.files import sha256
from rotational_variance.storage.history import write_history
from rotational_variance.training import Epoch, fit


def main(
    dataset: str,
    checkpoint: str,
    history: str,
    *,
    run: dict,
    spec: dict,
    device: str,
    threads: int,
    made_by: list[str],
    report: Report,
) -> None:
    """Train on the file `dataset`; write `checkpoint` and `history`.

    run      model, dataset, training, seed
    spec     "model": options of `models.build`; "training": numbers of `training.fit`
    made_by  all that the result depends on, as texts: an unfinished training goes on only if these are the same

    After each epoch, all that the next ones depend on is kept beside `checkpoint`, until that is there.
    """
    torch_device = set_up(device, threads)
    stored = read_dataset(dataset)
    report.line(f"training on {torch_device} with {threads} thread(s): {spec}")
    model_arguments = {
        "name": run["model"],
        "n_channels": stored.dataset.n_channels,
        "image_size": stored.dataset.image_size,
        "n_classes": len(stored.dataset.class_names),
        **spec["model"],
    }
    torch.manual_seed(run["seed"])
    model = models.build(**model_arguments).to(torch_device, memory_format=torch.channels_last)
    computed_on = {"device": torch_device.type, "threads": threads}
    made_by = [*made_by, *(f"{name}: {value}" for name, value in computed_on.items()), f"dataset: {sha256(dataset)}"]
    unfinished = ResumeFile(Path(checkpoint).with_suffix(".resume.pt"), made_by)
    rows = _fit(model, stored, torch_device, run["seed"], spec["training"], unfinished, report)
    state = {name: tensor.cpu().contiguous() for name, tensor in model.state_dict().items()}
    write_history(history, rows)
    save(checkpoint, Checkpoint(run, spec, model_arguments, computed_on, stored.dataset.class_names, state))
    unfinished.path.unlink(missing_ok=True)


def _earlier_progress(file: ResumeFile, report: Report) -> Progress:
    try:
        progress = file.load()
    except ValueError as error:
        report.notice(f"{error}; not used, the training begins anew")
        progress = None
    if progress is None:
        return Progress()
    report.notice(f"going on after epoch {len(progress.rows)}, from {file.path}")
    return progress


def _fit(
    model: torch.nn.Module,
    stored: StoredDataset,
    device: torch.device,
    seed: int,
    training: dict,
    unfinished: ResumeFile,
    report: Report,
) -> list[dict]:
    train, test = (_samples(stored, part, device) for part in ("train", "test"))
    earlier = _earlier_progress(unfinished, report)
    rows = earlier.rows
    n_batches = -(-len(train) // training["batch_size"])
    with report.bar(training["epochs"] * n_batches, len(rows) * n_batches) as bar:

        def on_batch(loss: float) -> None:
            bar.set_postfix_str(f"epoch {len(rows) + 1}/{training['epochs']}, loss {loss:.4f}{tested}", refresh=False)
            bar.update()

        tested = ""
        for epoch in fit(model, train, test, seed=seed, resume=earlier.state, on_batch=on_batch, **training):
            rows.append(_row(epoch))
            unfinished.save(Progress(rows, epoch.state))
            tested = f", accuracy {epoch.test_upright.accuracy:.1%}, rotated {epoch.test_rotated.accuracy:.1%}"
            report.line(
                f"epoch {epoch.number}/{training['epochs']}: loss {epoch.train.loss:.4f}, "
                f"accuracy {epoch.train.accuracy:.2%}, tested upright {epoch.test_upright.accuracy:.2%}, "
                f"rotated {epoch.test_rotated.accuracy:.2%}"
            )
    return rows


def _samples(stored: StoredDataset, part: str, device: torch.device) -> Samples:
    images, labels = getattr(stored.dataset, f"{part}_images"), getattr(stored.dataset, f"{part}_labels")
    return to_samples(images, labels, stored.mean, stored.std, device)


def _row(epoch: Epoch) -> dict[str, float]:
    row = {"epoch": epoch.number}
    for name in ("train", "test_upright", "test_rotated"):
        score = getattr(epoch, name)
        row[f"{name}_loss"], row[f"{name}_accuracy"] = score.loss, score.accuracy
    return row


if __name__ == "__main__":
    with reporting(snakemake.log[0], f"train {snakemake.wildcards.run}") as job_report:
        main(
            snakemake.input.dataset,
            snakemake.output.checkpoint,
            snakemake.output.history,
            run=snakemake.params.run,
            spec=snakemake.params.spec,
            device=snakemake.params.device,
            threads=snakemake.threads,
            made_by=sorted(text for text in snakemake.params if ": " in text),  # numbers and code
            report=job_report,
        )
