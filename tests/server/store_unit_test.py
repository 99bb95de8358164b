"""Runs the store's unit tests that need a server (tests/unit/store/postgres_test.cpp) with one."""
import os
import pathlib
import subprocess
import sys

import postgres


def main():
    if reason := postgres.why_not():
        print("skipped:", reason)
        return postgres.SKIPPED
    server = postgres.Server()
    try:
        server.start()
        program = pathlib.Path(os.environ.get("JOULECAST_BUILD", "build/release")) / "tests" / "unit_store"
        return subprocess.run([program, "--gtest_filter=Postgres*", "--gtest_brief=1"], check=False,
                              env={**os.environ, "JOULECAST_TEST_POSTGRES": server.url("postgres")}).returncode
    finally:
        server.close()


if __name__ == "__main__":
    sys.exit(main())
