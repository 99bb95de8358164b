"""Tests joulecast run as a user and as a shell see it."""
import json
import os
import pathlib
import pty
import resource
import select
import signal
import socket
import subprocess
import sys
import time
import unittest

from support import JOULECAST, CommandTest

EPOCHS = "for i in 1 2 3; do sleep 0.3; echo Epoch $i/3 loss=0.$i; done"
SLOW_EPOCHS = EPOCHS.replace("0.3;", "0.8;")


class WithinAnother(CommandTest):
    def test_a_measurement_within_another_is_a_run_of_its_own_that_says_so(self):
        inner = f"{JOULECAST} run -q --name inner --limit-energy 1GJ -- true"
        done = self.call("run", "-q", "--name", "outer", "--", "sh", "-c", f"sleep 1.2; {inner}")
        outer = self.json("show", "outer")
        line = f"this measurement is within that of run {outer['id']}, whose total has the same energy: do not add the two"
        self.assertEqual(done.stderr, f"joulecast: {line}\n")
        self.assertEqual(self.json("show", "inner")["notes"][:1], [line])
        self.assertFalse(any("within" in note for note in outer["notes"]))

    def test_one_whose_outer_measurement_is_gone_says_nothing(self):
        self.call("run", "-q", "--name", "alone", "--", "true", env={**self.environment, "JOULECAST_SOCKET": str(self.folder / "gone")})
        self.assertFalse(any("within" in note for note in self.json("show", "alone")["notes"]))


