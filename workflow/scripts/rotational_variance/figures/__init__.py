"""Figures: arrays in, a matplotlib Figure out. No torch, no files. Draw and save within `parts.style.style()`.

catalogue.py lists the figures with their titles and order; each other file draws one figure.
Of one model on one dataset: headline.py (the digest); curves.py, kinds.py, curves_classes.py (M by layer); stds.py (the
two stds in M); heatmaps.py, heatmaps_classes.py (M by unit); outputs.py (M of each output by class); accuracy.py,
accuracy_by_angle.py; history.py (loss and accuracy by epoch).
Of all models on one dataset: global_bars.py, depth.py, dead_units.py.
parts/ holds the parts that several figures share.

Sizes are those of a printed page of two columns: WIDTH is the width of its text, COLUMN that of one column. At these
sizes, no text is smaller than 7 points.

Rotated training is blue and unrotated training vermilion; colour-blind readers can tell these colours apart (Okabe and
Ito 2008). If both share a panel, unrotated lines are dashed and unrotated bars hatched, for print without colour.
"""
