# A checkpoint, so that Snakemake looks again once a dataset is made: if its bytes are the same, no network is retrained.
checkpoint dataset:
    output:
        "{folder}/datasets/{dataset}.h5",
    log:
        "{folder}/logs/dataset/{dataset}.log",
    benchmark:
        "{folder}/benchmarks/dataset/{dataset}.tsv"
    wildcard_constraints:
        folder="|".join(map(re.escape, {RESULTS, STUDY})),
    retries: 0  # also with a profile for a cluster: what is wrong with images stays so
    localrule: True  # nodes of a cluster may have no network to download from
    conda:
        "../envs/torch.yaml"
    params:
        *PARAMS.code("dataset.py", "torch.yaml"),
        *PARAMS.of_dataset(),
        source=lambda wildcards, output: DATASETS[wildcards.dataset],
    message:
        "dataset {wildcards.dataset}"
    script:
        "../scripts/dataset.py"


# Of several studies in one workflow, the first makes what they share. (`ruleorder:` would change names of other modules.)
workflow._ruleorder.add(*(rule.name for rule in workflow.rules if rule.script == rules.dataset.rule.script))


def dataset_file(dataset):
    """Return the file of a dataset."""
    folder = STUDY if dataset in OWN_DATASETS else RESULTS
    return checkpoints.dataset.get(folder=folder, dataset=dataset).output[0]


def dataset_of(wildcards):
    """Return the dataset file of a run."""
    return dataset_file(RUNS[wildcards.run].dataset)
