"""Let a job speak through the Snakemake that started it, which alone writes to the terminal, and so in order.

Jobs on a cluster find no Snakemake, and speak for themselves.
"""

import json
import os
import socket

VARIABLE = "ROTATIONAL_VARIANCE_LISTENER"  # holds the path of the socket that Snakemake listens on
WAIT_S = 10  # for Snakemake to have written a text


def send(message: dict[str, object]) -> bool:
    """Hand over a message, and wait until Snakemake has dealt with it; return False if none listens."""
    path = os.environ.get(VARIABLE)
    if not path:
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(WAIT_S)
            connection.connect(path)
            connection.sendall(json.dumps(message).encode() + b"\n")
            return connection.recv(1) != b""
    except OSError:
        return False
