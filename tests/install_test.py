"""Installs the built package into an empty folder, builds a separate C and C++ project against it, and measures that project."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

build, source = pathlib.Path(os.environ["JOULECAST_BUILD"]), pathlib.Path(os.environ["JOULECAST_SOURCE"])


def call(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(folder)
    call("cmake", "--install", build, "--prefix", root / "usr")
    call("cmake", "-S", source / "tests/install/foreign", "-B", root / "foreign", f"-DCMAKE_PREFIX_PATH={root / 'usr'}")
    call("cmake", "--build", root / "foreign")
    joulecast, store = root / "usr/bin/joulecast", root / "runs.db"
    environment = {name: value for name, value in os.environ.items() if name not in ("JOULECAST_SHARE", "JOULECAST_SOCKET")}

    assert call(root / "foreign/train_c", env=environment) == "alone\n", "nobody listens outside of a run"
    assert call(joulecast, "run", "-q", "--store", store, "--", root / "foreign/train_c", env=environment) == "heard\n"
    call(joulecast, "run", "-q", "--store", store, "--name", "cpp", "--", root / "foreign/train_cpp", env=environment)
    run = json.loads(call(joulecast, "show", "cpp", "--store", store, "--json", "-", env=environment))
    epochs = run["epochs"]
    assert [epoch["epoch"] for epoch in epochs] == [0, 1, 2], epochs
    assert [epoch["metrics"]["accuracy"] for epoch in epochs] == [0.5, 0.6, 0.7], epochs
    assert all(epoch["end_s"] - epoch["start_s"] > 0.05 for epoch in epochs), epochs

    # The reader of ONNX files is a library of its own, and it is the installed one that is loaded.
    network = source / "tests/fixtures/onnx/dense.onnx"
    assert "parameters" in call(joulecast, "model", network, env=environment)
    (root / "usr/lib/joulecast/plug-ins/joulecast_onnx.so").write_text("not a library")
    refused = subprocess.run([joulecast, "model", network], capture_output=True, text=True, env=environment, check=False)
    assert refused.returncode == 2 and "the reader of ONNX files cannot be loaded: " in refused.stderr and refused.stderr.count("\n") == 1, refused
    print("installed, linked, measured")
