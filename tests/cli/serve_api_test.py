"""Tests that joulecast serve answers what data/api/openapi.yaml says: each address, each answer, each parameter."""
import http.client
import json
import os
import pathlib
import re
import resource
import sqlite3
import subprocess
import sys
import time
import unittest
import urllib.parse

from serving import ServingTest
from support import JOULECAST

SOURCE = pathlib.Path(os.environ.get("JOULECAST_SOURCE", "."))
DESCRIPTION = json.loads((SOURCE / "data" / "api" / "openapi.json").read_text())
TRAINING = """
import time
for epoch in range(4):
    time.sleep(0.15)
    print(f"Epoch {epoch + 1}/4 loss: {1 / (epoch + 1)} val_accuracy: {0.5 + epoch / 10}", flush=True)
"""
CONFIG = {"model_type": "bert", "hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 512,
          "vocab_size": 1000, "max_position_embeddings": 64, "type_vocab_size": 2}

try:
    import jsonschema
except ImportError:
    jsonschema = None


def operations():
    for path, methods in DESCRIPTION["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def parameters_of(operation):
    for parameter in operation.get("parameters", []):
        if "$ref" in parameter:
            parameter = DESCRIPTION["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]]
        yield parameter


def check(answer, schema):
    """Raises if the answer is not what the schema says; `format` too."""
    whole = {**schema, "components": DESCRIPTION["components"]}
    jsonschema.Draft202012Validator(whole).validate(answer)


class Described(ServingTest):
    """The store has finished runs of two groups, a failed one, and one that runs."""

    recorded = None  # the store's file, made by the first test

    def record(self):
        for name in ("small", "small", "small", "large", "large", "large"):
            self.call("run", "--quiet", "--name", name, "--tag", f"model={name}", "--tag", "user=ann", "--interval", "0.05", "--",
                      sys.executable, "-c", TRAINING)
        self.call("run", "--quiet", "--name", "broken", "--", "false", expect=1)
        database = sqlite3.connect(self.store)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that the file has it all
        database.close()
        Described.recorded = self.store.read_bytes()

    def setUp(self):
        super().setUp()
        if self.recorded is None:
            self.record()
        else:
            self.store.write_bytes(self.recorded)
        self.environment["JOULECAST_PAGE"] = str(self.folder)  # which has none: / lists what is served
        live = subprocess.Popen([JOULECAST, "run", "--quiet", "--name", "live", "--tag", "budget=2kWh", "--", "sleep", "120"],
                                env=self.environment)
        self.addCleanup(live.wait, 30)
        self.addCleanup(live.terminate)
        self.serve(command="serve")
        end = time.monotonic() + 30
        while not self.get("/api/v1/fleet")["running"] and time.monotonic() < end:
            time.sleep(0.2)

    def get(self, path, **options):
        status, headers, text = self.ask(path, **options)
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"), text[:500])
        return json.loads(text)

    def test_every_address_is_described_and_every_described_one_is_served(self):
        served = {line.strip() for line in self.ask("/")[2].splitlines()[1:]} - {"/"}
        self.assertEqual(served, set(DESCRIPTION["paths"]))
        self.assertEqual(self.get("/api/v1/openapi.json"), DESCRIPTION)

    @unittest.skipIf(jsonschema is None, "needs python3-jsonschema")
    def test_the_answers_are_as_described(self):
        asked = {
            "/api/v1/about": [""], "/api/v1/openapi.json": [""], "/api/v1/models": [""], "/api/v1/gpus": [""],
            "/api/v1/runs": ["", "?limit=2&offset=1", "?search=LARGE&tag=model&user=ann&order=ascending", "?status=running", "?name=no"],
            "/api/v1/runs/{id}": [""], "/api/v1/runs/{id}/phases": [""], "/api/v1/runs/{id}/windows": [""],
            "/api/v1/runs/{id}/series": ["", "?points=3&by=device", "?from=0.1&to=0.2"],
            "/api/v1/runs/{id}/epochs": ["", "?metric=loss&lower_is_better=true"] , "/api/v1/runs/{id}/projections": [""],
            "/api/v1/runs/{id}/energy": ["", "?budget=1J", "?budget=2kWh"],
            "/api/v1/compare": ["", "?group=model&test=ranks&adjust=bh"],
            "/api/v1/tradeoff": ["?group=name", "?group=model&quality=loss&lower_is_better=true"],
            "/api/v1/board": ["", "?group=model&quality=val_accuracy=0.5&price=0.3%20EUR", "?quality=loss=1&task=model"],
            "/api/v1/columns": ["", "?run=large"], "/api/v1/fleet": ["", "?since=7d&tag=model&tag=nothing"]}
        for path, method, operation in operations():
            content = operation["responses"].get("200", {}).get("content", {})
            if method != "GET" or "application/json" not in content:
                continue
            schema = content["application/json"]["schema"]
            runs = ("small", "broken", "live") if "{id}" in path else ("",)
            for query in asked[path]:
                for run in runs:
                    if ("metric" in query or "from" in query) and run != "small":
                        continue
                    with self.subTest(path=path, query=query, run=run):
                        check(self.get(path.replace("{id}", run) + query), schema)

    @unittest.skipIf(jsonschema is None, "needs python3-jsonschema")
    def test_predictions_are_as_described(self):
        content = DESCRIPTION["paths"]["/api/v1/predict"]["post"]["responses"]["200"]["content"]
        schema = content["application/json"]["schema"]
        onnx = (SOURCE / "tests" / "fixtures" / "onnx")
        uploads = [("?model=resnet50&model=vgg16&gpu=rtx3090&gpu=A100-SXM4-80GB&batch=32&batch=64&epochs=2&samples=1000", None, None),
                   ("?gpu=rtx3090&steps=100", "application/json", json.dumps(CONFIG))]
        uploads += [("?gpu=rtx3090&label=mine", "application/octet-stream", file.read_bytes()) for file in sorted(onnx.glob("*.onnx"))[:1]]
        for query, content_type, body in uploads:
            with self.subTest(query=query):
                answer = self.get("/api/v1/predict" + query, method="POST", body=body,
                                  headers={"Content-Type": content_type} if content_type else {})
                check(answer, schema)
                self.assertTrue(answer["predictions"])
        self.assertEqual(len(self.get("/api/v1/predict" + uploads[0][0], method="POST")["predictions"]), 8)

    @unittest.skipIf(jsonschema is None, "needs python3-jsonschema")
    def test_refusals_are_problems_of_one_line_and_name_the_parameter(self):
        problem = DESCRIPTION["components"]["schemas"]["Problem"]
        for path, method, operation in operations():
            if path == "/metrics":
                continue
            wrong = {"bogus": "1"}
            for parameter in parameters_of(operation):
                schema = parameter["schema"]
                if parameter["in"] == "query" and (schema.get("type") in ("integer", "number", "boolean") or "enum" in schema):
                    wrong[parameter["name"]] = "x\x1b[31m"
            for name, value in wrong.items():
                with self.subTest(path=path, name=name):
                    status, headers, text = self.ask(f"{path.replace('{id}', 'small')}?{urllib.parse.urlencode({name: value})}", method=method)
                    answer = json.loads(text)
                    check(answer, problem)
                    self.assertEqual((status, headers["Content-Type"]), (400, "application/problem+json"))
                    self.assertEqual(answer["field"], name)
                    self.assertNotRegex(answer["detail"], "[\n\x1b]")

    def test_every_described_parameter_is_known(self):
        values = {"integer": "1", "number": "0.5", "boolean": "true", "string": "x", "array": "x"}
        for path, method, operation in operations():
            for parameter in parameters_of(operation):
                if parameter["in"] != "query":
                    continue
                schema = parameter["schema"]
                value = schema["enum"][0] if "enum" in schema else values[schema.get("type", "string")]
                query = urllib.parse.urlencode({parameter["name"]: value})
                _, _, text = self.ask(f"{path.replace('{id}', 'small')}?{query}", method=method)
                self.assertNotIn("there is no such parameter", text, (path, parameter["name"]))

    def test_what_does_not_exist(self):
        for path in ("/api/v1/runs/nobody", "/api/v1/runs/nobody/series", "/api/v1/runs/..%2f..%2fetc%2fpasswd", "/api/v1/nothing", "/api"):
            self.assertEqual(self.ask(path)[0], 404, path)
        status, _, text = self.ask("/api/v1/predict?model=/etc/passwd&gpu=rtx3090", method="POST")
        self.assertEqual((status, json.loads(text)["field"]), (400, "model"))
        status, _, text = self.ask("/api/v1/predict?model=resnet50&gpu=/etc/passwd", method="POST")
        self.assertEqual((status, json.loads(text)["field"]), (400, "gpu"))
        self.assertEqual(self.ask("/api/v1/predict", method="GET")[0], 405)

    def test_a_refusal_names_the_parameter_of_a_run_or_a_column_that_does_not_exist(self):
        for path, field, expected in (("/api/v1/compare?run=nobody", "run", 404), ("/api/v1/tradeoff?run=nobody", "run", 404),
                                      ("/api/v1/board?run=nobody", "run", 404), ("/api/v1/board?quality=none=1", "quality", 400),
                                      ("/api/v1/board?task=none", "task", 400),
                                      ("/api/v1/columns?run=nobody", "run", 404), ("/api/v1/compare?group=nothing", "group", 400),
                                      ("/api/v1/compare?value=nothing", "value", 400), ("/api/v1/tradeoff?quality=nothing", "quality", 400),
                                      ("/api/v1/tradeoff?group=model&quality=loss&cost=nothing", "cost", 400)):
            status, _, text = self.ask(path)
            self.assertEqual((status, json.loads(text)["field"]), (expected, field), path)
        for query, field in (("model=resnet50&gpu=rtx3090&gpus=64&batch=32", "batch"), ("gpu=rtx3090", "body")):
            status, _, text = self.ask("/api/v1/predict?" + query, method="POST", **({"body": "{}", "headers": {"Content-Type": "application/json"}}
                                                                                      if field == "body" else {}))
            self.assertEqual((status, json.loads(text)["field"]), (400, field), query)

    def test_a_store_that_is_none_is_no_fault_of_the_client(self):
        self.store.write_text("this is no store" * 1000)
        for path in ("/api/v1/runs", "/api/v1/runs/small", "/api/v1/compare"):
            self.assertEqual(self.ask(path)[0], 503, path)

    def test_figures_are_those_of_the_command_line(self):
        self.assertEqual(self.get("/api/v1/runs/small"), self.json("show", "small"))
        self.assertEqual(self.get("/api/v1/compare?group=model"), self.json("compare", "--group", "model"))
        self.assertEqual(self.get("/api/v1/tradeoff?group=model&quality=val_accuracy"),
                         self.json("tradeoff", "--group", "model", "--quality", "val_accuracy"))
        self.assertEqual(self.get("/api/v1/board?group=model&quality=val_accuracy=0.5"),
                         self.json("lab", "board", "--group", "model", "--quality", "val_accuracy=0.5"))
        answer = self.get("/api/v1/predict?model=resnet50&gpu=rtx3090&batch=64&samples=1000", method="POST")
        front = answer.pop("front")
        self.assertEqual(front, [0])
        self.assertEqual(answer, self.json("predict", "resnet50", "--gpu", "rtx3090", "--batch", "64", "--samples", "1000"))

    def test_the_steps_of_a_course_add_up_to_its_energy(self):
        run = self.get("/api/v1/runs/small")
        series = self.get("/api/v1/runs/small/series?points=7")
        known = [watts for watts in series["total"]["mean_w"] if watts is not None]
        self.assertEqual(len(known), len(series["time_s"]))
        self.assertAlmostEqual(sum(known) * series["step_s"] / run["energy_j"]["total"], 1, delta=0.15)


class Text(unittest.TestCase):
    def test_the_served_description_is_the_one_that_people_edit(self):
        try:
            import yaml  # noqa: F401
        except ImportError:
            self.skipTest("needs python3-yaml")
        sys.path.insert(0, str(SOURCE / "scripts"))
        import openapi_json
        self.assertEqual((SOURCE / "data" / "api" / "openapi.json").read_text(), openapi_json.as_json(),
                         "run scripts/openapi_json.py")


class Events(ServingTest):
    def events(self, connection, until, seconds=60):
        """Events as (type, data, id) up to the one that `until` accepts."""
        found, event = [], {}
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            line = connection.readline().decode().rstrip("\n")
            if line:
                name, _, value = line.partition(": ")
                event[name] = value
                continue
            if "data" in event:
                found.append((event["event"], json.loads(event["data"]), event["id"]))
                if until(found[-1]):
                    return found
            event = {}
        raise AssertionError(f"it did not come: {found}")

    def stream(self, last=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.addCleanup(connection.close)
        connection.request("GET", "/api/v1/events", headers={"Last-Event-ID": last} if last else {})
        response = connection.getresponse()
        self.assertEqual((response.status, response.getheader("Content-Type")), (200, "text/event-stream"))
        return response

    def test_a_run_begins_moves_and_ends(self):
        self.serve(command="serve")
        stream = self.stream()
        first = self.events(stream, lambda event: True)[0]
        self.assertEqual(first[:2], ("snapshot", {"runs": []}))
        run = subprocess.Popen([JOULECAST, "run", "--quiet", "--name", "moves", "--interval", "0.1", "--", "sleep", "60"],
                               env=self.environment)
        self.addCleanup(run.kill)
        seen = self.events(stream, lambda event: event[0] == "moved" and event[1]["power_w"] is not None)
        self.assertEqual(seen[0][0], "started")
        self.assertEqual({event[1]["name"] for event in seen}, {"moves"})
        if jsonschema:
            for event in seen:
                check(event[1], {"$ref": "#/components/schemas/LiveRun"})
        # A client that comes back gets what it missed; one from elsewhere what is now.
        again = self.events(self.stream(first[2]), lambda event: True)[0]
        self.assertEqual(again[0], "started")
        other = self.events(self.stream("elsewhere-1"), lambda event: True)[0]
        self.assertEqual((other[0], len(other[1]["runs"])), ("snapshot", 1))
        run.terminate()
        run.wait(30)
        last = self.events(stream, lambda event: event[0] == "finished")[-1]
        self.assertEqual(last[1]["name"], "moves")
        self.assertNotEqual(last[1]["status"], "running")
        if jsonschema:
            check(last[1], {"$ref": "#/components/schemas/RunRow"})

    def test_a_run_between_two_looks_is_told_too(self):
        self.serve(command="serve")
        stream = self.stream()
        self.events(stream, lambda event: event[0] == "snapshot")
        self.call("run", "--quiet", "--name", "short", "--", "true")
        self.events(stream, lambda event: event[0] == "finished" and event[1]["name"] == "short")

    def test_streams_beyond_the_cap_are_refused(self):
        self.serve(command="serve", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
        streams = [self.stream() for _ in range(16)]
        status, _, text = self.ask("/api/v1/events")
        self.assertEqual((status, json.loads(text)["status"]), (503, 503))
        self.assertEqual(len(streams), 16)
        self.assertEqual(self.ask("/metrics")[0], 200)


class Login(ServingTest):
    TOKEN = "a-token-of-32-characters-or-more"

    def setUp(self):
        super().setUp()
        (self.folder / "token").write_text(self.TOKEN)
        page = self.folder / "page"
        (page / "assets").mkdir(parents=True)
        (page / "index.html").write_text("<!doctype html><title>page</title>")
        (page / "assets" / "a-1.js").write_text("let a;")
        self.environment["JOULECAST_PAGE"] = str(page)
        self.call("run", "--quiet", "--", "true")
        self.serve("--token-file", self.folder / "token", command="serve", listen="0.0.0.0:0")

    def log_in(self, token, **headers):
        return self.ask("/api/v1/login", method="POST", body=json.dumps({"token": token}), headers=headers)

    def test_the_token_gives_a_cookie(self):
        self.assertEqual(self.ask("/api/v1/runs")[0], 401)
        status, headers, text = self.log_in("not-the-token-of-this-server-here")
        self.assertEqual((status, "Set-Cookie" in headers), (401, False), text)
        status, headers, _ = self.log_in(self.TOKEN)
        self.assertEqual(status, 204)
        self.assertIn("HttpOnly; SameSite=Strict", headers["Set-Cookie"])
        self.assertNotIn(self.TOKEN, headers["Set-Cookie"])
        cookie = headers["Set-Cookie"].split(";")[0]
        self.assertEqual(self.ask("/api/v1/runs", headers={"Cookie": cookie})[0], 200)
        self.assertEqual(self.ask("/api/v1/runs", headers={"Cookie": cookie, "Origin": "http://evil.example"})[0], 403)
        self.assertEqual(self.ask("/api/v1/runs", headers={"Cookie": cookie[:-1] + "x"})[0], 401)
        self.assertEqual(self.log_in(self.TOKEN, Origin="http://evil.example")[0], 403)
        status, headers, _ = self.ask("/api/v1/logout", method="POST")
        self.assertEqual((status, "Max-Age=0" in headers["Set-Cookie"]), (204, True))

    def test_the_page_is_there_before_and_nothing_else_is(self):
        status, headers, text = self.ask("/")
        self.assertEqual((status, "page" in text), (200, True))
        self.assertIn("script-src 'self'", headers["Content-Security-Policy"])
        self.assertNotIn("unsafe", headers["Content-Security-Policy"])
        self.assertEqual(self.ask("/assets/a-1.js")[1]["Cache-Control"], "public, max-age=31536000, immutable")
        self.assertEqual(self.ask("/", headers={"If-None-Match": headers["ETag"]})[0], 304)
        for path in ("/../token", "/..%2ftoken", "/assets/../../token", "/assets/%2e%2e/%2e%2e/token", "/assets", "/nothing"):
            self.assertEqual(self.ask(path)[0], 404, path)
        for path in ("/api/v1/runs", "/api/v1/events", "/metrics", "/api/v1/about"):
            self.assertEqual(self.ask(path)[0], 401, path)

    def test_an_upload_needs_the_token_before_it_is_read(self):
        big = {"Content-Length": str(50 << 20), "Content-Type": "application/octet-stream"}
        self.assertEqual(self.ask("/api/v1/predict?gpu=rtx3090", method="POST", headers=big)[0], 401)
        known = {**big, "Authorization": f"Bearer {self.TOKEN}", "Content-Length": str(65 << 20)}
        self.assertEqual(self.ask("/api/v1/predict?gpu=rtx3090", method="POST", headers=known)[0], 413)
        wrong = {"Authorization": f"Bearer {self.TOKEN}", "Content-Type": "application/octet-stream"}
        status, _, text = self.ask("/api/v1/predict?gpu=rtx3090", method="POST", headers=wrong, body=os.urandom(1 << 20))
        self.assertEqual((status, len(re.findall("\n", json.loads(text)["detail"]))), (400, 0))


if __name__ == "__main__":
    unittest.main()
