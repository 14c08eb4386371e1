"""Figures: arrays in, a matplotlib Figure out. No torch, no files. Draw and save within `parts.style.style()`.

catalogue.py lists the figures with their titles and order; each other file draws one figure.
Of one model on one dataset, of the measure that they are given: headline.py (the digest); curves.py, kinds.py,
curves_classes.py (by layer); heatmaps.py, heatmaps_classes.py (by unit); outputs.py (of each output by class).
Of one model on one dataset, without a measure: stds.py (the two stds in M); accuracy.py, accuracy_by_angle.py;
history.py (loss and accuracy by epoch).
Of all models on one dataset, of a measure: answer.py (the findings at a glance); global_bars.py, depth.py,
dead_units.py.
Of one network of a study: two_units.py (what M tells).
parts/ holds the parts that several figures share.

Sizes are those of a printed page of two columns: WIDTH is the width of its text, COLUMN that of one column. At these
sizes, no text is smaller than 7 points.

A training has the same colour, dashes of lines and hatching of bars in all figures (parts/training_looks.py). A measure
has the same ends of its axis, if it is bounded, and the same colours in all figures (parts/value_axis.py,
parts/colour_scale.py), so that figures of two models can be compared.
"""
