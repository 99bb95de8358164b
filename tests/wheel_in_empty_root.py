"""Installs a wheel into an empty root that holds an interpreter and the C and C++ runtimes and nothing else, and uses it there.

    wheel_in_empty_root.py WHEEL

So it cannot rely on a library of this machine that the wheel should have brought. Ends with 77 where no root can be entered.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile

# What every bare python image has, by the policy of manylinux: https://peps.python.org/pep-0600/
RUNTIME = ("libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libutil.so.1", "libgcc_s.so.1", "libstdc++.so.6")
TRIED = """
import contextlib, pathlib, sqlite3, subprocess, sys, threading, time
import joulecast
with joulecast.track("bare", country="ESP") as run:
    for epoch in run.epochs(range(2)):
        for step in run.steps(range(5)):
            time.sleep(0.02)
assert run.energy.total_j > 0 and len(joulecast.load("bare").epochs) == 2, run.energy
over = threading.Event()
def read():  # with Python's own copy of SQLite, beside the wheel's
    while not over.wait(0.002):
        with contextlib.closing(sqlite3.connect(str(pathlib.Path.home() / ".local/share/joulecast/runs.db"))) as store:
            store.execute("select count(*) from run").fetchall()
reading = threading.Thread(target=read)
reading.start()
with joulecast.track("read meanwhile", interval=0.05) as run:
    for epoch in run.epochs(range(15)):
        time.sleep(0.1)
        run.metric(epoch=epoch)
over.set()
reading.join()
maps = pathlib.Path("/proc/self/maps").read_text()
assert len({line.split()[-1] for line in maps.splitlines() if "sqlite3" in line and "_sqlite3" not in line}) == 2, maps
assert run._finished.store.endswith("/.local/share/joulecast/runs.db"), run._finished.store
assert [epoch.metrics["epoch"] for epoch in joulecast.load("read meanwhile").epochs] == list(range(15))
assert joulecast.predict("resnet50", "RTX 3090", samples=1000).predictions
assert joulecast.describe("/environment/network.onnx").parameters > 0, "the wheel's own reader of ONNX files"
program = pathlib.Path(sys.prefix, "bin", "joulecast")
assert program.read_bytes()[:4] == b"\\x7fELF", "the program is not the program itself"
def call(*words):
    return subprocess.run([program, *words], capture_output=True, text=True, check=True).stdout
assert call("--version") == f"joulecast {joulecast.__version__}\\n"
assert "bare" in call("list") and "resnet50" in call("model", "resnet50")
call("run", "--quiet", "--", sys.executable, "-c", "pass")
print(run.energy)
"""


def needed(path):
    """Paths of the libraries that a file of the interpreter is linked with, itself an ELF file."""
    listed = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
    return [found for found in re.findall(r"(/\S+) \(0x", listed)]


def copy_into(root, path):
    target = root / str(path).lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        shutil.copy2(path, target)  # follows links: the root has the names, not the layout


def make_root(root):
    """An interpreter at its own path with its standard library, and what it is linked with."""
    prefix = pathlib.Path(sys.base_prefix)
    interpreter = pathlib.Path(os.path.realpath(sys.executable))
    library = pathlib.Path(sysconfig.get_paths(vars={"base": str(prefix), "installed_base": str(prefix)})["stdlib"])
    shutil.copytree(library, root / str(library).lstrip("/"), ignore=shutil.ignore_patterns("site-packages", "dist-packages", "test", "__pycache__", "config-*"), symlinks=False, ignore_dangling_symlinks=True)
    copy_into(root, interpreter)
    files = [interpreter, *(root / str(library).lstrip("/")).glob("lib-dynload/*.so")]
    for library_path in {found for file in files for found in needed(file)} | set(runtime_libraries()):
        copy_into(root, library_path)
    for name in ("tmp", "proc", "dev"):
        (root / name).mkdir(exist_ok=True)
    return interpreter


def runtime_libraries():
    listed = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=True, env={**os.environ, "PATH": os.environ["PATH"] + ":/sbin:/usr/sbin"}).stdout
    for name in RUNTIME:
        if found := re.search(rf"^\s+{re.escape(name)} .*=> (\S+)", listed, re.MULTILINE):
            yield found[1]


def way_in(root, interpreter):
    """The words before a command that confine it to the root; None where that is not permitted."""
    for rights in ([], ["--user", "--map-root-user"]):
        words = ["unshare", *rights, "--mount", "--pid", "--fork", f"--mount-proc={root}/proc", "chroot", str(root)]
        if subprocess.run([*words, interpreter, "-c", ""], capture_output=True, check=False).returncode == 0:
            return words
    words = ["unshare", "--mount", "sh", "-c", f'mount --rbind /proc {root}/proc && exec chroot {root} "$@"', "sh"]
    return words if subprocess.run([*words, interpreter, "-c", ""], capture_output=True, check=False).returncode == 0 else None


def main():
    wheel = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        interpreter = make_root(root)
        inside = way_in(root, interpreter)
        if inside is None:
            print("skipped: an empty root cannot be entered here")
            return 77
        environment = root / "environment"
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-index", "--prefix", environment, wheel], check=True)
        (environment / "bin" / "python").symlink_to(interpreter)
        (environment / "pyvenv.cfg").write_text(f"home = {interpreter.parent}\ninclude-system-site-packages = false\n")
        (environment / "tried.py").write_text(TRIED)
        shutil.copy(pathlib.Path(__file__).parent / "fixtures/onnx/dense.onnx", environment / "network.onnx")
        subprocess.run([*inside, "/environment/bin/python", "/environment/tried.py"], check=True, timeout=120, env={"HOME": "/tmp", "PATH": "/environment/bin:/usr/sbin:/usr/bin:/sbin:/bin"})
        size = sum(path.stat().st_size for path in environment.rglob("*") if path.is_file() and not path.is_symlink())
        print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB, {size / 1e6:.1f} MB installed; installed and used in an empty root")
        return 0


if __name__ == "__main__":
    sys.exit(main())
