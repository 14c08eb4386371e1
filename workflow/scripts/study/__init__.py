"""What the Snakefile needs and Snakemake does not bring: checking the config, each run's numbers, code fingerprints.

Knows the config file; knows neither Snakemake nor torch.
"""
