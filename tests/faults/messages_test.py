"""Messages on the socket and lines of output that no training should send: the measurement goes on, and stays small."""
import json

from support import SANITIZED, Fault, run_table

# Connects, sends what stands in a file, waits a little and ends with 7.
SENDER = """
import os, socket, sys, time
s = socket.socket(socket.AF_UNIX); s.connect(os.environ['JOULECAST_SOCKET'])
for line in open('FOLDER/messages', 'rb').read().splitlines(True):
    s.sendall(line)
    if b'slowly' in line: time.sleep(0.3)
time.sleep(0.4); sys.exit(7)
"""
NUMBERS = ("5e-324", "1e-300", "1e308", "-1e308", "1e999", "-0.0", "0", "-1", "9007199254740993", "2147483648", "4294967296.5", "1e15", "NaN",
           "Infinity", '"7"', "null", "true", "[]", "{}")
FIELDS = {
    "begin_run": ("total_epochs", "total_work", "time", "v"), "epoch": ("epoch", "total_epochs", "time"),
    "epoch_end": ("epoch", "work", "total_work", "time"), "progress": ("work", "total_work", "epoch", "time"),
    "metric": ("value", "epoch", "time"), "begin_phase": ("total_work", "time"), "end_run": ("time",),
}


def message(event, **fields):
    return json.dumps({"event": event, **fields})


def hostile_numbers(event, field):
    """The field with every number, between messages that make sense."""
    lines = [message("begin_run", total_epochs=4)]
    for i, number in enumerate(NUMBERS):
        lines += [f'{{"event":"{event}","name":"loss","epoch":{i},"value":1,"work":{i},"{field}":{number}}}', message("epoch", epoch=i % 4)]
    return "\n".join([*lines, " slowly", message("epoch_end", epoch=3, work=1)])


SEQUENCES = {
    "denormal total, then huge work": '{"event":"begin_run","total_work":5e-324}\n{"event":"epoch_end","epoch":2,"work":1e308}',
    "huge works that add up to infinity": "\n".join(f'{{"event":"epoch_end","epoch":{i},"work":1.7e308}}' for i in range(9)),
    "work after work, slowly": "\n".join(f'{{"event":"progress","work":{w},"total_work":1e-300}} slowly' for w in ("1e-320", "1e-310", "1e300")),
    "no JSON": "\x00\x01{{{]]\n" * 500,
    "deep JSON": "[" * 16_000 + "\n" + '{"a":' * 3000 + "\n",
    "endless line": "x" * 3_000_000,
    "many metrics in one message": '{"event":"metric","values":{' + ",".join(f'"m{i}":{i}' for i in range(900)) + "}}",
    "long names": "\n".join(message("metric", name="n" * 15_000, value=1) for _ in range(200)),
    "control characters in names": message("metric", name="\x1b]0;mine\x07\u202e\x00", value=1),
    "phases without end": "\n".join(message("begin_phase", name=f"fold {i}", unit="step", total_work=10) for i in range(20_000)),
    "windows without end": "\n".join(message("begin_window", name=f"w{i}") for i in range(20_000)),
    "epochs backwards": "\n".join(message("epoch", epoch=i) for i in range(20_000, 0, -1)),
    "late metrics": "\n".join([*(message("epoch", epoch=i) for i in range(3000)), *(message("metric", name="f1", epoch=i % 3000, value=i) for i in range(30_000))]),
    "times from before and after": "\n".join(message("epoch", epoch=i, time=(-1) ** i * 10 ** (i % 20)) for i in range(200)),
}


def bounded(trial):
    run = trial.shown()
    if run is None:
        return "the run was not stored"
    if run["duration_s"] > 25:
        return f"a run of {run['duration_s']} s"
    if run["status"] != "failed" or run["exit_status"] != 7:
        return f"the run is {run['status']} with {run['exit_status']}"
    return None


def write(text):
    def streams(trial):
        (trial.folder / "messages").write_bytes(text.encode())
        return {}
    return streams


def told(name, text):
    return Fault(name, streams=write(text + "\n"), command=["python3", "-c", SENDER], check=bounded)


def many_clients(connections):
    return ["python3", "-c", f"""
import os, socket, sys, time
clients = []
for i in range({connections}):
    try: clients.append(socket.socket(socket.AF_UNIX)); clients[-1].settimeout(0.2); clients[-1].connect(os.environ['JOULECAST_SOCKET'])
    except OSError: break
time.sleep(1.5); sys.exit(7)
"""]


def little_work(trial):
    """With a connection that cannot be accepted for lack of descriptors, nothing spins."""
    return f"{trial.cpu_s:.1f} s of CPU time in 1.5 s" if trial.cpu_s > 0.8 else bounded(trial)


FAULTS = [told(f"{event} with every {field}", hostile_numbers(event, field)) for event, fields in FIELDS.items() for field in fields]
FAULTS += [told(name, text) for name, text in SEQUENCES.items()]
FAULTS += [Fault("300 clients", command=many_clients(300), check=bounded)]
SKIPPED = []
if SANITIZED:
    SKIPPED.append("limits on descriptors: the undefined-behaviour sanitizer opens pipes to check addresses, and fails without them")
else:
    FAULTS.append(Fault("40 descriptors and 60 clients", wrapper=("prlimit", "--nofile=40", "--"), command=many_clients(60), check=little_work))

if __name__ == "__main__":
    run_table("faults.messages", FAULTS, SKIPPED)
