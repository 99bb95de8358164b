#!/usr/bin/env bash
# Builds the Python package for other interpreters than Debian's, and passes its tests with each.
#   scripts/check_interpreters.sh [INTERPRETER...]     without: every python3.10 to python3.14 (also free-threaded) on PATH
# What is not here is named as untested.
set -uo pipefail
cd "$(dirname "$0")/.."
interpreters=("$@")
if [[ $# -eq 0 ]]; then
  for version in 3.10 3.11 3.12 3.13 3.13t 3.14 3.14t; do
    if found=$(command -v "python$version") && "$found" -c '' 2>/dev/null; then interpreters+=("$found"); else echo "python$version: untested, not here"; fi
  done
fi
failed=0
for interpreter in "${interpreters[@]}"; do
  tag=$("$interpreter" -c 'import sys, sysconfig; print("%d.%d%s" % (*sys.version_info[:2], "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""))')
  build=build/python-$tag
  python=$(JOULECAST_PYTHON_INTERPRETER=$interpreter scripts/python_environment.sh "$build-environment" ipython typing_extensions)
  [[ -n $python ]] || { echo "python$tag: untested, no virtual environment"; continue; }
  if ! { cmake --preset release -B "$build" --log-level=WARNING -DJOULECAST_TESTS=OFF -DJOULECAST_PYTHON=ON -DPython_EXECUTABLE="$python" >/dev/null &&
         cmake --build "$build" --target joulecast_package -j "${JOBS:-$(nproc)}" -- --quiet; }; then
    echo "python$tag: does not build"
    failed=1
    continue
  fi
  for test in tests/python/*_test.py; do
    output=$(PYTHONPATH=$PWD/$build/python JOULECAST=$PWD/$build/python/bin/joulecast JOULECAST_SHARE=$PWD/data JOULECAST_SOURCE=$PWD \
      JOULECAST_BUILD=$PWD/$build timeout 300 "$python" -W error::UserWarning "$test" 2>&1)
    status=$?
    case $status in
      0) echo "python$tag: $(basename "$test") passed$(grep -oE '\(skipped=[0-9]+\)' <<< "$output" | tail -1)" ;;
      77) echo "python$tag: $(basename "$test") skipped: $(tail -1 <<< "$output")" ;;
      *) echo "python$tag: $(basename "$test") FAILED"; tail -30 <<< "$output"; failed=1 ;;
    esac
  done
done
exit $failed
