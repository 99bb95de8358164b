"""Starts `joulecast exporter` or `serve` on a free port for a test, and reads what it answers."""
import http.client
import os
import re
import signal
import subprocess

from support import JOULECAST, CommandTest

SAMPLE = re.compile(r'^(\w+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def samples_of(text):
    """{(name, frozenset of labels): value} of a metrics text; a line that is neither comment nor sample is an error."""
    samples = {}
    for line in text.splitlines():
        if line.startswith("#") or not line:
            continue
        name, labels, value = SAMPLE.match(line).groups()
        key = (name, frozenset(LABEL.findall(labels or "")))
        assert key not in samples, f"twice: {line}"
        samples[key] = float(value)
    return samples


class ServingTest(CommandTest):
    """The sysfs of this machine is hidden, so that what is measured does not depend on it."""

    def setUp(self):
        super().setUp()
        (self.folder / "sys").mkdir()
        self.environment.update(JOULECAST_SYSFS=str(self.folder / "sys"), JOULECAST_NVML_LIBRARY="/nonexistent/nvml.so")
        for name in ("JOULECAST_TOKEN", "CUDA_VISIBLE_DEVICES"):
            self.environment.pop(name, None)

    def serve(self, *arguments, command="exporter", listen="127.0.0.1:0", **options):
        """Sets self.server and self.port once it answers. `options` go to Popen."""
        self.server = subprocess.Popen([JOULECAST, command, "--listen", listen, *map(str, arguments)], env=self.environment,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
        self.addCleanup(self.end)
        self.said = []
        while not self.said or not (found := re.search(r"http://(?:\[[0-9a-f:]+\]|[\d.]+|localhost):(\d+)", self.said[-1])):
            self.said.append(self.server.stderr.readline())
            self.assertTrue(self.said[-1], f"it ended: {self.said}")
        self.port = int(found[1])

    def end(self, with_signal=signal.SIGTERM):
        """Returns the exit status; self.left is what it had still to say. It may be called again."""
        if self.server.poll() is None:
            self.server.send_signal(with_signal)
        try:
            status = self.server.wait(30)
            if not self.server.stderr.closed:
                self.left = self.server.stderr.readlines()
            return status
        finally:
            self.server.kill()
            self.server.stdout.close()
            self.server.stderr.close()

    def ask(self, path, method="GET", headers=None, body=None, timeout=30):
        """Status, headers and text of an answer, on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read().decode()
        finally:
            connection.close()

    def samples(self):
        status, _, text = self.ask("/metrics")
        self.assertEqual(status, 200, text)
        return samples_of(text)


def value_of(samples, name, /, **labels):
    """The value of the only sample of this name with these labels among its own; None if there is none."""
    found = [value for (key, has), value in samples.items() if key == name and set(labels.items()) <= set(has)]
    assert len(found) < 2, f"{name}{labels} is there {len(found)} times"
    return found[0] if found else None
