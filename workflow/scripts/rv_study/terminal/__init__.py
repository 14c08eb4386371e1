"""What Snakemake's own process shows of its jobs: their progress, what they say, and the findings at the end."""
