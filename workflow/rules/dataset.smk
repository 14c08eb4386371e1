rule dataset:
    input:
        source_files,
    output:
        "results/datasets/{dataset}.h5",
    log:
        "results/logs/dataset/{dataset}.log",
    conda:
        "../envs/torch.yaml"
    resources:
        mem_mb=EXECUTION["memory_mb"]["dataset"],
        runtime=EXECUTION["runtime_minutes"]["dataset"],
    params:
        source=lambda wildcards: source_of(wildcards.dataset),
        code=code_of("dataset.py", "torch.yaml"),
        # Snakemake does not compare functions of `threads`: the same download elsewhere reruns nothing.
        root=lambda wildcards, threads: config["datasets"][wildcards.dataset].get("root"),
    script:
        "../scripts/dataset.py"