class Transparency(CommandTest):
    """A command under joulecast must behave as it does alone."""

    def test_exit_status_is_the_commands(self):
        for status in (0, 1, 3, 255):
            self.call("run", "-q", "--", "sh", "-c", f"exit {status}", expect=status)

    def test_death_by_signal_is_128_plus_its_number(self):
        self.call("run", "-q", "--", "sh", "-c", "kill -9 $$", expect=137)

    def test_not_found_and_not_executable_are_as_in_a_shell(self):
        done = self.call("run", "--", "no-such-command-here", expect=127)
        self.assertEqual(done.stderr.strip(), "joulecast: no-such-command-here: command not found")
        self.call("run", "-q", "--", "x" * 300, expect=127)
        done = self.call("run", "--", "/etc/passwd", expect=126)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1)

    def test_a_missing_interpreter_is_named(self):
        script = self.folder / "script"
        script.write_text("#! /no/such/interpreter -u\necho x\n")
        script.chmod(0o755)
        done = self.call("run", "--", script, expect=127)
        self.assertEqual(done.stderr.strip(), f"joulecast: {script}: cannot be executed: its interpreter '/no/such/interpreter' is missing")

    def test_what_no_kernel_runs_is_as_in_a_shell(self):
        """The C library would give it to /bin/sh."""
        program = pathlib.Path("/bin/true").read_bytes()
        kinds = {"other machine": program[:18] + b"\xff\x00" + program[20:], "cut off": program[:200], "data": b"\x00\x01\x02\n"}
        for name, content in kinds.items():
            file = self.folder / name
            file.write_bytes(content)
            file.chmod(0o755)
            done = self.call("run", "--", file, expect=126)
            self.assertEqual(done.stderr.strip(), f"joulecast: {file}: cannot be executed: it is no program of this kind of machine")
        script = self.folder / "script"
        script.write_text("echo no first line; exit 5\n")
        script.chmod(0o755)
        for word, environment in ((script, self.environment), ("script", dict(self.environment, PATH=f"{self.folder}:/usr/bin:/bin"))):
            self.assertEqual(self.call("run", "-q", "--", word, env=environment, expect=5).stdout, "no first line\n")
        script.write_text("")
        self.call("run", "-q", "--", script)
        self.call("run", "-q", "--", self.folder, expect=126)

    def test_no_command_is_one_line(self):
        done = self.call("run", expect=2)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1)

    def test_its_words_arrive_letter_by_letter(self):
        words = ["--layers", "[64,64]", "[]", '["a","b"]', "{}", "%%", "++", "--", "", " ", "-h", "--help", "-q", "--name", "--x=[a,b]", "--y=",
                 "a\\tb", "\udcff", "$HOME", "run", "@file"]
        show = [sys.executable, "-c", "import sys; print(ascii(sys.argv[1:]))"]
        for before in (["--"], []):
            done = self.call("run", "-q", "--name", "words", *before, *show, *words)
            self.assertEqual(done.stdout, f"{ascii(words)}\n")
            self.assertEqual(self.json("show")["command"][3:], [word.replace("\udcff", "\ufffd") for word in words])
        self.call("run", "-q", "--", "[echo,hi]", expect=127)
        self.call("run", "-q", "--", "[]", expect=127)

    def test_an_empty_value_does_not_swallow_the_next_word(self):
        for option in (["--name="], ["--name", ""], ["--tag", "a=[b,c]", "--name=--"], ["--name", "--"]):
            self.assertEqual(self.call("run", *option, "-q", "--", "echo", "one", "two").stdout, "one two\n")
        self.assertEqual(self.json("show")["name"], "--")

    def test_output_passes_unchanged_and_apart(self):
        script = "import sys; sys.stdout.buffer.write(bytes(range(256)) * 4000); sys.stderr.write('to err\\n')"
        done = self.call("run", "-q", "--", sys.executable, "-c", script, text=False)
        self.assertEqual(done.stdout, bytes(range(256)) * 4000)
        self.assertEqual(done.stderr, b"to err\n")

    def test_output_is_not_delayed(self):
        script = "import sys, time; sys.stdout.write('now'); sys.stdout.flush(); time.sleep(30)"
        child = subprocess.Popen([JOULECAST, "run", "-q", "--", sys.executable, "-c", script], env=self.environment,
                                 stdout=subprocess.PIPE)
        ready, _, _ = select.select([child.stdout], [], [], 20)
        self.assertTrue(ready and os.read(child.stdout.fileno(), 3) == b"now")
        child.send_signal(signal.SIGTERM)
        self.assertEqual(child.wait(20), 128 + signal.SIGTERM)
        child.stdout.close()

    def test_what_goes_on_in_the_background_is_told(self):
        done = self.call("run", "-q", "--", "sh", "-c", "sleep 2 >/dev/null 2>&1 & sleep 0.3; exit 4", expect=4)  # it has become sleep by then
        self.assertIn("still runs and is not measured any more: sleep", done.stderr)
        self.assertIn("still runs", "".join(self.json("show")["notes"]))
        done = self.call("run", "-q", "--", "sh", "-c", "sleep 0.1 >/dev/null 2>&1 & wait")
        self.assertEqual(done.stderr, "")

    def test_input_reaches_the_command(self):
        done = self.call("run", "-q", "--", "cat", input="through\n")
        self.assertEqual(done.stdout, "through\n")

    def test_control_c_ends_the_baseline_too(self):
        child = subprocess.Popen([JOULECAST, "run", "--idle-baseline", "60s", "--", "touch", self.folder / "ran"],
                                 env=self.environment, stderr=subprocess.PIPE, text=True)
        time.sleep(1)
        child.send_signal(signal.SIGINT)
        self.assertIn("interrupted before the command began", child.communicate(timeout=20)[1])
        self.assertNotEqual(child.returncode, 0)
        self.assertFalse((self.folder / "ran").exists())

    def test_signals_go_through(self):
        script = "trap 'echo caught; exit 7' USR1; echo ready; while :; do sleep 0.05; done"
        child = subprocess.Popen([JOULECAST, "run", "-q", "--", "sh", "-c", script], env=self.environment,
                                 stdout=subprocess.PIPE, text=True)
        self.assertEqual(child.stdout.readline(), "ready\n")
        child.send_signal(signal.SIGUSR1)
        self.assertEqual(child.stdout.readline(), "caught\n")
        self.assertEqual(child.wait(20), 7)
        child.stdout.close()

    def test_a_training_that_catches_an_interrupt_is_interrupted(self):
        script = ("import sys, time\n"
                  "for epoch in range(1, 4):\n"
                  "    try:\n"
                  "        print(f'Epoch {epoch}/3', flush=True); time.sleep(1.2)\n"
                  "    except KeyboardInterrupt:\n"
                  "        if sys.argv[1] != 'goes on': sys.exit(int(sys.argv[1]))\n")
        for way, expected in (("0", "interrupted"), ("1", "interrupted"), ("130", "interrupted"), ("goes on", "finished")):
            child = subprocess.Popen([JOULECAST, "run", "-q", "--name", "caught", "--", sys.executable, "-c", script, way],
                                     env=self.environment, stdout=subprocess.PIPE, text=True)
            self.assertEqual(child.stdout.readline(), "Epoch 1/3\n")
            child.send_signal(signal.SIGINT)
            child.stdout.read()
            self.assertEqual(child.wait(20), 0 if way == "goes on" else int(way))
            child.stdout.close()
            self.assertEqual(self.json("show", "caught")["status"], expected, way)

    def test_what_was_ignored_stays_ignored(self):
        # As started by nohup: neither joulecast nor the command ends when the terminal closes.
        script = "import signal, sys; print(signal.getsignal(signal.SIGHUP) == signal.SIG_IGN, flush=True); sys.stdin.read()"
        child = subprocess.Popen([JOULECAST, "run", "-q", "--", sys.executable, "-c", script], env=self.environment,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                 preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        self.assertEqual(child.stdout.readline(), "True\n")
        child.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        child.stdin.close()
        self.assertEqual(child.wait(20), 0)
        child.stdout.close()

    def test_a_parent_that_ignores_its_children_loses_no_exit_status(self):
        self.call("run", "-q", "--", "sh", "-c", "exit 5", expect=5,
                  preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))

    def test_a_reader_that_leaves_is_met_as_it_would_be_alone(self):
        marker = self.folder / "finished"
        long = ("import sys\nfor i in range(1_000_000): print('x' * 50)\nopen(sys.argv[1], 'w').close()", str(marker))
        careful = ("try:\n  while True: print('y', flush=True)\nexcept BrokenPipeError: raise SystemExit(9)",)
        for command in (["yes"], [sys.executable, "-c", *long], [sys.executable, "-c", *careful]):
            statuses = []
            for wrapper in ([], [JOULECAST, "run", "-q", "--"]):
                # As `… | head -1` in a shell, which says 141 for a command that SIGPIPE has ended.
                with subprocess.Popen([*wrapper, *command], env=self.environment, stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL) as process:
                    process.stdout.readline()
                    process.stdout.close()
                    status = process.wait(60)
                statuses.append(status if status >= 0 else 128 - status)
            self.assertEqual(*statuses, command)
            self.assertFalse(marker.exists(), command)


