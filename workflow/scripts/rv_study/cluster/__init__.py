"""What jobs ask a cluster for, and what the cluster has."""
