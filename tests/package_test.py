"""Builds the Debian package, installs it into an empty root with only the packages that it depends on, and uses it there. So it
cannot rely on files of the source tree or of this machine."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

build, source = pathlib.Path(os.environ["JOULECAST_BUILD"]), pathlib.Path(os.environ["JOULECAST_SOURCE"])
SKIPPED = 77


def call(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def skip(reason):
    print("skipped:", reason)
    sys.exit(SKIPPED)


def fields(text):
    """A control paragraph as a dictionary."""
    return dict(re.findall(r"^([\w-]+): ?((?:.*)(?:\n[ \t].*)*)", text, re.MULTILINE))


def wanted_by(control):
    """Names of the packages in Depends and Pre-Depends. Of alternatives, the first that is installed here."""
    for entry in ",".join(control.get(key, "") for key in ("Depends", "Pre-Depends")).split(","):
        for alternative in filter(None, (word.strip() for word in entry.split("|"))):
            name = re.split(r"[\s(:]", alternative)[0]
            if (found := installed(name)) is not None:
                yield name, found
                break
        else:
            if entry.strip():
                sys.exit(f"the package needs {entry.strip()}, which is not installed here")


def installed(name):
    done = subprocess.run(["dpkg-query", "-s", name], capture_output=True, text=True)
    return done.stdout if done.returncode == 0 and "ok installed" in done.stdout else None


def closure(control):
    """Every required package with its paragraph of the package database."""
    found, open_ = {}, [control]
    while open_:
        for name, status in wanted_by(open_.pop()):
            if name not in found:
                found[name] = status
                open_.append(fields(status))
    return found


def copy_package(name, root):
    for line in call("dpkg-query", "-L", name).splitlines():
        path = pathlib.Path(line)
        if re.match(r"/usr/share/(doc|man|locale|info)/", line) or not (path.is_file() or path.is_symlink()):
            continue
        target = root / line.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copy2(path, target, follow_symlinks=False)


def make_root(root, packages):
    """An empty root with Debian's layout, and the files and database entries of `packages`."""
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    for name in ("proc", "tmp", "dev", "var/lib/dpkg/info", "var/lib/dpkg/updates"):
        (root / name).mkdir(parents=True)
    for name in packages:
        copy_package(name, root)
    (root / "var/lib/dpkg/status").write_text("\n".join(status.strip() + "\n" for status in packages.values()))


def way_in(root):
    """The words before a command that confine it to `root`, with its own /proc; None if this is not permitted."""
    for rights in ([], ["--user", "--map-root-user"]):
        words = ["unshare", *rights, "--mount", "--pid", "--fork", f"--mount-proc={root}/proc", "chroot", str(root)]
        if subprocess.run([*words, "/usr/bin/joulecast", "--version"], capture_output=True).returncode == 0:
            return words
    # Falls back to the outer /proc if a new one cannot be mounted.
    words = ["unshare", "--mount", "sh", "-c", f'mount --rbind /proc {root}/proc && exec chroot {root} "$@"', "sh"]
    return words if subprocess.run([*words, "/usr/bin/joulecast", "--version"], capture_output=True).returncode == 0 else None