class Terminal(CommandTest):
    """The child has a terminal if joulecast has one."""

    def setUp(self):
        super().setUp()
        self.environment["TERM"] = "xterm"

    def in_terminal(self, *command, send=b"", wait_for=None):
        pid, master = pty.fork()
        if pid == 0:
            os.execve(JOULECAST, [JOULECAST, *command], self.environment)
        output, sent = b"", False
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            ready, _, _ = select.select([master], [], [], 0.1)
            if ready:
                try:
                    piece = os.read(master, 65536)
                except OSError:
                    break
                if not piece:
                    break
                output += piece
            if send and not sent and (wait_for is None or wait_for in output):
                os.write(master, send)
                sent = True
        os.close(master)
        return output, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def test_it_is_a_terminal(self):
        output, status = self.in_terminal("run", "-q", "--", "sh", "-c", "test -t 0 && test -t 1 && test -t 2 && echo yes")
        self.assertEqual((output, status), (b"yes\r\n", 0))

    def test_what_is_typed_arrives(self):
        output, status = self.in_terminal("run", "-q", "--", "sh", "-c", "echo go; read line; echo got $line",
                                          send=b"words\r", wait_for=b"go")
        self.assertIn(b"got words", output)
        self.assertEqual(status, 0)

    def test_control_c_ends_the_command_and_keeps_the_run(self):
        # exec: a dash that is just forking its last command takes the signal for itself alone.
        output, status = self.in_terminal("run", "--name", "cut", "--", "sh", "-c", "echo go; exec sleep 30",
                                          send=b"\x03", wait_for=b"go")
        self.assertEqual(status, 130)
        self.assertIn(self.json("show", "cut")["status"], ("failed", "interrupted"))

    def test_a_reader_that_pauses_holds_back_no_signal(self):
        # As in `joulecast run -- ... | less`: standard output is full, standard error is a terminal.
        marker = self.folder / "pid"
        script = f"import os, sys; open({str(marker)!r}, 'w').write(str(os.getpid())); sys.stdout.write('x' * 1_000_000)"
        master, slave = pty.openpty()
        child = subprocess.Popen([JOULECAST, "run", "--", sys.executable, "-c", script], env=self.environment,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=slave)
        os.close(slave)
        time.sleep(3)  # long enough for a live line to be due
        child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 10
        while os.path.exists(f"/proc/{marker.read_text()}") and time.monotonic() < deadline:
            time.sleep(0.05)
        ended = not os.path.exists(f"/proc/{marker.read_text()}")
        child.stdout.read()
        self.assertEqual(child.wait(20), 128 + signal.SIGTERM)
        child.stdout.close()
        os.close(master)
        self.assertTrue(ended, "the command heard the signal")

    def test_a_terminal_that_cannot_erase_gets_plain_lines(self):
        self.environment["TERM"] = "dumb"
        output, status = self.in_terminal("run", "--interval", "50ms", "--", "sh", "-c", SLOW_EPOCHS)
        self.assertEqual(status, 0)
        self.assertNotIn(b"\x1b", output)

    def test_the_live_line_shows_and_leaves_no_trace_in_the_output(self):
        output, status = self.in_terminal("run", "--interval", "50ms", "--", "sh", "-c", SLOW_EPOCHS)
        self.assertEqual(status, 0)
        self.assertIn(b"epoch 1/3", output)
        self.assertRegex(output, rb"total \S+ m?J \(")
        for line in (b"Epoch 1/3 loss=0.1\r\n", b"Epoch 3/3 loss=0.3\r\n"):
            self.assertIn(line, output)


