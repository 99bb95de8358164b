"""What `joulecast serve` takes, and what it costs: a long run to pan over, a store with very many runs, many clients.

Prints how long an answer takes for parts of a run of a million readings, for lists and searches in a store of 100,000 runs, and what 200 clients on
/metrics and on the events, or as many streams as there may be and more, do to a run that is measured 100 times a second.
Usage: bench/serve_load.py BUILD_FOLDER [pan] [list] [clients] [streams]
"""
import collections
import contextlib
import http.client
import json
import math
import os
import pathlib
import random
import re
import selectors
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/release").resolve()
joulecast = build / "joulecast"
PARTS = sys.argv[2:] or ["pan", "list", "clients", "streams"]
READINGS, RUNS, CLIENTS, SECONDS = 1_000_000, 100_000, 200, 30
STREAMS = 256, 1000
LISTS = ("limit=50", "limit=50&offset=99950", "sort=energy&limit=50", "sort=energy&limit=50&offset=99950", "sort=name&limit=50&offset=50000",
         "sort=duration&limit=50&offset=99950", "tag=team%3Dteam3&limit=50", "tag=team%3Dteam3&limit=50&offset=19900", "tag=team&limit=50&offset=99900",
         "tag=user%3Duser3&tag=team%3Dteam3&limit=50", "search=run%20777&limit=50", "search=run%20777&sort=name&limit=50",
         "search=run&sort=energy&limit=50", "search=nothing&limit=50", "status=finished&sort=name&limit=50",
         "host=node7&status=finished&user=user7", "since=30d&tag=project&sort=duration")


class Server:
    def __init__(self, environment):
        self.process = subprocess.Popen([joulecast, "serve", "--listen", "127.0.0.1:0"], env=environment, stderr=subprocess.PIPE, text=True)
        self.port = int(re.search(r"127\.0\.0\.1:(\d+)", self.process.stderr.readline())[1])
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def get(self, path):
        """Seconds and the answer."""
        began = time.monotonic()
        self.connection.request("GET", path)
        response = self.connection.getresponse()
        body = response.read()
        took = time.monotonic() - began
        assert response.status == 200, (path, body[:300])
        return took, body

    def cost(self):
        """Seconds of CPU and the most MB so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        peak = int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text())[1])
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), peak / 1024


@contextlib.contextmanager
def serving(environment):
    server = Server(environment)
    try:
        yield server
    finally:
        server.process.terminate()
        server.process.wait(30)


def tell(what, times, server=None, before=0.0):
    """With the CPU time of each where the machine has other things to do too."""
    times = sorted(times)
    cpu = f", of CPU {1e3 * (server.cost()[0] - before) / len(times):7.1f} ms each" if server else ""
    print(f"{what:54} median {1e3 * times[len(times) // 2]:7.1f} ms, longest {1e3 * times[-1]:7.1f} ms{cpu}", flush=True)


def pan(folder, environment):
    bundle = folder / "long"
    bundle.mkdir()
    (bundle / "run.json").write_text(json.dumps({"id": "long", "run_start_s": 0, "run_stop_s": READINGS * 0.1, "status": "finished"}))
    with (bundle / "power.csv").open("w") as file:
        file.write("time_s,gpu0_w,cpu0_w\n")
        for i in range(READINGS):
            file.write(f"{i * 0.1:.1f},{250 + 50 * math.sin(i / 5e4) + i % 7:.1f},{60 + i % 3}\n")
    subprocess.run([joulecast, "import", bundle], env=environment, check=True, stdout=subprocess.DEVNULL)
    with serving(environment) as server:
        before = server.cost()[0]
        took, _ = server.get("/api/v1/runs/long/series?points=1000")
        tell("a million readings, first look", [took], server, before)
        before = server.cost()[0]
        length, spans = READINGS * 0.1, []
        random.seed(1)
        for _ in range(50):
            width = length * 10 ** random.uniform(-4, 0)
            begin = random.uniform(0, length - width)
            spans.append(server.get(f"/api/v1/runs/long/series?from={begin:.1f}&to={begin + width:.1f}&points=1000")[0])
        tell("a million readings, each pan", spans, server, before)
        print(f"{'':54} the server has {server.cost()[1]:.0f} MB")


def many_runs(path):
    """Copies the store's only run again and again."""
    database = sqlite3.connect(path)
    columns = [row[1] for row in database.execute("PRAGMA table_info(run)") if row[1] not in ("key", "id", "name", "started_ns", "energy_j", "hostname")]
    names = ", ".join(columns)
    database.execute(f"""
        WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {RUNS})
        INSERT INTO run (id, name, started_ns, energy_j, hostname, {names})
        SELECT printf('2026-%06d', i), 'run ' || (i % 1000), started_ns - i * 60000000000, i * 17 % 5000, 'node' || (i % 40), {names} FROM run, n""")
    for name, modulus in (("user", 30), ("project", 12), ("team", 5)):
        database.execute(f"INSERT OR IGNORE INTO tag SELECT key, '{name}', '{name}' || (key % {modulus}) FROM run")
    database.commit()
    database.close()


def many(environment):
    subprocess.run([joulecast, "run", "-q", "--name", "first", "--", "true"], env=environment, check=True)
    many_runs(environment["JOULECAST_STORE"])
    with serving(environment) as server:
        for query in LISTS:
            ask_often(server, query, "/api/v1/runs?" + query)
        ask_often(server, "fleet, 30 days", "/api/v1/fleet")
        ask_often(server, "fleet, all", "/api/v1/fleet?since=3650d")
        ask_often(server, "fleet, all, a tag more", "/api/v1/fleet?since=3650d&tag=team")
        for what, path in (("a run", "/api/v1/runs/2026-000777"), ("two runs' columns", "/api/v1/columns?run=2026-000777&run=2026-000778"),
                           ("metrics", "/metrics")):
            ask_often(server, what, path)