def check_content(package, control, version):
    assert control["Package"] == "joulecast" and control["Version"] == version, control
    assert control["Architecture"] == call("dpkg", "--print-architecture").strip(), control
    assert re.fullmatch(r".+ <.+@.+>", control["Maintainer"]), control
    assert "joules" in control["Description"].splitlines()[0] and len(control["Description"].splitlines()) > 3, control
    for library in ("libc6 (>=", "libfmt9", "libsqlite3-0", "libonnx", "libre2"):
        assert library in control["Depends"], control["Depends"]
    listed = call("dpkg-deb", "-c", package)
    names = {line.split(None, 5)[5] for line in listed.splitlines()}
    for name in ("bin/joulecast", "lib/joulecast/plug-ins/joulecast_onnx.so", "lib/libjoulecast.a", "include/joulecast/joulecast.h", "include/joulecast/joulecast.hpp",
                 "lib/cmake/joulecast/joulecastConfig.cmake", "share/joulecast/hardware/gpus.csv",
                 "share/joulecast/models/default.json", "share/man/man1/joulecast.1.gz",
                 "share/bash-completion/completions/joulecast", "share/zsh/vendor-completions/_joulecast",
                 "share/fish/vendor_completions.d/joulecast.fish", "share/doc/joulecast/copyright",
                 "share/doc/joulecast/changelog.gz", "share/joulecast/slurm/joulecast-prolog", "share/joulecast/slurm/joulecast-epilog",
                 "share/joulecast/slurm/README.md", "share/doc/joulecast/postgresql/roles.sql"):
        assert f"./usr/{name}" in names, f"{name} is missing in\n{listed}"
    assert all(line.split()[1] == "root/root" for line in listed.splitlines()), listed
    control_files = call("dpkg-deb", "-I", package)
    assert "md5sums" in control_files and "conffiles" not in control_files, control_files


def use(inside):
    """What a user would try first; each command needs a table that comes with the package."""
    def joulecast(*words):
        return call(*inside, "/usr/bin/joulecast", *words, env={"HOME": "/tmp", "PATH": "/usr/sbin:/usr/bin"}, timeout=120)

    assert joulecast("--version") == f"joulecast {version}\n"
    assert "A100-SXM4-80GB" in joulecast("hardware", "A100")
    model = json.loads(joulecast("model", "resnet50", "--json", "-"))
    assert model["origin"].startswith("/usr/share/joulecast/") and model["totals"]["parameters"] == 25557032, model
    prediction = json.loads(joulecast("predict", "resnet50", "--gpu", "RTX 3090", "--samples", "1000", "--json", "-"))
    assert prediction["model_file"].startswith("/usr/share/joulecast/") and prediction["predictions"], prediction
    joulecast("run", "--quiet", "--name", "first", "--country", "ESP", "--", "/usr/bin/joulecast", "list")
    run = json.loads(joulecast("show", "first", "--json", "-"))
    assert run["host"]["joulecast_version"] == version, run["host"]
    assert "174 g CO2e/kWh, Spain" in joulecast("show", "first")
    assert joulecast("completion", "bash").startswith("# bash completion")


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    for program in ("cpack", "dpkg-deb", "dpkg-shlibdeps", "file"):
        if shutil.which(program) is None:
            skip(f"no {program} here")
    if re.search(r"^JOULECAST_SANITIZE:\w+=.", (build / "CMakeCache.txt").read_text(), re.MULTILINE):
        skip("a build with sanitizers is not packaged")
    version = re.search(r"^CMAKE_PROJECT_VERSION:\w+=(.*)", (build / "CMakeCache.txt").read_text(), re.MULTILINE)[1]
    call("cpack", "-G", "DEB", "--config", build / "CPackConfig.cmake", "-B", folder / "package")
    (package,) = (folder / "package").glob("*.deb")
    assert package.name == f"joulecast_{version}_{call('dpkg', '--print-architecture').strip()}.deb", package
    control = fields(call("dpkg-deb", "-f", package))
    check_content(package, control, version)

    root = folder / "root"
    make_root(root, closure(control))
    if os.geteuid() == 0:  # dpkg itself, which also checks the dependencies against the root
        call("dpkg", f"--root={root}", "--log=/dev/null", "--install", package)
        assert "ok installed" in call("dpkg-query", f"--admindir={root}/var/lib/dpkg", "-s", "joulecast")
    else:
        call("dpkg-deb", "-x", package, root)
    inside = way_in(root)
    if inside is None:
        skip("the package is right and installs, but chroot into its root is not permitted here")
    use(inside)
    print(f"{package.name} installed into an empty root, and used there")