class Recording(CommandTest):
    def test_epochs_and_metrics_are_read_from_the_output(self):
        self.call("run", "-q", "--name", "plain", "--interval", "50ms", "--", "sh", "-c", EPOCHS)
        run = self.json("show", "plain")
        self.assertEqual(run["status"], "finished")
        self.assertEqual([epoch["epoch"] for epoch in run["epochs"]], [1, 2, 3])
        self.assertEqual([epoch["metrics"] for epoch in run["epochs"]], [{"loss": x} for x in (0.1, 0.2, 0.3)])
        self.assertGreater(run["duration_s"], 0.8)
        total = run["energy_j"]["total"]
        if total is not None:
            self.assertAlmostEqual(sum(epoch["energy_j"] for epoch in run["epochs"]), total, delta=0.2 * total)
        for row in run["energy_j"]["by_component"]:
            self.assertIn(row["provenance"], ("measured", "modelled", "assumed", "missing"))
            self.assertEqual(row["provenance"] == "missing", row["energy_j"] is None, "unknown is never 0")

    def test_the_socket_is_heard(self):
        script = ("import json, os, socket, time\n"
                  "s = socket.socket(socket.AF_UNIX); s.connect(os.environ['JOULECAST_SOCKET'])\n"
                  "tell = lambda **m: s.sendall((json.dumps(m) + '\\n').encode())\n"
                  "tell(event='begin_run', total_epochs=2)\n"
                  "for i in range(2):\n"
                  "  tell(event='epoch', epoch=i); time.sleep(0.1); tell(event='metric', name='f1', value=0.5 + i / 4)\n"
                  "s.sendall(b'\\xff\\x00 nonsense\\n' + b'[' * 100000 + b'\\n')\n"
                  "tell(event='end_run')\n")
        self.call("run", "-q", "--name", "told", "--", sys.executable, "-c", script)
        run = self.json("show", "told")
        self.assertEqual([epoch["metrics"] for epoch in run["epochs"]], [{"f1": 0.5}, {"f1": 0.75}])
        self.assertIn("2 messages", json.dumps(run), "refused messages are not lost silently")

    def test_own_pattern(self):
        self.call("run", "-q", "--name", "own", "--epoch-regex", r"lap (\d+) of (\d+)", "--", "sh", "-c",
                  "echo lap 1 of 2; sleep 0.1; echo lap 2 of 2")
        self.assertEqual(len(self.json("show", "own")["epochs"]), 2)
        self.call("run", "-q", "--epoch-regex", "(", "--", "true", expect=2)

    def test_own_pattern_of_steps(self):
        self.call("run", "-q", "--name", "own", "--step-regex", r"lap (\d+)", "--steps", "3", "--", "sh", "-c",
                  "for i in 1 2 3; do echo lap $i; sleep 0.1; done")
        phases = self.json("show", "own")["phases"]
        self.assertEqual([(phase["unit"], phase["work"], phase["total_work"]) for phase in phases], [("step", 3, 3)])
        for pattern in (r"(?=x)(\d+)", r"(\d+)\1", "no group"):
            for option in ("--step-regex", "--epoch-regex"):
                done = self.call("run", "-q", option, pattern, "--", "touch", self.folder / "started", expect=2)
                self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertFalse((self.folder / "started").exists())

    def test_the_name_is_the_scripts(self):
        script = self.folder / "fit_digits.py"
        script.write_text("")
        self.call("run", "-q", "--", "python3", "-u", script)
        self.assertEqual(self.json("show")["name"], "fit_digits")

    def test_secrets_do_not_reach_the_store(self):
        self.call("run", "-q", "--name", "shy", "--", "sh", "-c", "exit 0", "x", "--api-key=hush", "--token", "hush")
        self.call("run", "-q", "--name", "open", "--keep-arguments", "--", "sh", "-c", "exit 0", "x", "--api-key=said")
        self.assertEqual(self.json("show", "shy")["command"], ["sh", "-c", "exit 0", "x", "--api-key=***", "--token", "***"])
        self.assertNotIn(b"hush", b"".join(path.read_bytes() for path in self.folder.glob("runs.db*")))
        self.assertIn("--api-key=said", self.json("show", "open")["command"])
        self.call("run", "-q", "--name", "token=hush", "--tag", "api_key=hush", "--tag", "team=a", "--", "env", "PGPASSWORD=hush", "true")
        shown = self.json("show")
        self.assertEqual((shown["name"], shown["tags"]), ("token=***", {"api_key": "***", "team": "a"}))
        self.assertNotIn(b"hush", b"".join(path.read_bytes() for path in self.folder.glob("runs.db*")))

    def test_names_and_metrics_do_not_control_the_terminal(self):
        evil = "\x1b]0;mine\x07\x9b31m\u202e\ufeff\U000e0041"
        done = self.call("run", "--name", evil, "--tag", "a=" + evil, "--", "printf", "Epoch 1/1 loss=1\\n")
        csv, tables = self.folder / "table.csv", []
        csv.write_text("group,energy_j,quality\n" + "".join(f"a{evil}{i % 2},{i},{i}\n" for i in range(8)))
        for command in (["show"], ["list"], ["project", evil], ["stabilise", evil], ["report", "--format", "markdown"], ["export", "--bundle", self.folder / evil],
                        ["compare", csv, "--group", "group"], ["tradeoff", csv, "--quality", "quality"], ["import", csv],
                        ["tag", evil, "b=" + evil], ["rm", evil]):
            for json in ([], ["--json", "-"]) if command[0] in ("show", "list", "project", "compare") else ([],):
                tables.append((command[0], self.call(*command, *json, expect=None)))
            if command == ["show"]:
                self.assertEqual(self.json("show")["name"], evil)
        for name, done in [("run", done), *tables]:
            for character in evil:
                if not character.isascii() or not character.isprintable():
                    self.assertNotIn(character, done.stdout + done.stderr, (name, done.args))

    def test_a_limit_that_cannot_be_watched_is_told(self):
        done = self.call("run", "--stop-if-projected", "1J", "--interval", "50ms", "--name", "silent", "--", "sleep", "0.3")
        self.assertIn("progress is not understood", done.stderr)
        shown = self.json("show", "silent")
        self.assertEqual(shown["status"], "finished")
        self.assertIn("progress is not understood", json.dumps(shown["notes"]))

    def test_a_dry_stop_only_tells(self):
        done = self.call("run", "--limit-energy", "1mJ", "--on-limit", "term", "--dry-stop", "--interval", "50ms", "--name", "dry",
                         "--", "sleep", "1.2")
        self.assertIn("without --dry-stop the command would be ended", done.stderr)
        self.assertEqual(self.json("show", "dry")["status"], "finished")

    def test_a_limit_runs_a_command_and_waits_for_nothing(self):
        told = self.folder / "told"
        began = time.monotonic()
        done = self.call("run", "-q", "--limit-energy", "0.01J", "--on-limit", f"exec:echo $JOULECAST_RUN_ID > {told}; sleep 20",
                         "--interval", "50ms", "--name", "dear", "--", "sleep", "1.5")
        self.assertLess(time.monotonic() - began, 15)
        self.assertIn("the limit of 10.0 mJ is used up", done.stderr)
        shown = self.json("show", "dear")
        self.assertEqual((shown["status"], told.read_text().strip()), ("finished", shown["id"]))

    def test_a_limits_command_that_is_not_there_is_told_at_once(self):
        for command, doubt in (("/nonexistent --now", "/nonexistent: No such file or directory"), ("/etc/passwd", "/etc/passwd: Permission denied"),
                               (" ", "there is no command"), ("true", None), ("/bin/true; exit 3", None), ("$HOME/x", None)):
            done = self.call("run", "-q", "--limit-energy", "1GJ", "--on-limit", f"exec:{command}", "--", "true")
            if doubt:
                self.assertIn(f"--on-limit will fail: {doubt}", done.stderr)
            else:
                self.assertNotIn("--on-limit", done.stderr)

    def test_a_limits_command_that_fails_is_told(self):
        for command, failure in (("/nonexistent", "status 127 (not found)"), ("/etc/passwd", "status 126 (not executable)"),
                                 ("exit 3", "status 3"), ("true", None)):
            done = self.call("run", "-q", "--limit-energy", "0.01J", "--on-limit", f"exec:{command}", "--interval", "50ms",
                             "--", "sleep", "1.5")
            told = f"the command of --on-limit failed: {failure}"
            self.assertEqual(failure is not None, told in done.stderr, done.stderr)
            self.assertEqual(failure is not None, told in self.json("show")["notes"])

    def test_phases_and_windows_through_the_socket(self):
        script = self.folder / "told.py"
        script.write_text('''
import json, os, socket, time
s = socket.socket(socket.AF_UNIX); s.connect(os.environ["JOULECAST_SOCKET"])
def tell(**message): s.sendall((json.dumps(message) + "\\n").encode())
for fold in (1, 2):
    tell(event="begin_phase", name=f"fold {fold}", unit="step", total_work=20)
    for step in range(1, 21):
        time.sleep(0.02)
        tell(event="progress", work=step)
    tell(event="begin_window", name="evaluation"); time.sleep(0.1); tell(event="end_window", name="evaluation")
tell(event="progress", work=1e300)
''')
        self.call("run", "-q", "--interval", "50ms", "--tag", "batch_size=8", "--", "python3", script)
        shown = self.json("show")
        self.assertEqual([(phase["phase"], phase["unit"], phase["work"], phase["total_work"]) for phase in shown["phases"]],
                         [("fold 1", "step", 20, 20), ("fold 2", "step", 20, 20)])
        self.assertEqual([window["window"] for window in shown["windows"]], ["evaluation"] * 2)
        self.assertEqual(shown["window_totals"][0]["count"], 2)
        cost = shown["energy_per_work"]
        self.assertAlmostEqual(cost["per_1000_steps_j"], 8000 * cost["per_sample_j"])
        self.assertIn("1e+300", json.dumps(shown["notes"]))
        self.assertIn("fold 2", self.call("show").stdout)

    def test_limits_end_the_command_politely(self):
        done = self.call("run", "--limit-energy", "1J", "--on-limit", "term", "--interval", "50ms", "--name", "dear", "--",
                         "sh", "-c", "trap 'exit 9' TERM; while :; do sleep 0.05; done", expect=9)
        self.assertIn("limit", done.stderr)
        self.assertIn("limit", json.dumps(self.json("show", "dear")))
        self.assertEqual(self.json("show", "dear")["status"], "stopped")
        self.assertEqual(len(self.json("list", "--status", "stopped")["runs"]), 1)

    def test_unusable_options_start_nothing(self):
        for options in (["--limit-energy", "2"], ["--interval", "0"], ["--pue", "0.5"], ["--tag", "novalue"],
                        ["--sensor", "no-such-sensor"], ["--interval", "soon"], ["--interval", "1e12s"],
                        ["--idle-baseline", "-3s"], ["--idle-baseline", "1e12s"], ["--limit-energy", "-3kWh"],
                        ["--stop-if-projected", "0 J"], ["--epochs", "-1"], ["--epochs", "nan"], ["--epochs", "1e10"],
                        ["--steps", "inf"], ["--steps", "0"], ["--on-limit", "exec:"], ["--on-limit", "shout"]):
            done = self.call("run", *options, "--", "touch", self.folder / "started", expect=2)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertFalse((self.folder / "started").exists())


