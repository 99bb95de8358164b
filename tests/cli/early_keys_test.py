"""Keys that are typed before joulecast has taken the terminal: the command gets them, as without joulecast."""
import os
import pty
import select
import sys
import time
import unittest

from support import JOULECAST, CommandTest

READ_ALL = "import sys; print('GOT', repr(sys.stdin.read()))"
READ_LINE = "print('GOT', repr(input()))"
END_OF_FILE = b"\x04"


class EarlyKeys(CommandTest):
    def type_early(self, keys, script, later=b""):
        """Types `keys` into a terminal in which joulecast begins only afterwards, and returns what it shows."""
        ready, go = os.pipe()
        pid, master = pty.fork()
        if pid == 0:
            os.read(ready, 1)
            os.execve(JOULECAST, [JOULECAST, "run", "-q", "--", sys.executable, "-c", script], dict(self.environment, TERM="xterm"))
        os.write(master, keys)
        os.write(go, b"x")
        shown = b""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if later and b"READY" in shown:
                os.write(master, later)
                later = b""
            if not select.select([master], [], [], 0.1)[0]:
                continue
            try:
                piece = os.read(master, 4096)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        else:
            os.kill(pid, 9)
        _, status = os.waitpid(pid, 0)
        for descriptor in (ready, go, master):
            os.close(descriptor)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0, shown)
        return shown.decode(errors="replace")

    def test_a_line(self):
        self.assertIn(r"GOT 'one'", self.type_early(b"one\n", READ_LINE))

    def test_the_end_of_file(self):
        self.assertIn(r"GOT ''", self.type_early(END_OF_FILE, READ_ALL))

    def test_lines_and_the_end_of_file(self):
        self.assertIn(r"GOT 'one\ntwo\n'", self.type_early(b"one\ntwo\n" + END_OF_FILE, READ_ALL))

    def test_a_part_of_a_line_that_is_ended_twice(self):
        self.assertIn(r"GOT 'part'", self.type_early(b"part" + END_OF_FILE + END_OF_FILE, READ_ALL))

    def test_a_part_of_a_line_goes_on(self):
        script = "print('READY', flush=True); " + READ_LINE
        self.assertIn(r"GOT 'begun and ended'", self.type_early(b"begun ", script, later=b"and ended\n"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
