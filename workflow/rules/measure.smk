rule measure:
    input:
        dataset=dataset_of,
        checkpoint="results/checkpoints/{run}.pt",
    output:
        "results/variance/{run}.h5",
    log:
        "results/logs/measure/{run}.log",
    benchmark:
        "results/benchmarks/measure/{run}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: EXECUTION["threads"]["measure"]
    resources:
        mem_mb=EXECUTION["memory_mb"]["measure"],
        runtime=EXECUTION["runtime_minutes"]["measure"],
    params:
        *PARAMS.code("measure.py", "torch.yaml"),
        *PARAMS.of_run("measure.py", "measurement"),
        run=lambda wildcards, output: RUNS[wildcards.run],
        measurement=lambda wildcards, output: SPECS[wildcards.run]["measurement"],
        device=lambda wildcards, output: EXECUTION["device"],
        passes=lambda wildcards, output: EXECUTION["passes"],
    message:
        "measure {wildcards.run}"
    script:
        "../scripts/measure.py"
