"""The study as Snakemake runs it: its config, its runs, its files, and the reasons for which a stage runs again.

This package imports rotational_variance and is never imported by it. It does not import torch.
"""
