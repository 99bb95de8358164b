#!/usr/bin/env bash
# Runs every benchmark of a build (bench/run_all.sh build/bench) and prints what each one measures. Benchmarks of measured
# data look in JOULECAST_DATA, or else in ../shared/data, and say so if it does not exist.
set -u
cd "$(dirname "$0")/.."
build=${1:-build/bench}
data=${JOULECAST_DATA:-../shared/data}
python=/usr/bin/python3
title() { printf '\n== %s\n' "$*"; }

title "What measuring costs (bench/overhead.py)"
$python bench/overhead.py "$(ls -d build/release 2>/dev/null || echo "$build")"  # the release build has the fake GPUs
title "What passing output on costs (bench/throughput.py)"
$python bench/throughput.py "$build"
title "200 clients of the exporter beside a run at 100 Hz (bench/exporter_load.py)"
$python bench/exporter_load.py "$build"
title "200 writers on a PostgreSQL server that crashes meanwhile (bench/store_server.py)"
$python bench/store_server.py "$build"
title "Import against pandas (bench/import_vs_pandas.py)"
$python bench/import_vs_pandas.py "$build/bench/import_bench"
title "The jobs of 100,000 runs (bench/jobs_load.py)"
$python bench/jobs_load.py "$build"
title "A million rows compared (bench/compare_million.py)"
$python bench/compare_million.py "$build/joulecast"
title "A campaign of 9,900 runs (bench/lab.py)"
$python bench/lab.py "$build/joulecast"
if [ -d "$build/python/joulecast" ]; then
  title "In Python beside CodeCarbon, Carbontracker and Zeus (bench/python/beside_others.py)"
  PYTHONPATH=$build/python ${JOULECAST_BENCH_PYTHON:-$python} bench/python/beside_others.py
fi
for program in attach_bench segment_bench stats_bench adaptive_bench projection_bench store_bench; do
  [ -x "$build/bench/$program" ] || continue
  title "$program"
  "$build/bench/$program"
done
if [ -d "$data" ]; then
  title "The modelled CPU against RAPL, every CPU left out of the fit (evaluate cpu)"
  "$build/joulecast" evaluate cpu "$data/tables/cpu-power-loads.csv" "$data/tables/cpu-load-power.csv"
  if [ -f bench/offline_fit.py ]; then
    title "Fitting against scikit-learn (bench/offline_fit.py)"
    $python bench/offline_fit.py "$build/joulecast" "$data/tables/workloads.csv"
  fi
  title "Layers and networks on a CPU (joulecast layerwise --evaluate)"
  "$build/joulecast" layerwise --table "$data/tables/layers-cpu.csv" --evaluate --networks "$data/tables/layers-cpu-networks.csv"
else
  echo "The measured data is not in $data: set JOULECAST_DATA for the benchmarks that read it."
fi
