"""A PostgreSQL server of a test's own: a folder of its own, a port of its own on the loopback, and a Unix socket.

PostgreSQL refuses to run as root, so where the tests do, it runs as another user.
"""
import contextlib
import getpass
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

SKIPPED = 77


def programs():
    """The folder with initdb and postgres; None where no server is installed."""
    for folder in sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    found = shutil.which("initdb")
    return pathlib.Path(found).parent if found and shutil.which("postgres") else None


def other_user():
    """Whom the server runs as where the tests run as root; None = as ourselves."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def why_not():
    """Why no server can be started here; "" where one can."""
    if programs() is None:
        return "PostgreSQL is not installed (scripts/install_packages.sh server)"
    if os.getuid() == 0 and (other_user() is None or shutil.which("setpriv") is None):
        return "PostgreSQL does not run as root, and there is no other user or no setpriv"
    return ""


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


class Server:
    """Starts with the first start(); ends, and leaves nothing, with close()."""

    def __init__(self, authentication="trust", **settings):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="joulecast-postgres-"))
        self.port = free_port()
        self.data = self.folder / "data"
        self.process = None
        self.user = other_user()
        self.settings = {"max_connections": 100, "fsync": "on", "shared_buffers": "32MB", "log_min_messages": "warning",
                         "lc_messages": "C", **settings}
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self._run("initdb", "-D", self.data, "-U", "admin", "-A", authentication, "--no-sync", "-E", "UTF8", "--locale=C",
                  *self._password_file(authentication))

    def _password_file(self, authentication):
        if authentication == "trust":
            return []
        (self.folder / "password").write_text("admins-own\n")
        if self.user:
            os.chown(self.folder / "password", self.user.pw_uid, self.user.pw_gid)
        return [f"--pwfile={self.folder / 'password'}"]

    def _command(self, program, *arguments):
        user = ["setpriv", f"--reuid={self.user.pw_uid}", f"--regid={self.user.pw_gid}", "--clear-groups"] if self.user else []
        return [*user, str(programs() / program), *map(str, arguments)]

    def _run(self, program, *arguments):
        subprocess.run(self._command(program, *arguments), check=True, capture_output=True, cwd=self.folder)

    def start(self):
        options = [option for name, value in self.settings.items() for option in ("-c", f"{name}={value}")]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                self._command("postgres", "-D", self.data, "-p", self.port, "-c", "listen_addresses=127.0.0.1", "-k",
                              self.folder, *options), stdout=log, stderr=log, cwd=self.folder, start_new_session=True)
        end = time.monotonic() + 30
        while subprocess.run([str(programs() / "pg_isready"), "-q", "-U", "admin", "-h", "127.0.0.1", "-p", str(self.port)],
                             check=False).returncode != 0:
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text(errors="replace")[-2000:])
            time.sleep(0.05)
        return self

    def stop(self, how=signal.SIGINT):
        """SIGINT ends every connection; SIGQUIT is a crash, after which the server recovers from its log."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)

    def signal_all(self, number):
        """To the server and every process that serves a connection."""
        os.killpg(self.process.pid, number)
        for child in pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            with contextlib.suppress(ProcessLookupError):  # a connection may end between the look and the signal
                os.kill(int(child), number)

    def close(self):
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def sql(self, text, database="postgres", user="admin", password="admins-own"):
        """Runs statements, and returns the rows' texts."""
        done = subprocess.run([str(programs() / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p",
                               str(self.port), "-U", user, "-d", database], input=text, text=True, capture_output=True,
                              check=False, env={**os.environ, "PGPASSWORD": password})
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout.split("\n")[:-1]

    def url(self, database="runs", user="admin", password="", **options):
        secret = f":{password}" if password else ""
        rest = "&".join(f"{name}={value}" for name, value in options.items())
        return f"postgresql://{user}{secret}@127.0.0.1:{self.port}/{database}" + (f"?{rest}" if rest else "")
