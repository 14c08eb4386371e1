# Not part of the study: `make layers` asks for it, and always makes it anew.
rule layers:
    input:
        dataset=lambda wildcards: dataset_file(RUNS_OF_PAIR[wildcards.pair][0].dataset),
    output:
        "<results>/layers/{pair}.md",
    log:
        "<results>/logs/layers/{pair}.log",
    localrule: True
    conda:
        "../envs/torch.yaml"
    params:
        run=lambda wildcards, output: RUNS_OF_PAIR[wildcards.pair][0],
        options=lambda wildcards, output: SPECS[RUNS_OF_PAIR[wildcards.pair][0].stem]["model"],
    message:
        "layers {wildcards.pair}"
    script:
        "../scripts/layers.py"
