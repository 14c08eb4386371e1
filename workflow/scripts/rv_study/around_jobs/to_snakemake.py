"""Let a job speak through the Snakemake that started it, which alone writes to the terminal, and so in order.

Jobs on a cluster find no Snakemake, and speak for themselves.
"""

import json
import os
import socket

VARIABLE = "ROTATIONAL_VARIANCE_LISTENER"  # holds the path of the socket that Snakemake listens on
ANSWER_S = 10  # for Snakemake to have written a text
SEND_S = 0.2  # for Snakemake to take a message that needs no answer


def send(message: dict[str, object]) -> bool:
    """Hand over a message, and wait until Snakemake has dealt with it; return False if none listens."""
    connection = connect()
    if connection is None:
        return False
    with connection:
        try:
            connection.settimeout(ANSWER_S)
            connection.sendall(encode(message))
            return connection.recv(1) != b""
        except OSError:
            return False


def connect() -> socket.socket | None:
    """Return a connection to Snakemake, or None if none listens. What is sent on it must not wait for long."""
    path = os.environ.get(VARIABLE)
    if not path:
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(SEND_S)
        connection.connect(path)
    except OSError:
        connection.close()
        return None
    return connection


def encode(message: dict[str, object]) -> bytes:
    """Return a message as one line."""
    return json.dumps(message).encode() + b"\n"
