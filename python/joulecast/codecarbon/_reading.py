"""What a run has used until a moment, and the machine that it runs on."""

import dataclasses
import functools
import math
import os
import platform

from .. import _core
from ..errors import Error

GIB = 2.0**30


@dataclasses.dataclass(frozen=True)
class Reading:
    """Seconds and kWh without the PUE. What is not known is NaN."""

    duration: float = 0.0
    cpu: float = 0.0
    gpu: float = 0.0
    ram: float = 0.0
    total: float = 0.0

    def __sub__(self, other):
        return self._with(other, -1)

    def __add__(self, other):
        return self._with(other, 1)

    def _with(self, other, sign):
        mine, others = dataclasses.astuple(self), dataclasses.astuple(other)
        return Reading(*(a + sign * b for a, b in zip(mine, others)))

    def or_zero(self):
        """For a beginning: what was not read by then comes after it."""
        return Reading(*(0.0 if math.isnan(value) else value for value in dataclasses.astuple(self)))


def reading_of(energy, duration):
    """A machine that has no GPU has used 0 kWh for GPUs."""
    total = math.nan if energy.total_kwh is None else energy.total_kwh
    gpu = component_kwh(energy, "gpu")
    has_gpu = any(row.component == "gpu" for row in energy.components) or any(name.startswith("gpu") for name in energy.missing)
    return Reading(duration, component_kwh(energy, "cpu"), gpu if has_gpu else 0.0, component_kwh(energy, "dram"), total)


def component_kwh(energy, component):
    """Of the devices in the total; where a meter of the whole machine makes the total, each device's largest figure."""
    rows = [row for row in energy.components if row.component == component and row.energy_j is not None]
    counted = [row.energy_j for row in rows if row.in_total]
    if not counted:
        largest = {}
        for row in rows:
            device = row.node, row.device
            largest[device] = max(largest.get(device, 0.0), row.energy_j)
        counted = list(largest.values())
    return sum(counted) / 3.6e6 if counted else math.nan


@dataclasses.dataclass(frozen=True)
class Machine:
    """Facts and mean gauges in CodeCarbon's units."""

    cpu_count: int
    cpu_model: str
    gpu_count: int
    gpu_model: str
    ram_gib: float
    cpu_percent: float = math.nan
    gpu_percent: float = math.nan
    ram_percent: float = math.nan
    ram_used_gib: float = math.nan


def stored(run):
    """The run as the store has it, or None where it could not be stored."""
    if run._finished is None and run._tracker is None:
        return run._stored()
    try:
        return _core.load_run(run.id, run._finished.store if run._finished else "", False)
    except Error:
        return None


def machine_of(run):
    summary = stored(run)
    if summary is None:
        return Machine(os.cpu_count(), "", 0, "", os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB)
    host = summary.host
    ram = math.nan if host.memory_bytes is None else host.memory_bytes / GIB
    used = _mean(summary.means, "dram", "memory_used") / GIB
    return Machine(host.logical_cpus, host.cpu_model, len(host.gpus), _models(host.gpus), ram,
                   100 * _mean(summary.means, "cpu", "utilisation"), 100 * _mean(summary.means, "gpu", "utilisation"),
                   100 * used / ram, used)


def _mean(means, component, quantity):
    values = [mean.value for mean in means if mean.component == component and mean.quantity == quantity]
    return sum(values) / len(values) if values else math.nan


def _models(gpus):
    """"2 x NVIDIA H100, 1 x NVIDIA L4", as CodeCarbon writes it."""
    return ", ".join(f"{gpus.count(model)} x {model}" for model in dict.fromkeys(gpus))


@functools.lru_cache(maxsize=1)
def system():
    return platform.platform(), platform.python_version()
