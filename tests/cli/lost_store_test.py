"""A store that is taken away while a command runs, and what joulecast leaves in the temporary directory."""
import os
import signal
import subprocess
import time
import unittest

from support import JOULECAST, CommandTest


class LostStore(CommandTest):
    def lose(self, take_away):
        """Takes the store away from a running command; returns its path in the spare store and what was said."""
        self.call("run", "-q", "--name", "before", "--", "true")
        self.call("list")
        child = subprocess.Popen([JOULECAST, "run", "--name", "mine", "--", "sh", "-c", "echo begun; sleep 4; exit 7"],
                                 env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(child.stdout.readline(), "begun\n")
        time.sleep(1)
        take_away()
        _, said = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 7, said)
        spare, = self.folder.glob("joulecast-*/runs.db")
        self.assertIn(f"the run goes on in {spare}", said)
        self.assertIn(f"joulecast: the run is kept in {spare}; see it with --store {spare}\n", said)
        run, = self.json("list", "--store", spare)["runs"]
        self.assertEqual((run["name"], run["status"], run["exit_status"]), ("mine", "failed", 7))
        return said

    def test_removed(self):
        def take_away():
            for path in self.folder.glob("runs.db*"):
                path.unlink()
        self.assertIn("the store was removed while the run ran", self.lose(take_away))

    def test_renamed_over(self):
        other = self.folder / "other.db"
        self.call("run", "-q", "--name", "other", "--store", other, "--", "true")
        self.call("list", "--store", other)
        self.assertIn("another file was put in the store's place", self.lose(lambda: other.rename(self.store)))
        self.assertEqual([run["name"] for run in self.json("list")["runs"]], ["other"])

    def test_overwritten(self):
        self.assertIn("the store was overwritten", self.lose(lambda: self.store.write_text("mine now")))
        self.assertEqual(self.store.read_text(), "mine now")

    def test_emptied_log(self):
        self.lose(lambda: os.truncate(f"{self.store}-wal", 0))
        self.assertEqual([run["name"] for run in self.json("list")["runs"]], ["before"])

    def test_shortened_log(self):
        self.lose(lambda: os.truncate(f"{self.store}-wal", 5000))

    def test_overwritten_log(self):
        def overwrite():
            with open(f"{self.store}-wal", "r+b") as log:
                log.write(b"mine now")
        self.assertIn("the store's log was overwritten", self.lose(overwrite))

    def test_emptied_index_of_the_log(self):
        """Who maps a file that becomes shorter gets SIGBUS."""
        self.call("run", "-q", "--name", "before", "--", "true")
        child = subprocess.Popen([JOULECAST, "run", "--name", "mine", "--", "sh", "-c", "echo begun; sleep 3; exit 7"],
                                 env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(child.stdout.readline(), "begun\n")
        for _ in range(2):
            time.sleep(1)
            os.truncate(f"{self.store}-shm", 0)
        _, said = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 7, said)
        self.assertNotIn("spare", said)
        latest, before = self.json("list")["runs"]
        self.assertEqual((latest["name"], latest["status"], before["name"]), ("mine", "failed", "before"))


class TemporaryDirectory(CommandTest):
    def test_kills_leave_nothing_that_piles_up(self):
        temporary = self.folder / "tmp"
        temporary.mkdir()
        environment = dict(self.environment, TMPDIR=str(temporary))
        for _ in range(4):
            with subprocess.Popen([JOULECAST, "run", "-q", "--", "sh", "-c", "echo; exec sleep 60"], env=environment,
                                  stdout=subprocess.PIPE, start_new_session=True) as child:
                child.stdout.readline()
                os.killpg(child.pid, signal.SIGKILL)
        self.call("run", "-q", "--", "true", env=environment)
        self.assertEqual(list(temporary.iterdir()), [])

    def test_a_wrong_one_means_no_socket_and_a_note(self):
        work = self.folder / "work"
        work.mkdir()
        for wrong in (str(self.folder / "absent"), ".", ""):
            done = self.call("run", "--name", "wrong", "--", "sh", "-c", 'echo "socket=$JOULECAST_SOCKET"; ls',
                             env=dict(self.environment, TMPDIR=wrong), cwd=work)
            self.assertEqual(done.stdout, "socket=\n")
            notes = " ".join(self.json("show", "wrong")["notes"])
            self.assertIn(f"cannot report through the socket: TMPDIR={wrong}: ", notes)
        self.assertEqual(list(work.iterdir()), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
