"""What surrounds a job: progress, one job at a time for a result, the choice of a device, the end at a time limit.

The one place for these, as no change here changes a result or makes anything run again (`fingerprints.IGNORED`).
"""
