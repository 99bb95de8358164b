"""A real terminal for tests: a shell in a tmux server of its own."""
import os
import shutil
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from support import CommandTest  # noqa: E402

PATIENCE = 40  # seconds, for a machine with much else to do


class TerminalTest(CommandTest):
    """Each test has an interactive shell of 80 columns and 24 rows. Nothing waits for a time, all for a condition."""

    ROWS, COLUMNS = 24, 80
    PROMPT = "ready>"

    def setUp(self):
        super().setUp()
        self.server = f"joulecast-{os.getpid()}-{self.id().rsplit('.', 1)[1][:40]}"
        self.environment.pop("TMUX", None)
        self.environment.pop("SLURM_JOB_ID", None)
        # A shell on the way may drop PS1 from the environment.
        startup = self.folder / "shell.rc"
        startup.write_text(f"PS1='{self.PROMPT} '\n")
        self.environment.update(TERM="xterm-256color", LC_ALL="C.UTF-8", HISTFILE="/dev/null",
                                TMUX_TMPDIR=str(self.folder))
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", self.COLUMNS, "-y", self.ROWS, f"exec bash --noprofile --rcfile {startup} -i")
        self.addCleanup(lambda: self.tmux("kill-server", check=False))
        self.wait_for(lambda: self.PROMPT in self.screen(), "a prompt")

    def tmux(self, *arguments, check=True):
        done = subprocess.run(["tmux", "-u", "-L", self.server, *map(str, arguments)], env=self.environment, text=True,
                              capture_output=True, timeout=PATIENCE)
        if check:
            self.assertEqual(done.returncode, 0, f"{arguments}: {done.stderr}")
        return done.stdout

    def type(self, text):
        """Types a line."""
        self.tmux("send-keys", "-l", text)
        self.tmux("send-keys", "Enter")

    def press(self, *keys):
        self.tmux("send-keys", *keys)

    def rows(self):
        """The rows that are visible now."""
        return self.tmux("capture-pane", "-p").split("\n")[:self.height()]

    def screen(self):
        return "\n".join(self.rows())

    def everything(self):
        """The history and the screen."""
        return self.tmux("capture-pane", "-p", "-J", "-S", "-")

    def about(self, name):
        return self.tmux("display-message", "-p", f"#{{{name}}}").strip()

    def height(self):
        return int(self.about("pane_height"))

    def scroll_region(self):
        """The first and the last row that scroll, counted from 0."""
        return int(self.about("scroll_region_upper")), int(self.about("scroll_region_lower"))

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", columns, "-y", rows)

    def terminal(self):
        return self.about("pane_tty")

    def modes(self):
        return subprocess.run(["stty", "-a", "-F", self.terminal()], capture_output=True, text=True, check=True).stdout

    def wait_for(self, condition, what):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            value = condition()
            if value:
                return value
            time.sleep(0.05)
        self.fail(f"waited in vain for {what}:\n{self.screen()}")

    def wait_for_prompt(self):
        """The shell waits for a command again: its prompt stands in the cursor's row."""
        self.wait_for(lambda: self.rows()[int(self.about("cursor_y"))].strip() == self.PROMPT, "the prompt")


def main():
    """Runs the tests that are named on the command line, else all of them."""
    if shutil.which("tmux") is None:
        print("skipped: tmux is not installed")
        sys.exit(77)
    unittest.main(verbosity=2)