def ask_often(server, what, path):
    before = server.cost()[0]
    tell(f"100,000 runs, {what}", [server.get(path)[0] for _ in range(10)], server, before)


class Client:
    """Asks for the metrics again as soon as the answer is there, or reads events."""

    def __init__(self, port, streams):
        path = "/api/v1/events" if streams else "/metrics"
        self.request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        self.streams, self.buffer, self.events = streams, b"", 0
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.ask()

    def ask(self):
        self.asked = time.monotonic()
        self.socket.send(self.request)

    def read(self):
        """Seconds that the answer took, once it is whole; None for events."""
        data = self.socket.recv(65536)
        assert data, "the server closed a connection"
        if self.streams:
            self.events += data.count(b"\nevent: ")
            return None
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found or len(body) < int(re.search(rb"Content-Length: (\d+)", head)[1]):
            return None
        self.buffer = b""
        took = time.monotonic() - self.asked
        self.ask()
        return took


def load(port, seconds):
    selector = selectors.DefaultSelector()
    everybody = [Client(port, streams=i % 2 == 0) for i in range(CLIENTS)]
    for client in everybody:
        selector.register(client.socket, selectors.EVENT_READ, client)
    took, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        took += [answer for key, _ in selector.select(1) if (answer := key.data.read()) is not None]
    events = [client.events for client in everybody if client.streams]
    print(f"{'':54} {len(took) / seconds:.0f} scrapes/s; each stream had {min(events)} to {max(events)} events")
    tell(f"{CLIENTS} clients, a scrape", took)


def measured(folder, environment, name, meanwhile):
    """The readings of a counter in a run at 100 Hz, and what its notes say is lost."""
    run = subprocess.Popen([joulecast, "run", "-q", "--name", name, "--interval", "10ms", "--", "sleep", str(SECONDS + 4)], env=environment)
    time.sleep(2)
    meanwhile()
    run.wait()
    shown = json.loads(subprocess.run([joulecast, "show", name, "--json", "-"], env=environment, capture_output=True, check=True).stdout)
    sensor = next(s for s in shown["sensors"] if s["sensor"] == "powercap")
    lost = [note for note in shown["notes"] if "lost" in note]
    print(f"{name:54} {sensor['readings']} readings of {shown['duration_s'] * 100:.0f}, failed {sensor['failed_readings']}, lost: {'; '.join(lost) or 'none'}")


def hold_streams(server, count, seconds):
    """Opens so many streams of events, reads what comes, and tells how many were let in."""
    selector, answers = selectors.DefaultSelector(), {}
    for number in range(count):
        client = socket.create_connection(("127.0.0.1", server.port))
        client.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        client.setblocking(False)
        answers[client] = b""
        selector.register(client, selectors.EVENT_READ)
    end = time.monotonic() + seconds
    scrapes = []
    while time.monotonic() < end:
        for key, _ in selector.select(0.2):
            try:
                data = key.fileobj.recv(65536)
            except ConnectionResetError:  # more connections than there may be
                data = b""
            if len(answers[key.fileobj]) < 1000:
                answers[key.fileobj] += data
            if not data:
                selector.unregister(key.fileobj)
        if len(scrapes) < 20:
            scrapes.append(server.get("/metrics")[0])
    statuses = collections.Counter((answer.split(b" ", 2)[1:2] or [b"no answer"])[0].decode() for answer in answers.values())
    print(f"{'':54} {count} streams asked for: {', '.join(f'{n} x {status}' for status, n in sorted(statuses.items()))}")
    tell(f"beside {count} streams, a scrape", scrapes)
    for client in answers:
        client.close()


def streams(folder, environment):
    put_meter(folder, environment)
    for count in STREAMS:
        with serving(environment) as server:
            measured(folder, environment, f"a run beside {count} streams", lambda: hold_streams(server, count, SECONDS / 2))
            print(f"{'':54} the server used {server.cost()[0]:.1f} s of CPU and {server.cost()[1]:.0f} MB")


def put_meter(folder, environment):
    zone = folder / "sys/class/powercap/intel-rapl:0"
    zone.mkdir(parents=True)
    for name, text in {"name": "package-0", "energy_uj": "123456789", "max_energy_range_uj": "262143328850"}.items():
        (zone / name).write_text(text + "\n")
    environment["JOULECAST_SYSFS"] = str(folder / "sys")


def clients(folder, environment):
    put_meter(folder, environment)
    measured(folder, environment, "a run without clients", lambda: time.sleep(SECONDS))
    with serving(environment) as server:
        measured(folder, environment, f"a run beside {CLIENTS} clients", lambda: load(server.port, SECONDS))
        print(f"{'':54} the server used {server.cost()[0]:.1f} s of CPU and {server.cost()[1]:.0f} MB")


def main():
    for part in PARTS:
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            environment = dict(os.environ, JOULECAST_STORE=str(folder / "runs.db"), JOULECAST_SYSFS=str(folder / "sys"))
            if part == "pan":
                pan(folder, environment)
            elif part == "list":
                many(environment)
            elif part == "streams":
                streams(folder, environment)
            else:
                clients(folder, environment)


if __name__ == "__main__":
    main()
