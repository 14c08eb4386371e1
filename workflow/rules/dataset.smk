# A checkpoint, so that Snakemake looks again once a dataset is made: if its bytes are the same, no network is retrained.
checkpoint dataset:
    output:
        "results/datasets/{dataset}.h5",
    log:
        "results/logs/dataset/{dataset}.log",
    benchmark:
        "results/benchmarks/dataset/{dataset}.tsv"
    conda:
        "../envs/torch.yaml"
    resources:
        mem_mb=EXECUTION["memory_mb"]["dataset"],
        runtime=EXECUTION["runtime_minutes"]["dataset"],
    params:
        *PARAMS.code("dataset.py", "torch.yaml"),
        *PARAMS.of_dataset(),
        source=lambda wildcards, output: DATASETS[wildcards.dataset],
    message:
        "dataset {wildcards.dataset}"
    script:
        "../scripts/dataset.py"


def dataset_of(wildcards):
    """Return the dataset file of a run."""
    return checkpoints.dataset.get(dataset=RUNS[wildcards.run].dataset).output[0]
