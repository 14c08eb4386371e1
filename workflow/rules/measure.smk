rule measure:
    input:
        dataset=dataset_of,
        checkpoint="results/checkpoints/{run}.pt",
    output:
        "results/variance/{run}.h5",
    log:
        "results/logs/measure/{run}.log",
    conda:
        "../envs/torch.yaml"
    threads: EXECUTION["threads"]["measure"]
    resources:
        mem_mb=EXECUTION["memory_mb"]["measure"],
        runtime=EXECUTION["runtime_minutes"]["measure"],
    params:
        *code_params("measure.py", "torch.yaml"),
        *run_params("measure.py", "measurement"),
        run=lambda wildcards, output: RUNS[wildcards.run],
        measurement=lambda wildcards, output: SPECS[wildcards.run]["measurement"],
        device=lambda wildcards, output: EXECUTION["device"],
        passes=lambda wildcards, output: EXECUTION["passes"],
    script:
        "../scripts/measure.py"
