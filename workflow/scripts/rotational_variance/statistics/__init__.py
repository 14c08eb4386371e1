"""Statistics of units, measures made of them, and their averages: arrays in, numbers out. numpy only."""
