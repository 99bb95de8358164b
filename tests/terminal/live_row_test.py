"""Tests the live row, suspending and every way of ending in a real terminal (tmux)."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

from tmux import TerminalTest, main
from support import JOULECAST

BARS = pathlib.Path(__file__).with_name("bars.py")
LIVE_LINE = re.compile(r"^(total [\d.]+ |(epoch|step|round) \d+(/\d+)? · |[\d.]+ \w+ so far|[\d.]+ \w*W · |power unknown)")


def children_of(pid, name):
    """Processes with this name below a process."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            status = (entry / "status").read_text()
        except OSError:
            continue
        if f"\nPPid:\t{pid}\n" in status:
            if status.startswith(f"Name:\t{name}\n"):
                found.append(int(entry.name))
            found += children_of(int(entry.name), name)
    return found


class LiveRow(TerminalTest):
    def run_measured(self, *command, name="run", options=()):
        words = [JOULECAST, "run", "--interval", "100ms", "--name", name, *options, "--", *map(str, command)]
        self.type(" ".join(words))

    def run_bars(self, kind, steps=40, pause=0.05, **options):
        self.run_measured(sys.executable, BARS, kind, steps, pause, **options)

    def shows_row(self):
        return LIVE_LINE.match(self.rows()[-1]) is not None

    def expect_no_live_line(self, text):
        for row in text.split("\n"):
            self.assertNotRegex(row, LIVE_LINE)

    def wait_for_title(self):
        self.wait_for(lambda: LIVE_LINE.match(self.about("pane_title")), "the live line as the title")

    def wait_for_row(self):
        self.wait_for(self.shows_row, "the live row")

    def joulecast(self):
        """The process id of the joulecast that runs in the terminal."""
        shell = int(self.about("pane_pid"))
        return self.wait_for(lambda: children_of(shell, "joulecast"), "joulecast")[0]

    def expect_restored(self):
        """As it was before: all rows scroll, keys are echoed, and a line that is typed reaches the shell."""
        self.wait_for(lambda: self.scroll_region() == (0, self.height() - 1), "the whole screen to scroll")
        self.wait_for(lambda: " echo " in self.modes() or "-echo" in self.modes() and self.PROMPT in self.screen(), "echo")
        self.press("C-u")
        self.type("seq 1000 1100; echo $((600+66))")
        self.wait_for(lambda: "\n666\n" in self.everything(), "what the shell prints")
        self.wait_for_prompt()
        self.assertFalse(self.shows_row(), self.screen())

    def status_of(self, name):
        return self.wait_for(lambda: self.call("show", name, "--json", "-", expect=None).stdout, name) and \
            self.json("show", name)["status"]

    def test_it_is_below_the_output_and_every_line_is_kept(self):
        self.run_bars("lines", steps=100, pause=0.03)
        self.wait_for_row()
        self.assertEqual(self.scroll_region(), (0, self.ROWS - 2))
        self.wait_for(lambda: "lines ended" in self.everything(), "the end")
        self.wait_for_prompt()
        text = self.everything()
        numbers = [int(n) for n in re.findall(r"^line (\d+) of 100$", text, re.M)]
        self.assertEqual(numbers, list(range(100)))
        self.expect_no_live_line(text)
        self.expect_restored()

    def test_bars_and_the_row_leave_each_other_alone(self):
        for kind, last in (("tqdm", "100%|" + "#" * 40 + "| 40/40"), ("nested", "outer: 40/40"), ("rich", "40/40")):
            with self.subTest(kind=kind):
                self.press("C-l")
                self.run_bars(kind)
                self.wait_for_row()
                self.wait_for(lambda: f"{kind} ended" in self.everything(), "the end")
                self.wait_for_prompt()
                text = self.everything()
                self.assertIn(last, text)
                self.expect_no_live_line(text)
                self.tmux("clear-history")
        self.expect_restored()

    def test_the_command_has_one_row_less(self):
        self.run_measured("sh", "-c", "'stty size; sleep 2; stty size'")
        self.wait_for(lambda: "23 80" in self.screen(), "the size")
        self.wait_for_row()
        self.wait_for_prompt()
        self.expect_restored()

    def test_a_resize_moves_the_row(self):
        self.run_measured(sys.executable, self.waiting_script())
        self.wait_for_row()
        for columns, rows in ((100, 30), (70, 20), (70, 9), (80, 24)):
            with self.subTest(columns=columns, rows=rows):
                self.resize(columns, rows)
                seen = rows - 1 if rows >= 10 else rows
                self.wait_for(lambda: f"size {columns}x{seen}" in self.everything(), "the command's size")
                if rows < 10:
                    continue
                self.wait_for_row()
                self.assertEqual(self.scroll_region(), (0, rows - 2))
                self.wait_for(lambda: len([row for row in self.rows() if LIVE_LINE.match(row)]) == 1, "one row only")
        (self.folder / "stop").touch()
        self.wait_for_prompt()
        self.expect_restored()

    def waiting_script(self):
        """Prints its terminal's size whenever it changes, until there is a file "stop"."""
        script = self.folder / "waiting.py"
        script.write_text("import os, signal, time\n"
                          "def say(*_):\n"
                          "    print('size %dx%d' % tuple(os.get_terminal_size()), flush=True)\n"
                          "signal.signal(signal.SIGWINCH, say)\n"
                          "print(*range(30), sep='\\n')\n"
                          "say()\n"
                          f"while not os.path.exists({str(self.folder / 'stop')!r}):\n"
                          "    time.sleep(0.05)\n"
                          "print('waiting ended')\n")
        return script

    def test_a_program_that_uses_the_screen_gets_it(self):
        if shutil.which("vim") is None:
            self.skipTest("vim is not installed")
        text = self.folder / "text"
        text.write_text("\n".join(f"row {i}" for i in range(60)))
        self.run_measured("vim", "-u", "NONE", text)
        self.wait_for(lambda: self.about("alternate_on") == "1", "vim")
        self.wait_for(lambda: "row 22" in self.screen(), "a full screen")
        self.wait_for_title()
        self.press("G")
        self.wait_for(lambda: "row 59" in self.screen(), "the last row")
        self.press(":", "q", "!", "Enter")
        self.wait_for_prompt()
        self.expect_no_live_line(self.everything())
        self.expect_restored()

    def test_a_low_terminal_shows_it_as_the_title(self):
        self.resize(80, 9)
        self.wait_for(lambda: self.height() == 9, "the size")
        self.run_bars("tqdm", steps=60)
        self.wait_for_title()
        self.assertEqual(self.scroll_region(), (0, 8))
        self.wait_for_prompt()

    def test_other_places(self):
        for live, has_title in (("title", True), ("log", False), ("off", False)):
            with self.subTest(live=live):
                self.tmux("select-pane", "-T", "before")
                self.run_bars("tqdm", steps=40, options=("--live", live, "--log-every", "500ms"))
                if has_title:
                    self.wait_for_title()
                self.wait_for(lambda: "tqdm ended" in self.everything(), "the end")
                self.wait_for_prompt()
                self.assertEqual(re.search("^joulecast: .* so far", self.everything(), re.M) is not None, live == "log")
                self.tmux("clear-history")
                self.press("C-l")

    def test_control_z_suspends_and_fg_resumes(self):
        self.run_bars("tqdm", steps=200)
        self.wait_for_row()
        joulecast = self.joulecast()
        self.press("C-z")
        self.wait_for(lambda: "Stopped" in self.screen(), "the shell's word")
        self.wait_for_prompt()
        self.assertFalse(self.shows_row())
        self.assertEqual(self.scroll_region(), (0, self.ROWS - 1))
        for pid in [joulecast, *children_of(joulecast, "python3")]:
            self.assertIn("T (stopped)", pathlib.Path(f"/proc/{pid}/status").read_text())
        self.type("echo $((600+66))")
        self.wait_for(lambda: "\n666" in self.screen(), "the shell's echo")
        self.type("fg")
        self.wait_for_row()
        self.wait_for(lambda: "tqdm ended" in self.everything(), "the end")
        self.wait_for_prompt()
        self.assertEqual(self.status_of("run"), "finished")
        self.expect_restored()

    def test_in_the_background_it_stays_out_of_the_way(self):
        self.run_bars("tqdm", steps=2000)
        self.wait_for_row()
        self.press("C-z")
        self.wait_for(lambda: "Stopped" in self.screen(), "the shell's word")
        self.type("bg")
        self.wait_for(lambda: re.search(r"\d+%\|#", self.screen()), "the bar")
        self.type("clear; echo $((600+66))")
        self.wait_for(lambda: "666" in self.screen(), "a shell that reads its terminal")
        self.assertEqual(self.scroll_region(), (0, self.ROWS - 1))
        self.type("fg")
        self.wait_for_row()
        self.press("C-c")
        self.wait_for_prompt()
        self.expect_restored()

    def test_begun_in_the_background_it_takes_the_terminal_with_fg(self):
        name = self.folder / "name.py"
        name.write_text("print('hello', input('who? '), flush=True)\nimport time\ntime.sleep(600)\n")
        self.type(f"{JOULECAST} run --interval 100ms --name run -- {sys.executable} {name} &")
        self.wait_for(lambda: "who?" in self.screen(), "the question")
        self.assertEqual(self.scroll_region(), (0, self.ROWS - 1))
        self.type("clear; echo $((600+66))")
        self.wait_for(lambda: "666" in self.screen(), "a shell that reads its terminal")
        self.type("fg")
        self.wait_for_row()
        self.type("Joule")
        self.wait_for(lambda: "hello Joule" in self.screen(), "the command to hear its keys")
        self.press("C-c")
        self.wait_for_prompt()
        self.assertEqual(self.status_of("run"), "interrupted")
        self.expect_restored()

    def test_plain_lines_where_nobody_sees_a_row(self):
        for case, before in (("dumb", "env TERM=dumb"), ("nohup", "nohup")):
            with self.subTest(case=case):
                words = [*before.split(), JOULECAST, "run", "--interval", "100ms", "--log-every", "500ms", "--name", case,
                         "--", sys.executable, str(BARS), "lines", "30", "0.1"]
                self.type(" ".join(words) + f" 2>&1 | cat > {self.folder / case}" if case == "nohup" else " ".join(words))
                self.wait_for(lambda: self.call("list", "--json", "-", expect=None).stdout.count(f'"{case}"'), "the run")
                self.wait_for_prompt()
                text = (self.folder / case).read_text() if case == "nohup" else self.everything()
                self.assertRegex(text, re.compile("^joulecast: .* so far", re.M))
                self.assertNotIn("\x1b", text)
                self.assertEqual(self.scroll_region(), (0, self.ROWS - 1))

    def test_control_c_is_an_interruption(self):
        self.run_bars("tqdm", steps=2000)
        self.wait_for_row()
        self.press("C-c")
        self.wait_for(lambda: "KeyboardInterrupt" in self.everything(), "Python's word")
        self.wait_for_prompt()
        self.type("echo status $?")
        self.wait_for(lambda: "status 130" in self.everything(), "the status")
        self.assertEqual(self.status_of("run"), "interrupted")
        self.expect_restored()

    def test_kill_9_of_joulecast_ends_nothing_else(self):
        for kind in ("lines", "rich"):
            with self.subTest(kind=kind):
                self.run_bars(kind, steps=120, name=kind)
                self.wait_for_row()
                joulecast = self.joulecast()
                os.kill(joulecast, signal.SIGKILL)
                # What the shell says of it may be erased by a bar that goes on.
                self.wait_for(lambda: joulecast not in children_of(int(self.about("pane_pid")), "joulecast"), "its end")
                self.wait_for(lambda: self.scroll_region() == (0, self.ROWS - 1), "the whole screen to scroll")
                typed = self.folder / f"typed-{kind}"
                self.type(f"touch {typed}")
                self.wait_for(typed.exists, "a shell that reads its terminal")
                self.wait_for(lambda: f"{kind} ended" in self.everything(), "the end of the command")
                if kind == "lines":
                    self.assertIn("line 119 of 120", self.everything())
                self.press("C-l")
                self.expect_restored()
                self.assertEqual(self.status_of(kind), "interrupted")
                self.tmux("clear-history")

    def test_kill_9_of_the_relay_is_told_and_survived(self):
        self.run_bars("lines", steps=100)
        self.wait_for_row()
        os.kill(self.wait_for(lambda: children_of(self.joulecast(), "jc-relay"), "the relay")[0], signal.SIGKILL)
        self.wait_for(lambda: "was killed" in self.everything(), "word of it")
        self.wait_for(lambda: "lines ended" in self.everything(), "the end")
        self.wait_for_prompt()
        self.assertEqual(self.status_of("run"), "finished")
        self.expect_restored()

    def test_a_terminal_that_closes_ends_nothing_that_ignores_it(self):
        marker = self.folder / "finished"
        self.run_measured("sh", "-c", f"\"trap '' HUP; for i in 1 2 3 4 5 6; do echo $i; sleep 0.5; done; touch {marker}\"")
        self.wait_for_row()
        self.tmux("kill-server", check=False)
        self.wait_for_file(marker)

    def wait_for_file(self, path):
        import time
        deadline = time.monotonic() + 40
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertTrue(path.exists())


if __name__ == "__main__":
    main()
