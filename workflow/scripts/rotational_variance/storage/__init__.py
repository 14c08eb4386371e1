"""The files that stages write and read: write, read and check them. The only modules that use h5py.

Every file appears by renaming a finished temporary one, and holds nothing that differs between two equal runs: no
clock, no host, no path. One file a layout, so that a change to one reruns only the stages that use it.
"""
