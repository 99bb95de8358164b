#!/usr/bin/env python3
"""Compares the output of every command with stored outputs: see tests/golden/README.md.

    golden_test.py [--refresh] [--comma] [FAMILY | FAMILY/CASE …]

--refresh takes what joulecast writes now as expected; --comma runs everything in a locale with decimal commas.
$JOULECAST names the binary, $JOULECAST_BUILD the build that has the fake libraries of tests/fakes.
"""
import argparse
import difflib
import filecmp
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
SKIPPED = 77
RELATIVE_TOLERANCE = 1e-9  # compilers and sanitizer builds differ in the last digits
ABSOLUTE_TOLERANCE = 1e-12  # for the rounding error of a difference that should be 0
LINE_OF_JSON = re.compile(r' *(?:"\w+": |-?\d[\d.e+-]*,?$)')
KIND_OF_FILE = {".json": "json", ".csv": "figures", ".svg": "figures"}
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def cpu_name():
    match = re.search(r"^model name\s*: *(.*?) *$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return match[1] if match else "CPU"


# Outputs that depend on the machine or the time. A case names the masks that hide them.
MASKS = {
    "time": [(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?", "<time>")],
    "id": [(r"\b\d{8}-\d{6}-\w{4}\b", "<id>"), (r"\bjoulecast-\w{6}/runs\.db\b", "joulecast-<new>/runs.db"),
           (r"\bprocess \d+:", "process <pid>:")],
    "host": [(r'("(?:hostname|os|host)": )"[^"]*"', r'\1"<host>"'), (r"( · on )\S+", r"\1<host>"),
             (r'("logical_cpus": )\d+', r"\1#"), (r'("memory_bytes": )[\d.]+', r"\1#")],
    "counters": [(r" energy +[\d.]+ [kmµ]?W  J ", " energy  #  J "),
                 (r'("behaviour": "counter",\n(?: +"(?!value).*\n)* +"value": )[^,\n]+', r"\1#")],
    "cpu": [(re.escape(cpu_name()), "<cpu>")],
    "root": [(r"fix: sudo ", "fix: ")],  # who is root already is not told to use sudo
}
FIGURE_IN_JSON = re.compile(r'( *"\w+": )(-?[\d.]+(?:e[-+]?\d+)?|true|false)(,?)$')
KEPT_IN_JSON = re.compile(r' *"(exit_status|epochs?|loss|accuracy|f1|work|share|pue|pue_given|year|intensity_g_per_kwh|total_work|used|in_total|'
                          r'\w+_period_s|\w+_window_s|censored|already_stored)"')
FIGURE_IN_TEXT = re.compile(r"(?<![\w\"=.:/<-])(?<!exit status )[-+±]?\d+(?:\.\d+)?(?:e[-+]?\d+)?"
                            r"(?: (?:[kMGmµn]?(?:J|W|Wh|s|g|Hz)|[kKMG]i?B|min|h|Gbyte/s|GFLOP/s))*(?![\w/])")


def without_figures(line):
    """A line with figures that were measured just now: keeps the words, hides the numbers and what depends on them."""
    field = FIGURE_IN_JSON.match(line)
    if field:
        return line if KEPT_IN_JSON.match(line) else f"{field[1]}#{field[3]}"
    if re.match(r'Epoch | *(?:"\w+": |[{}\[\]])', line):  # what the training prints; the rest of JSON
        return line
    if re.match(r' *"', line):  # a text in a list of JSON
        return FIGURE_IN_TEXT.sub("#", line)
    line = re.sub(r"[\d.]+ cores\.$", "# % of one core.", line)  # of a run of a moment on a busy machine
    line = FIGURE_IN_TEXT.sub("#", line.replace("90 % interval", "<90 %> interval"))
    line = re.sub(r"< *# %", "# %", line)  # a share below what is shown
    line = line.replace("<90 %>", "90 %").removesuffix("not yet dependable")
    return re.sub("  +", "  ", line).rstrip()


class Case:
    """One entry of cases/FAMILY.toml, with the keys that its file sets for all cases."""

    def __init__(self, family, shared, entry):
        entry = {**shared, **entry}
        self.family, self.name = family, entry.pop("name")
        self.before, self.run = entry.pop("before", []), entry.pop("run")
        masks = entry.pop("mask", [])
        self.hides_figures, self.masks = "figures" in masks, [mask for mask in masks if mask != "figures"]
        self.environment = entry.pop("env", {})
        self.machine = entry.pop("machine", [])  # files of tests/fixtures/sysfs that make up its /sys
        self.same_in_comma_locale = entry.pop("comma", True)
        if entry:
            sys.exit(f"{self}: unknown keys {', '.join(entry)}")

    def __str__(self):
        return f"{self.family}/{self.name}"


def all_cases(wanted):
    cases = []
    for path in sorted((HERE / "cases").glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        cases += [Case(path.stem, {key: value for key, value in table.items() if key != "case"}, entry)
                  for entry in table["case"]]
    names = [str(case) for case in cases]
    if len(set(names)) != len(names):
        sys.exit(f"these cases have the same name: {sorted({name for name in names if names.count(name) > 1})}")
    unknown = set(wanted) - set(names) - {case.family for case in cases}
    if unknown:
        sys.exit(f"there is no family or case {', '.join(sorted(unknown))}")
    return [case for case in cases if not wanted or str(case) in wanted or case.family in wanted]


class Workshop:
    """A folder with everything that the cases need: inputs, the binary under its name, and the locale."""

    def __init__(self, folder, comma):
        self.folder = pathlib.Path(folder).resolve()
        shutil.copytree(HERE / "inputs", self.folder / "in")
        binary = pathlib.Path(os.environ.get("JOULECAST", SOURCE / "build/dev/joulecast")).resolve()
        if not binary.exists():
            sys.exit(f"{binary} is not there: build it, or name it in $JOULECAST")
        build = pathlib.Path(os.environ.get("JOULECAST_BUILD", binary.parent)).resolve()
        (self.folder / "bin").mkdir()
        (self.folder / "bin/joulecast").symlink_to(binary)
        share = os.environ.get("JOULECAST_SHARE", str(SOURCE / "data"))
        foreign = re.compile(r"JOULECAST|LC_|LANG|LOCPATH|CUDA_|ROCR_|HIP_|GPU_|XDG_|COLUMNS$")
        self.environment = {name: value for name, value in os.environ.items() if not foreign.match(name)}
        self.environment.update(
            PATH=f"{self.folder / 'bin'}:{os.environ['PATH']}", JOULECAST_SHARE=share, TZ="UTC", TERM="dumb", LC_ALL="C.UTF-8",
            FAKES=str(build / "fakes"))
        if comma:
            self.environment.update(LOCPATH=str(self.folder / "locales"), LC_ALL="de_DE.UTF-8")
        self.places = [(share, "<share>"), (str(build / "fakes"), "<fakes>"), (str(SOURCE), "<source>")]

    def case_environment(self, case, folder):
        """A machine for one case: a constant /proc, no driver, and a /sys made from the files that the case names."""
        for fixture in case.machine:
            for part in (SOURCE / "tests/fixtures/sysfs" / fixture).read_text().split("== ")[1:]:
                name, content = part.split("\n", 1)
                path = folder / "sys" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
        given = {name: value.replace("$FAKES", self.environment["FAKES"]) for name, value in case.environment.items()}
        return {**self.environment, "HOME": str(folder), "TMPDIR": str(folder), "JOULECAST_STORE": str(folder / "runs.db"),
                "JOULECAST_SYSFS": str(folder / "sys"), "JOULECAST_PROCFS": str(self.folder / "in/machines/proc"),
                "JOULECAST_DEVFS": str(folder / "dev"), "JOULECAST_NVML_LIBRARY": "/nonexistent/libnvidia-ml.so.1",
                "JOULECAST_ROCM_LIBRARY": "/nonexistent/librocm_smi64.so", **given}

    def hide(self, text, case, folder):
        """Replaces paths, the version and the masked parts by names that are the same on every machine."""
        for place, name in [(str(self.folder / "in"), "in"), (str(folder), "<folder>"), *self.places]:
            text = text.replace(place, name)
        text = re.sub(r"\bjoulecast \d+\.\d+\.\d+(-\w+)?", "joulecast <version>", text)
        text = re.sub(r'("joulecast_version": )"\d+\.\d+\.\d+(-\w+)?"', r'\1"<version>"', text)
        for mask in case.masks:
            for pattern, replacement in MASKS[mask]:
                text = re.sub(pattern, replacement, text)
        return "\n".join(map(without_figures, text.split("\n"))) if case.hides_figures else text

    def outputs(self, case):
        """The output of the case: {path below expected/FAMILY: [(line, how to compare it)]}."""
        folder = self.folder / case.family / case.name
        (folder / "out").mkdir(parents=True)
        (folder / "in").symlink_to(self.folder / "in")
        (folder / "fixtures").symlink_to(SOURCE / "tests/fixtures")
        environment = self.case_environment(case, folder)

        def call(line):
            return subprocess.run(["sh", "-c", line], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                  capture_output=True, timeout=120)
        for line in case.before:
            done = call(line)
            if done.returncode != 0:
                raise RuntimeError(f"{line}\n{done.stdout.decode()}{done.stderr.decode()}exit status {done.returncode}")
        transcript = []
        for line in case.run:
            done = call(line)
            transcript += [("$ " + line, "exact")]
            transcript += lines_of(self.hide(done.stdout.decode("utf-8", "replace"), case, folder))
            errors = self.hide(done.stderr.decode("utf-8", "replace"), case, folder)
            transcript += [("! " + text, how) for text, how in lines_of(errors, "exact")]
            if done.returncode != 0:
                transcript.append((f"[exit status {done.returncode}]", "exact"))
        outputs = {f"{case.name}.txt": transcript}
        for path in sorted((folder / "out").rglob("*")):
            if path.is_file():
                text = self.hide(path.read_text(encoding="utf-8", errors="replace"), case, folder)
                outputs[f"{case.name}/{path.relative_to(folder / 'out')}"] = lines_of(text, KIND_OF_FILE.get(path.suffix, "exact"))
        return outputs


def lines_of(text, kind=None):
    """[(line, kind)]. Without a kind, lines that look like JSON are compared as JSON, all others letter by letter."""
    lines = text.split("\n")
    lines = lines[:-1] if not lines[-1] else [*lines, "[no newline at the end]"]
    return [(line, kind or ("json" if LINE_OF_JSON.match(line) else "exact")) for line in lines]


def is_close(expected, actual, kind):
    """Whether two lines are equal except for the last digits of their numbers. JSON tells 1 from 1.0."""
    if expected == actual:
        return True
    if kind == "exact" or NUMBER.sub("#", expected) != NUMBER.sub("#", actual):
        return False
    for one, other in zip(NUMBER.findall(expected), NUMBER.findall(actual)):
        whole = [not re.search("[.eE]", number) for number in (one, other)]
        if one != other and (all(whole) or (kind == "json" and whole[0] != whole[1]) or not math.isclose(
                float(one), float(other), rel_tol=RELATIVE_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE)):
            return False
    return True


def settled(expected, actual):
    """The actual lines, in which lines that are close enough are replaced by the expected ones."""
    kinds = [kind for _, kind in actual]
    result = [line for line, _ in actual]
    if len(expected) == len(actual):
        pairs = [(i, i) for i in range(len(expected))]
    else:
        matcher = difflib.SequenceMatcher(None, [NUMBER.sub("#", line) for line in expected],
                                          [NUMBER.sub("#", line) for line in result], autojunk=False)
        pairs = [(block.a + i, block.b + i) for block in matcher.get_matching_blocks() for i in range(block.size)]
    for i, j in pairs:
        if is_close(expected[i], result[j], kinds[j]):
            result[j] = expected[i]
    return result


def differences(name, path, actual):
    """A unified diff; empty if the outputs agree."""
    if not path.exists():
        return [f"there is no {path.relative_to(SOURCE)}"]
    expected = path.read_text(encoding="utf-8").split("\n")[:-1]
    return list(difflib.unified_diff(expected, settled(expected, actual), f"expected/{name}", "written now", lineterm=""))


def store(folder, outputs):
    for name, lines in outputs.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(line + "\n" for line, _ in lines), encoding="utf-8")


def stored_files(case):
    """The stored outputs of a case, by their paths below expected/FAMILY."""
    folder = HERE / "expected" / case.family
    paths = [folder / f"{case.name}.txt", *(folder / case.name).rglob("*")]
    return {str(path.relative_to(folder)) for path in paths if path.is_file()}


def check(workshop, case):
    """Prints the differences of a case. Returns whether there are none."""
    faults = []
    try:
        outputs = workshop.outputs(case)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        print(f"\nFAILED {case}: {error}")
        return False
    for name, lines in outputs.items():
        faults += differences(f"{case.family}/{name}", HERE / "expected" / case.family / name, lines)
    faults += [f"{name} is expected and was not written" for name in sorted(stored_files(case) - outputs.keys())]
    if faults:
        print(f"\nFAILED {case}", *faults, f"If this is how it should be: tests/golden/golden_test.py --refresh {case}", sep="\n")
    return not faults


def refresh(workshop, cases, everything):
    for case in cases:
        outputs = workshop.outputs(case)
        for name in stored_files(case) - outputs.keys():
            (HERE / "expected" / case.family / name).unlink()
        store(HERE / "expected" / case.family, outputs)
    for path in unused_files() if everything else []:
        path.unlink()
    for folder in sorted((HERE / "expected").rglob("*"), reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    print(f"{len(cases)} cases taken as they are now: look at git diff")
    return 0


def unused_files():
    used = {HERE / "expected" / case.family / name for case in all_cases([]) for name in stored_files(case)}
    return sorted(path for path in (HERE / "expected").rglob("*") if path.is_file() and path not in used)


def check_inputs():
    """Checks that make_inputs.py writes exactly the stored inputs, and that every expected file belongs to a case."""
    faults = [f"{path.relative_to(SOURCE)} belongs to no case: tests/golden/golden_test.py --refresh removes it"
              for path in unused_files()]
    with tempfile.TemporaryDirectory() as folder:
        made, kept = pathlib.Path(folder) / "inputs", HERE / "inputs"
        subprocess.run([sys.executable, HERE / "make_inputs.py", made], check=True)
        names = {str(path.relative_to(root)) for root in (made, kept) for path in root.rglob("*") if path.is_file()}
        faults += [f"tests/golden/inputs/{name} is not what make_inputs.py writes" for name in sorted(names)
                   if not ((made / name).exists() and (kept / name).exists()
                           and filecmp.cmp(made / name, kept / name, shallow=False))]
    print(*faults, sep="\n") if faults else print("every input and every expected file has its origin")
    return 1 if faults else 0


def make_comma_locale(folder):
    """Makes a locale with decimal commas in `folder`, or returns the reason why it cannot."""
    if shutil.which("localedef") is None:
        return "there is no localedef (Debian package locales)"
    (folder / "locales").mkdir()
    subprocess.run(["localedef", "--no-archive", "-f", "UTF-8", "-i", "de_DE", folder / "locales/de_DE.UTF-8"],
                   capture_output=True)
    program = "import locale; locale.setlocale(locale.LC_ALL, ''); print(locale.format_string('%.1f', 1.5))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                          env={**os.environ, "LOCPATH": str(folder / "locales"), "LC_ALL": "de_DE.UTF-8"})
    return "" if told.stdout == "1,5\n" else f"localedef gives no de_DE with decimal commas (1.5 is {told.stdout!r})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--refresh", action="store_true")
    what.add_argument("--comma", action="store_true")
    what.add_argument("--inputs", action="store_true", help="check the stored inputs instead")
    parser.add_argument("cases", nargs="*", metavar="FAMILY | FAMILY/CASE")
    options = parser.parse_args()
    sys.stdout.reconfigure(errors="replace")  # pictures in a terminal that cannot show them
    if options.inputs:
        return check_inputs()
    cases = all_cases(options.cases)
    with tempfile.TemporaryDirectory() as folder:
        if options.comma:
            missing = make_comma_locale(pathlib.Path(folder))
            if missing:
                print(f"not run: {missing}")
                return SKIPPED
            cases = [case for case in cases if case.same_in_comma_locale]
        workshop = Workshop(folder, options.comma)
        if options.refresh:
            return refresh(workshop, cases, everything=not options.cases)
        failed = [case for case in cases if not check(workshop, case)]
    print(f"{len(cases)} cases, {len(failed)} of them failed" + (f": {', '.join(map(str, failed))}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
