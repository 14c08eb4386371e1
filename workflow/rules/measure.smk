rule measure:
    input:
        dataset=dataset_of,
        checkpoint="<study>/checkpoints/{run}.pt",
    output:
        "<study>/variance/{run}.h5",
    log:
        "<study>/logs/measure/{run}.log",
    benchmark:
        "<study>/benchmarks/measure/{run}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: EXECUTION["threads"]["measure"]
    resources:
        mem_mb=SUBMISSION.memory_mb("measure"),
        runtime=SUBMISSION.minutes("measure"),
        gpu=SUBMISSION.n_gpus("measure"),
    params:
        *PARAMS.of_stage("measure"),
        run=lambda wildcards, output: RUNS[wildcards.run],
        measurement=lambda wildcards, output: SPECS[wildcards.run]["measurement"],
        device=lambda wildcards, output: choose_device(EXECUTION["device"]),
        passes=lambda wildcards, output: EXECUTION["passes"],
        made_by=lambda wildcards, output: PARAMS.made_by("measure", wildcards.run),
        kept=lambda wildcards, output: KEPT,
    message:
        "measure {wildcards.run}"
    script:
        "../scripts/measure.py"
