"""Clients that scrape as fast as they can, while a run is measured 100 times a second: does the run lose a reading?

Prints the answers per second, how long they took, what the exporter cost, and how many readings the run has of those that it should have, beside a run without any client.
Usage: bench/exporter_load.py BUILD_FOLDER [CLIENTS] [SECONDS]
"""
import json
import os
import pathlib
import re
import selectors
import socket
import subprocess
import sys
import tempfile
import time

build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/release").resolve()
joulecast = build / "joulecast"
CLIENTS = int(sys.argv[2]) if len(sys.argv) > 2 else 200
SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 10
REQUEST = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: application/openmetrics-text\r\n\r\n"


class Client:
    """Asks again as soon as the answer is there."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.buffer = b""
        self.ask()

    def ask(self):
        self.asked = time.monotonic()
        self.socket.send(REQUEST)

    def read(self):
        """Seconds that the answer took, once it is whole."""
        self.buffer += self.socket.recv(65536)
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found or len(body) < int(re.search(rb"Content-Length: (\d+)", head)[1]):
            return None
        assert head.startswith(b"HTTP/1.1 200"), head
        self.buffer = b""
        return time.monotonic() - self.asked


def load(port, seconds):
    """The time that each answer took."""
    selector = selectors.DefaultSelector()
    for _ in range(CLIENTS):
        client = Client(port)
        selector.register(client.socket, selectors.EVENT_READ, client)
    took, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        for key, _ in selector.select(1):
            answer = key.data.read()
            if answer is not None:
                took.append(answer)
                key.data.ask()
    return sorted(took)


def measured(environment, folder, name, meanwhile):
    """The readings of the CPU's counter in a run at 100 Hz, its length, and its notes of lost readings."""
    run = subprocess.Popen([joulecast, "run", "-q", "--name", name, "--interval", "10ms", "--bundle", folder / name, "--",
                            "sleep", str(SECONDS + 2)], env=environment)
    time.sleep(1)
    meanwhile()
    run.wait()
    shown = json.loads(subprocess.run([joulecast, "show", name, "--json", "-"], env=environment, capture_output=True, check=True).stdout)
    sensor = next(s for s in shown["sensors"] if s["sensor"] == "powercap")
    lost = [note for note in shown["notes"] if "lost" in note]
    print(f"{name:22} {sensor['readings']:6} readings of {shown['duration_s'] * 100:.0f}, failed {sensor['failed_readings']}, "
          f"lost: {'; '.join(lost) or 'none'}")


def main():
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        zone = folder / "sys/class/powercap/intel-rapl:0"
        zone.mkdir(parents=True)
        for name, text in {"name": "package-0", "energy_uj": "123456789", "max_energy_range_uj": "262143328850"}.items():
            (zone / name).write_text(text + "\n")
        environment = dict(os.environ, JOULECAST_STORE=str(folder / "runs.db"), JOULECAST_SYSFS=str(folder / "sys"))
        measured(environment, folder, "without clients", lambda: time.sleep(SECONDS))
        exporter = subprocess.Popen([joulecast, "exporter", "--listen", "127.0.0.1:0"], env=environment, stderr=subprocess.PIPE, text=True)
        try:
            port = int(re.search(r":(\d+)/", exporter.stderr.readline())[1])
            took = []
            measured(environment, folder, f"with {CLIENTS} clients", lambda: took.extend(load(port, SECONDS)))
            ticks = os.sysconf("SC_CLK_TCK")
            fields = pathlib.Path(f"/proc/{exporter.pid}/stat").read_text().rpartition(")")[2].split()
            rss = int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{exporter.pid}/status").read_text())[1])
            cpu = (int(fields[11]) + int(fields[12])) / ticks
        finally:
            exporter.terminate()
            status = exporter.wait()
        took.sort()
        print(f"{len(took) / SECONDS:.0f} answers/s; median {1e3 * took[len(took) // 2]:.1f} ms, 99 % {1e3 * took[len(took) * 99 // 100]:.1f} ms, "
              f"longest {1e3 * took[-1]:.1f} ms; the exporter used {cpu:.2f} s of CPU ({1e6 * cpu / len(took):.0f} us an answer) and {rss / 1024:.0f} MB; "
              f"it ended with status {status}")


if __name__ == "__main__":
    main()
