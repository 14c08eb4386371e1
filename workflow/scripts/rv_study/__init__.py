"""The study as Snakemake runs it: its config, its runs, its files, and what makes each stage run again.

Imports the package rotational_variance, and is never imported by it. No torch.
"""
