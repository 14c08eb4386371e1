"""Speed and memory of the measure, as ratios measured in one run: `make benchmark`."""
