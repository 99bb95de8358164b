"""Tests joulecast exporter and serve as their clients see them: what they answer, and to whom."""
import http.client
import json
import os
import pathlib
import resource
import signal
import socket
import subprocess
import threading
import time
import unittest

from serving import ServingTest, samples_of, value_of
from support import JOULECAST

BUILD = pathlib.Path(os.environ.get("JOULECAST_BUILD", "build/dev"))


def wait_for(condition, seconds=30):
    """The first true value of condition(), which is asked again and again."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.05)
    raise AssertionError("this did not come about in time")


class Metrics(ServingTest):
    def fake_gpus(self, script):
        (self.folder / "gpus.txt").write_text(script)
        self.environment["JOULECAST_NVML_LIBRARY"] = str(BUILD / "fakes" / "libnvidia-ml.so.1")
        self.environment["JOULECAST_FAKE_NVML"] = str(self.folder / "gpus.txt")

    def power_of(self, device):
        return value_of(self.samples(), "joulecast_power_watts", component="gpu", device=device)

    def test_gpus_have_energy_and_power(self):
        self.fake_gpus("gpu uuid=GPU-a name=NVIDIA_H100 arch=9\npower 0:300\ngpu uuid=GPU-b arch=9\npower 0:100\n")
        self.serve()
        wait_for(lambda: self.power_of("GPU-b"))
        samples = self.samples()
        # The counters move in steps of 100 ms and are read every second.
        self.assertAlmostEqual(value_of(samples, "joulecast_power_watts", device="GPU-a"), 300, delta=60)
        self.assertAlmostEqual(value_of(samples, "joulecast_power_watts", device="GPU-b"), 100, delta=20)
        self.assertEqual(value_of(samples, "joulecast_meter_info", device="GPU-a", device_name="NVIDIA H100", sensor="nvml",
                                  provenance="measured"), 1)
        self.assertEqual(value_of(samples, "joulecast_meter_up", device="GPU-a"), 1)
        self.assertGreater(value_of(samples, "joulecast_node_power_watts"), 320)
        before = value_of(samples, "joulecast_energy_joules_total", component="gpu", device="GPU-a")
        wait_for(lambda: value_of(self.samples(), "joulecast_energy_joules_total", device="GPU-a") > before + 100)

    def test_counters_do_not_fall_when_a_driver_is_loaded_anew(self):
        self.fake_gpus("gpu uuid=GPU-a arch=9\npower 0:300\nreload at=2\n")
        self.serve("--interval", "50ms")
        values, end = [], time.monotonic() + 4
        while time.monotonic() < end:
            samples = self.samples()
            for name in ("joulecast_energy_joules_total", "joulecast_node_energy_joules_total"):
                value = value_of(samples, name, device="GPU-a") if "node" not in name else value_of(samples, name)
                values.append((name, value or 0))
            time.sleep(0.05)
        for name in {name for name, _ in values}:
            series = [value for which, value in values if which == name]
            self.assertEqual(series, sorted(series), name)
            self.assertGreater(series[-1], 300)

    def test_a_gpu_that_is_lost_is_down_and_has_no_power(self):
        self.fake_gpus("gpu uuid=GPU-a arch=9\npower 0:300\nfail all GPU_IS_LOST from=2\n")
        self.serve("--interval", "50ms")
        wait_for(lambda: value_of(self.samples(), "joulecast_energy_joules_total", device="GPU-a"))
        wait_for(lambda: value_of(self.samples(), "joulecast_meter_up", device="GPU-a") == 0)
        samples = self.samples()
        self.assertIsNone(value_of(samples, "joulecast_power_watts", device="GPU-a"))
        self.assertIsNone(value_of(samples, "joulecast_node_power_watts"))
        self.assertGreater(value_of(samples, "joulecast_energy_joules_total", device="GPU-a"), 100)
        self.assertEqual(value_of(samples, "joulecast_sensor_up", sensor="nvml"), 0)

    @unittest.skipIf(os.environ.get("JOULECAST_SANITIZED") == "thread", "it ends as usual, under the hands of the driver's thread")
    def test_a_scrape_does_not_wait_for_a_driver_that_hangs(self):
        self.fake_gpus("gpu uuid=GPU-a arch=9\npower 0:300\nhang all from=1 for=60\n")
        self.serve("--interval", "50ms")
        wait_for(lambda: value_of(self.samples(), "joulecast_energy_joules_total", device="GPU-a"))
        wait_for(lambda: value_of(self.samples(), "joulecast_meter_up", device="GPU-a") == 0)
        cpu = value_of(self.samples(), "joulecast_energy_joules_total", component="cpu")
        wait_for(lambda: value_of(self.samples(), "joulecast_energy_joules_total", component="cpu") > cpu)
        self.assertEqual(self.end(), 0)

    def test_the_format_is_what_the_client_accepts(self):
        self.serve()
        _, headers, text = self.ask("/metrics", headers={"Accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"})
        self.assertEqual(headers["Content-Type"], "application/openmetrics-text; version=1.0.0; charset=utf-8")
        self.assertTrue(text.endswith("\n# EOF\n"))
        self.assertIn("_created", text)
        samples_of(text)
        _, headers, text = self.ask("/metrics")
        self.assertEqual(headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        self.assertNotIn("# EOF", text)
        self.assertNotIn("_created", text)

    def test_our_own_cost_is_told(self):
        self.serve()
        first = self.samples()
        second = self.samples()
        self.assertGreater(value_of(second, "joulecast_exporter_cpu_seconds_total"), 0)
        self.assertEqual(value_of(second, "joulecast_exporter_scrapes_total"),
                         value_of(first, "joulecast_exporter_scrapes_total") + 1)
        self.assertIsNotNone(value_of(second, "joulecast_sensor_readings_total", sensor="modelled_cpu"))

    def test_a_running_run_is_seen_through_the_store(self):
        self.serve()
        self.assertEqual(value_of(self.samples(), "joulecast_running_runs"), 0)
        run = subprocess.Popen([JOULECAST, "run", "--quiet", "--name", 'na"me\\', "--tag", "budget=2kWh", "--interval", "0.1", "--",
                                "sleep", "60"], env=self.environment)
        self.addCleanup(run.wait, 30)
        self.addCleanup(run.terminate)
        labels = dict(name='na\\"me\\\\')
        wait_for(lambda: value_of(self.samples(), "joulecast_run_power_watts", **labels), 60)
        samples = self.samples()
        self.assertGreater(value_of(samples, "joulecast_run_energy_joules", **labels), 0)
        self.assertEqual(value_of(samples, "joulecast_run_budget_joules", **labels), 7.2e6)
        self.assertEqual(value_of(samples, "joulecast_running_runs"), 1)
        run.terminate()
        wait_for(lambda: value_of(self.samples(), "joulecast_running_runs") == 0)
        self.assertIsNone(value_of(self.samples(), "joulecast_run_energy_joules", **labels))


    def test_a_store_that_cannot_be_read_is_told_once_and_measured_all_the_same(self):
        self.store.write_text("this is no database, and it is long enough to be looked at\n" * 20)
        self.serve()
        wait_for(lambda: value_of(self.samples(), "joulecast_store_up") == 0)
        wait_for(lambda: value_of(self.samples(), "joulecast_energy_joules_total", component="cpu"))
        self.end()
        told = [line for line in self.said + self.left if "runs.db" in line]
        self.assertEqual(len(told), 1, told)


class Clients(ServingTest):
    def connect(self, text=b""):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.addCleanup(connection.close)
        connection.sendall(text)
        return connection

    def refused(self, status, path, **options):
        """One line of text that says why."""
        got, headers, text = self.ask(path, **options)
        self.assertEqual(got, status, text)
        self.assertEqual(text.count("\n"), 1, text)
        self.assertTrue(text.endswith("\n") and len(text) > 10, text)
        self.assertTrue(headers["Content-Type"].startswith("text/plain"))
        return text

    def test_bad_requests_get_one_line(self):
        self.serve()
        self.refused(404, "/nothing")
        self.refused(404, "/metrics/")
        self.refused(404, "/..%2f..%2fetc/passwd")
        self.assertEqual(self.ask("/api/v1/runs")[0], 404)  # not in the exporter
        self.refused(400, "/%zz")
        self.refused(405, "/metrics", method="POST", body="x")
        self.refused(405, "/metrics", method="DELETE")
        self.refused(431, "/metrics", headers={"X": "a" * 20_000})
        self.refused(413, "/metrics", method="POST", headers={"Content-Length": "1000000000"})
        self.refused(421, "/metrics", headers={"Host": "evil.example"})
        self.refused(403, "/metrics", headers={"Origin": "http://evil.example"})
        for garbage in (b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\r\n\r\n", b"hello\r\n\r\n", b"GET /metrics HTTP/1.1\r\n\r\n"):
            answer = self.connect(garbage).makefile("rb").readline()
            self.assertIn(answer.split()[1], (b"400", b"421"), garbage)
        self.assertEqual(self.ask("/metrics")[0], 200)

    def test_every_answer_keeps_browsers_in(self):
        self.serve()
        for path in ("/metrics", "/", "/nothing"):
            _, headers, _ = self.ask(path)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
            self.assertNotIn("Access-Control-Allow-Origin", headers)

    def test_a_head_has_no_body(self):
        self.serve()
        status, headers, text = self.ask("/metrics", method="HEAD")
        self.assertEqual((status, text), (200, ""))
        self.assertGreater(int(headers["Content-Length"]), 100)

    def test_one_connection_serves_many_requests(self):
        self.serve()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self.addCleanup(connection.close)
        for _ in range(20):
            connection.request("GET", "/metrics")
            response = connection.getresponse()
            self.assertIn("joulecast_", response.read().decode())
            self.assertEqual(response.status, 200)
        pipelined = self.connect(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 3 + b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
        self.assertEqual(pipelined.makefile("rb").read().count(b"HTTP/1.1 200 OK"), 4)

    def test_slow_clients_hold_nobody_up(self):
        self.serve()
        slow = [self.connect(b"GET /metrics HTTP/1.1\r\nX-") for _ in range(100)]
        unread = [self.connect(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50) for _ in range(20)]
        stop = threading.Event()

        def drip():
            while not stop.wait(0.5):
                for connection in slow:
                    try:
                        connection.sendall(b"a")
                    except OSError:
                        pass

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            for _ in range(20):
                self.assertEqual(self.ask("/metrics", timeout=10)[0], 200)
            # However slowly it goes on, a request must arrive in time.
            first = slow[0].makefile("rb").readline()
            self.assertEqual(first.split()[1:2], [b"408"])
        finally:
            stop.set()
            dripping.join()
        self.assertEqual(len(unread), 20)

    def test_three_hundred_connections(self):
        self.serve()
        idle = [self.connect() for _ in range(300)]
        for connection in idle:
            connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for connection in idle:
            self.assertEqual(connection.recv(12), b"HTTP/1.1 200")
        self.assertEqual(self.ask("/metrics")[0], 200)

    def test_with_few_descriptors_new_clients_take_the_place_of_idle_ones(self):
        self.serve(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
        idle = [self.connect() for _ in range(100)]
        for _ in range(5):
            self.assertEqual(self.ask("/metrics")[0], 200)
        self.assertEqual(len(idle), 100)

    def test_it_ends_when_asked(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                self.serve()
                self.connect(b"GET /met")
                keep = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                self.addCleanup(keep.close)
                keep.request("GET", "/metrics")
                keep.getresponse().read()
                self.assertEqual(self.end(number), 0)


class Access(ServingTest):
    TOKEN = "a-token-of-32-characters-or-more"

    def test_another_address_needs_a_token(self):
        done = self.call("exporter", "--listen", "0.0.0.0:0", expect=2)
        self.assertIn("--listen", done.stderr)
        self.assertIn("token", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)

    def test_with_the_token_only(self):
        (self.folder / "token").write_text(self.TOKEN + "\n")
        self.serve("--token-file", self.folder / "token", listen="0.0.0.0:0")
        for authorization in (None, "Bearer wrong-token-of-the-same-length", self.TOKEN, f"Basic {self.TOKEN}"):
            status, headers, text = self.ask("/metrics", headers={"Authorization": authorization} if authorization else {})
            self.assertEqual((status, headers["WWW-Authenticate"], text.count("\n")), (401, "Bearer", 1))
        self.assertEqual(self.ask(f"/metrics?token={self.TOKEN}")[0], 401)
        self.assertEqual(self.ask("/metrics", headers={"Authorization": f"Bearer {self.TOKEN}"})[0], 200)
        named = {"Authorization": f"Bearer {self.TOKEN}", "Host": socket.gethostname()}
        self.assertEqual(self.ask("/metrics", headers=named)[0], 200)

    def test_the_token_may_come_from_the_environment(self):
        self.environment["JOULECAST_TOKEN"] = self.TOKEN
        self.serve("--allow-host", "metrics.example")
        headers = {"Authorization": f"Bearer {self.TOKEN}", "Host": "metrics.example"}
        self.assertEqual(self.ask("/metrics", headers=headers)[0], 200)
        self.assertEqual(self.ask("/metrics")[0], 401)

    def test_unusable_options_get_one_line(self):
        (self.folder / "short").write_text("short")
        for arguments, word in ((("--listen", "nowhere"), "--listen"), (("--listen", "1.2.3.4:99999"), "--listen"),
                                (("--token-file", self.folder / "short"), "token"),
                                (("--token-file", self.folder / "missing"), "missing"),
                                (("--interval", "soon"), "--interval"), (("--interval", "1us"), "--interval"),
                                (("--sensor", "bogus"), "bogus")):
            done = self.call("exporter", *arguments, expect=2)
            self.assertIn(word, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_a_taken_address_is_told(self):
        self.serve()
        done = self.call("exporter", "--listen", f"127.0.0.1:{self.port}", expect=2)
        self.assertIn("another program listens there", done.stderr)


class Api(ServingTest):
    def test_the_runs_as_list_has_them(self):
        for name in ("one", "two", "three"):
            self.call("run", "--quiet", "--name", name, "--tag", f"team={name}", "--", "true")
        self.serve(command="serve")
        status, headers, text = self.ask("/api/v1/runs?sort=name&limit=2")
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"))
        listed = self.json("list", "--sort", "name", "--limit", "2")
        self.assertEqual(json.loads(text), {**listed, "total": 3})
        self.assertEqual([run["name"] for run in json.loads(self.ask("/api/v1/runs?tag=team%3Dtwo")[2])["runs"]], ["two"])
        self.assertEqual(len(json.loads(self.ask("/api/v1/runs?name=t*")[2])["runs"]), 2)
        self.assertEqual(self.ask("/metrics")[0], 200)

    @unittest.skipIf(os.geteuid() != 0, "only root can ask as another user")
    def test_other_users_of_the_machine_read_the_metrics_alone(self):
        self.serve(command="serve")
        os.seteuid(65534)  # whose sockets are then those of nobody
        try:
            status, _, text = self.ask("/api/v1/runs")
            self.assertEqual((status, json.loads(text)["status"]), (403, 403))
            self.assertEqual(self.ask("/metrics")[0], 200)
        finally:
            os.seteuid(0)
        self.assertEqual(self.ask("/api/v1/runs")[0], 200)

    def test_a_bad_parameter_is_named(self):
        self.serve(command="serve")
        for query, field in (("limit=0", "limit"), ("limit=many", "limit"), ("limit=1001", "limit"), ("offset=-1", "offset"),
                             ("status=lost", "status"), ("sort=colour", "sort"), ("since=yesterday", "since"), ("tag=", "tag"),
                             ("order=maybe", "order"), ("bogus=1", "bogus"), ("name=a%0ab&limit=x%0a", "limit"),
                             ("limit=1&limit=2", "limit")):
            status, headers, text = self.ask(f"/api/v1/runs?{query}")
            problem = json.loads(text)
            self.assertEqual((status, headers["Content-Type"]), (400, "application/problem+json"), query)
            self.assertEqual((problem["status"], problem["field"]), (400, field), query)
            self.assertTrue(problem["detail"].startswith(f"{field}: "), problem)
            self.assertNotIn("\n", problem["detail"])


if __name__ == "__main__":
    unittest.main()
