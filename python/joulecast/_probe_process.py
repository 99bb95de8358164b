"""The process that measures for `joulecast.probe`. It passes signals on and starts others, as a process may that does nothing else."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import sys

# As the command finds them, where nobody has said otherwise: Python has handlers of its own.
OF_PYTHON = (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ)


def main(number: int) -> None:
    """Reads what to measure from a socket, measures, and answers there."""
    os.set_inheritable(number, False)
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    from joulecast import _core
    from joulecast.errors import Error

    with socket.socket(fileno=number) as connection, connection.makefile("rwb") as caller:
        given, times, place = pickle.load(caller)
        options = _core.ProbeOptions()
        for name, value in given.items():
            setattr(options, name, value)
        options.set_times(*times)
        options.set_place(*place)
        for one in OF_PYTHON:
            if one != signal.SIGINT or signal.getsignal(one) is signal.default_int_handler:
                signal.signal(one, signal.SIG_DFL)
        try:
            answer: object = _core.measure_for_probe(options)
        except Error as error:
            answer = error
        pickle.dump(answer, caller)


if __name__ == "__main__":
    main(int(sys.argv[1]))
