#!/usr/bin/env bash
# Tests the Python integrations against the real libraries, with a Python package that is built already.
#   scripts/check_integrations.sh BUILD [NAME...]      BUILD holds the package; NAMEs of tests, all without
# The libraries go into build/integrations-environment, some gigabytes of them; $JOULECAST_INTEGRATIONS_PYTHON names an
# interpreter that has them already. PyTorch comes for the CPU where its own index can be reached.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
shift
interpreter=${JOULECAST_INTEGRATIONS_PYTHON:-}
if [[ -z $interpreter ]]; then
  mapfile -t packages < tests/integrations/requirements.txt
  if curl --silent --fail --max-time 10 --output /dev/null https://download.pytorch.org/whl/cpu/; then
    export PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu
  fi
  interpreter=$(scripts/python_environment.sh build/integrations-environment "${packages[@]}")
  [[ -n $interpreter ]] || exit 1
fi
export PYTHONPATH=$PWD/$build/python JOULECAST=$PWD/$build/python/bin/joulecast JOULECAST_SHARE=$PWD/data
export CUDA_VISIBLE_DEVICES= HF_HUB_OFFLINE=1 HF_HUB_DISABLE_TELEMETRY=1 RAY_AUTH_MODE=disabled RAY_USAGE_STATS_ENABLED=0 \
  WANDB_MODE=offline KERAS_BACKEND=${KERAS_BACKEND:-torch}
exec "$interpreter" tests/integrations/run_all.py "$@"
