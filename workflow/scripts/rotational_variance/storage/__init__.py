"""Write, read and check the files that stages exchange. No other room uses h5py.

Every file appears by renaming a finished temporary file, and holds nothing that differs between two equal runs: no
time, no host, no path. Each layout has its own modules, so that a change to one layout reruns only the stages that use
it.
"""