class Faults(CommandTest):
    """The training never breaks, and no loss goes unreported."""

    def test_kill_9_keeps_the_run(self):
        child = subprocess.Popen([JOULECAST, "run", "-q", "--name", "killed", "--interval", "50ms", "--", "sleep", "60"],
                                 env=self.environment, start_new_session=True)
        time.sleep(5)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        run = self.json("show", "killed")
        self.assertEqual(run["status"], "interrupted")
        self.assertGreater(run["duration_s"], 2.5, "at most a second is lost, and a busy machine begins late")

    def test_an_unusable_store_is_told_and_the_command_runs(self):
        blocker = self.folder / "file"
        blocker.write_text("not a folder")
        done = self.call("run", "--store", blocker / "runs.db", "--", "sh", "-c", "echo ran; exit 5", expect=5)
        self.assertEqual(done.stdout, "ran\n")
        self.assertIn("store", done.stderr)
        spare, = self.folder.glob("joulecast-*/runs.db")
        self.assertEqual((spare.stat().st_mode & 0o777, spare.parent.stat().st_mode & 0o777), (0o600, 0o700))
        self.assertEqual(len(self.json("list", "--store", spare)["runs"]), 1)

    def test_a_limit_on_file_sizes_is_a_full_disk(self):
        done = self.call("run", "--", "sh", "-c", "sleep 0.3; echo ran; exit 5", expect=5,
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)))
        self.assertEqual(done.stdout, "ran\n")
        self.assertIn("store", done.stderr)
        self.assertRegex(done.stderr, r"in \S+ ms, not stored", "what it cost is told all the same")
        self.assertNotIn("no such run", done.stderr)

    def test_a_corrupt_store_is_left_alone(self):
        self.store.write_bytes(b"this is not a database" * 100)
        before = self.store.read_bytes()
        done = self.call("run", "--", "true")
        self.assertIn("store", done.stderr)
        self.assertEqual(self.store.read_bytes(), before)

    def test_two_runs_at_once_keep_apart(self):
        runs = [subprocess.Popen([JOULECAST, "run", "-q", "--name", f"r{i}", "--interval", "10ms", "--", "sleep", "1"],
                                 env=self.environment) for i in range(3)]
        self.assertEqual([run.wait(60) for run in runs], [0, 0, 0])
        for i in range(3):
            self.assertEqual(self.json("show", f"r{i}")["status"], "finished")


if __name__ == "__main__":
    unittest.main(verbosity=2)
