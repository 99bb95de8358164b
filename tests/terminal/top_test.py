"""Tests joulecast top in a real terminal (tmux): what it shows, and that it leaves the terminal as it was."""
import os
import pathlib
import signal
import subprocess
import sys
import time
import unicodedata

from tmux import TerminalTest, main
from support import JOULECAST

TRAINING = "import time\nfor e in range(400):\n    time.sleep(.3); print(f'Epoch {e + 1}/400 loss: 1', flush=True)"


class Top(TerminalTest):
    ROWS, COLUMNS = 24, 90

    def run_in_background(self, name):
        run = subprocess.Popen([JOULECAST, "run", "--quiet", "--name", name, "--tag", "user=ann", "--", sys.executable, "-c", TRAINING],
                               env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(run.wait, 30)
        self.addCleanup(run.terminate)
        return run

    def start(self, *words, before=""):
        self.type(f"{before}{JOULECAST} top {' '.join(words)}; echo \"status $?\"")
        self.wait_for(lambda: "q quit" in self.screen(), "the screen")

    def process(self):
        for entry in pathlib.Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_text().split("\0")
                environment = (entry / "environ").read_text()
                name = (entry / "comm").read_text().strip()
            except OSError:
                continue
            if words[:2] == [JOULECAST, "top"] and name != "joulecast-keep" and f"TMPDIR={self.folder}" in environment:
                return int(entry.name)
        self.fail("joulecast top does not run")

    def expect_left(self, status=0):
        self.wait_for(lambda: f"status {status}" in self.screen(), "the end")
        self.wait_for_prompt()
        self.assertEqual(self.about("alternate_on"), "0")
        self.assertEqual(self.about("cursor_flag"), "1", "the cursor can be seen again")
        self.assertNotIn("q quit", self.screen())
        self.type("stty -a")
        self.wait_for(lambda: " icanon" in self.screen(), "the terminal's settings")
        for setting in ("-icanon", "-echo ", "-isig"):
            self.assertNotIn(setting, self.screen())

    def test_a_run_is_seen_while_it_runs(self):
        run = self.run_in_background("moving")
        self.start()
        self.assertEqual(self.about("alternate_on"), "1")
        self.wait_for(lambda: "> moving" in self.screen(), "the run")
        self.wait_for(lambda: "cpu" in self.screen() and "epochs ended" in self.screen(), "its details")
        run.terminate()
        self.wait_for(lambda: "moving interrupted" in self.screen() or "moving stopped" in self.screen()
                      or "moving failed" in self.screen(), "its end")
        self.press("q")
        self.expect_left()

    def test_wide_characters_keep_the_columns(self):
        self.run_in_background("日本語モデル")
        self.start()
        row = self.wait_for(lambda: next((row for row in self.rows() if row.startswith("> 日本語モデル")), None), "the run")
        header = next(row for row in self.rows() if "POWER" in row)
        end, column, cells = header.index("POWER") + len("POWER"), 0, {}
        for character in row:
            cells[column] = character
            column += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        self.assertNotEqual(cells.get(end - 1, " "), " ", row)
        self.assertEqual(cells.get(end, " "), " ", row)
        self.press("q")
        self.expect_left()

    def test_it_follows_the_size(self):
        self.run_in_background("resized")
        self.start()
        self.wait_for(lambda: "HOST" in self.screen(), "the wide table")
        self.resize(40, 10)
        self.wait_for(lambda: "HOST" not in self.screen() and "POWER" in self.screen() and "q quit" in self.rows()[9], "the narrow table")
        self.resize(120, 40)
        self.wait_for(lambda: "PROJECT" in self.screen() and "q quit" in self.rows()[39], "the wide table again")
        self.resize(5, 2)
        self.resize(90, 24)
        self.wait_for(lambda: "HOST" in self.screen(), "the table after a tiny screen")
        self.press("q")
        self.expect_left()

    def test_keys_choose_and_sort(self):
        self.run_in_background("one")
        self.run_in_background("two")
        self.start()
        self.wait_for(lambda: "2 running" in self.screen(), "both runs")
        first = self.wait_for(lambda: next((row for row in self.rows() if row.startswith("> ")), None), "a choice")
        self.press("Down")
        self.wait_for(lambda: any(row.startswith("> ") and row.split()[1] != first.split()[1] for row in self.rows()), "the other run")
        self.press("s")
        self.wait_for(lambda: "(by power)" in self.screen(), "another order")
        self.press("q")
        self.expect_left()

    def test_each_signal_leaves_the_terminal_clean(self):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            self.start()
            os.kill(self.process(), number)
            self.expect_left()
            self.type("clear")
            self.wait_for(lambda: "status" not in self.screen(), "an empty screen")

    def test_kill_9_leaves_no_alternate_screen(self):
        self.start()
        os.kill(self.process(), signal.SIGKILL)
        self.wait_for(lambda: self.about("alternate_on") == "0" and self.about("cursor_flag") == "1", "the screen of before")
        self.press("Enter")
        self.type("echo st''ill here")
        self.wait_for(lambda: "still here" in self.screen(), "the shell")

    def test_ctrl_c_leaves_the_terminal_clean(self):
        self.start()
        self.press("C-c")
        self.expect_left()

    def test_it_can_be_stopped_and_goes_on(self):
        self.start()
        self.press("C-z")
        self.wait_for(lambda: "Stopped" in self.screen(), "the shell")
        self.assertEqual(self.about("alternate_on"), "0")
        self.type("fg")
        self.wait_for(lambda: "q quit" in self.rows()[-1], "the screen again")
        self.press("q")
        self.wait_for_prompt()
        self.assertEqual(self.about("alternate_on"), "0")

    def test_it_ends_with_its_terminal(self):
        self.start()
        process = self.process()
        self.tmux("kill-server")
        self.wait_for_end(process)

    def wait_for_end(self, process):
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            try:
                os.kill(process, 0)
            except ProcessLookupError:
                return
            time.sleep(0.05)
        self.fail("it outlives its terminal")

    def test_without_colours_if_asked(self):
        self.run_in_background("plain")
        self.start(before="NO_COLOR=1 ")
        self.wait_for(lambda: "> plain" in self.screen(), "the run")
        escapes = self.tmux("capture-pane", "-p", "-e")
        self.assertNotRegex(escapes, "\x1b\\[[0-9;]*(3[0-8]|4[0-8]|9[0-7])[;m]")
        self.press("q")
        self.expect_left()

    def test_a_terminal_that_cannot_is_told(self):
        self.type(f"TERM=dumb {JOULECAST} top; echo \"status $?\"")
        self.wait_for(lambda: "status 2" in self.screen(), "the refusal")
        self.assertIn("cannot be written over", self.screen())
        self.type(f"{JOULECAST} top < /dev/null; echo \"then $?\"")
        self.wait_for(lambda: "then 2" in self.screen(), "the refusal without a terminal")
        self.assertIn("needs a terminal", self.screen())


if __name__ == "__main__":
    main()
