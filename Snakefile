"""So that `snakemake` in this folder finds the workflow, which lies in workflow/Snakefile."""


include: "workflow/Snakefile"


# An include keeps no default target. The name is that of the rule, also if another workflow gives it a prefix.
workflow.default_target = rules.all.rule.name
