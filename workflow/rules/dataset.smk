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
        mem_mb=config["execution"]["memory_mb"]["dataset"],
        runtime=config["execution"]["runtime_minutes"]["dataset"],
    params:
        source=lambda wildcards: study_runs.canonical(config["datasets"][wildcards.dataset]),
        code=code_of("dataset.py"),
    script:
        "../scripts/dataset.py"
