"""Tells joulecast what is being done, so that energy is counted for each part by itself (docs/protocol.md). Without joulecast
nobody listens, and nothing happens."""
import json
import os
import socket

_connection = None


def tell(event, **what):
    global _connection
    path = os.environ.get("JOULECAST_SOCKET")
    if not path:
        return
    if _connection is None:
        _connection = socket.socket(socket.AF_UNIX)
        _connection.connect(path)
    _connection.sendall((json.dumps({"event": event, **what}) + "\n").encode())
