"""EmissionsTracker and OfflineEmissionsTracker."""

import dataclasses
import math
import os
import threading
import uuid

from .. import _surroundings as surroundings
from ..errors import Error
from ..run import exit_status_after, status_after
from ..tracker import track
from ._data import EmissionsData, of_task
from ._reading import Reading, machine_of, reading_of
from ._rows import data_of
from ._settings import Settings, needs_live_calls

LONGEST_INTERVAL_S = 1.0  # between readings, however rarely CodeCarbon's figures would be renewed


@dataclasses.dataclass
class _Task:
    name: str
    begin: Reading
    data: EmissionsData = None


class EmissionsTracker:
    """Measures from `start` to `stop`, or the block of a `with`, like CodeCarbon's tracker of the same name.

    It looks nothing up in the network: emissions need `country_iso_code`, a cloud region, or
    `force_carbon_intensity_g_co2e_kwh`, from arguments, .codecarbon.config, CODECARBON_* or JOULECAST_*. Without them
    emissions are NaN, and energies are what they are.

    Attributes:
        run_id: UUID, also the tag `codecarbon_run_id` of the stored run.
        run: the joulecast.Run behind it; None before the start.
        final_emissions: kg of CO2e, after `stop`.
        final_emissions_data: EmissionsData, after `stop`.

    Raises:
        TypeError, ValueError: an argument that cannot be, by its name. Arguments that are unknown, or mean nothing here, warn
            once.
        OSError: there is no folder `output_dir`.
    """

    def __init__(self, project_name=None, measure_power_secs=None, api_call_interval=None, api_endpoint=None, api_key=None,
                 output_dir=None, output_file=None, output_methods=None, save_to_file=None, save_to_api=None,
                 save_to_logger=None, logging_logger=None, save_to_prometheus=None, save_to_logfire=None, prometheus_url=None,
                 output_handlers=None, gpu_ids=None, emissions_endpoint=None, experiment_id=None, experiment_name=None,
                 electricitymaps_api_token=None, co2_signal_api_token=None, tracking_mode=None, log_level=None,
                 on_csv_write=None, logger_preamble=None, force_cpu_power=None, force_ram_power=None, pue=None, wue=None,
                 force_carbon_intensity_g_co2e_kwh=None, force_mode_cpu_load=None, allow_multiple_runs=None,
                 rapl_include_dram=None, rapl_prefer_psys=None, metadata=None, *, country_iso_code=None, region=None,
                 cloud_provider=None, cloud_region=None, country_2letter_iso_code=None, **unknown):
        given = dict(locals())
        for name in ("self", "unknown"):
            del given[name]
        self._settings = Settings(given, unknown)
        self._grid = self._settings.grid()
        self.run_id = uuid.uuid4()
        self.run = None
        self._forget()

    def _forget(self):
        self._begin = Reading()
        self._tasks_only = False  # without start(), only tasks count
        self._last_task_end = Reading()
        self._tasks = {}
        self._active_task = None
        self._handed_out = None  # what the outputs had at their last call
        self._process = None
        self._live_calls = None
        self._machine = None  # what it consists of; tasks do not ask the store again

    # ---- the beginning and the end

    def start(self):
        """Begins to measure. Never raises: what cannot be measured warns."""
        if self.run is not None and self.run.status == "running":
            if self._tasks_only:
                self._leave_out_since_last_task(self._reading())
                self._tasks_only = False
            else:
                self._settings.tell("the tracker has started already")
            return
        self._start(tasks_only=False)

    def _start(self, tasks_only):
        if self.run is not None:  # a second start after a stop is a run of its own
            self.run_id = uuid.uuid4()
        self._forget()
        self._tasks_only = tasks_only
        self._process = os.getpid()
        settings = self._settings
        if self._grid.mass_g is None and not settings.is_place_given:
            settings.tell_once("emissions are not known (NaN): give country_iso_code, cloud_region or force_carbon_intensity_g_co2e_kwh")
        try:
            self.run = track(settings.project_name, interval=min(LONGEST_INTERVAL_S, max(0.001, settings.measure_power_secs)),
                             gpus=settings.gpus, country=settings.country or None, region=settings.cloud or None,
                             intensity=settings.intensity, pue=settings.pue, tags=self._tags()).start()
        except Error as error:
            settings.tell(f"nothing is measured: {error}")
            self.run = None
            self.final_emissions = math.nan
            return
        if self.run._tracker is None:  # another process measures, and may have begun long ago
            if self._grid.mass_g is None and settings.is_place_given:  # else the run has said so
                settings.tell_once(f"emissions are not known (NaN): {self._grid.reason}")
            self._begin = self._reading().or_zero()
        self._last_task_end = self._begin
        if any(needs_live_calls(output) for output in settings.outputs) and settings.live_every > 0:
            self._begin_live_calls()

    def _tags(self):
        settings = self._settings
        tags = {"codecarbon_run_id": str(self.run_id)}
        if settings.experiment_id is not None:
            tags["experiment"] = str(settings.experiment_id)
        if settings.experiment_name != "base":
            tags["experiment_name"] = settings.experiment_name
        return tags

    def stop(self):
        """Ends the run and writes the outputs.

        Returns:
            Emissions in kg of CO2e, NaN where they are not known; None if the tracker was never started.
        """
        return self._stop("finished")

    def _stop(self, status, exit_status=None):
        if self.run is None or self.run.status != "running":
            self._settings.tell("the tracker is stopped already, or was never started")
            return getattr(self, "final_emissions", None)
        if self._active_task is not None:
            self.stop_task()
        if self._live_calls is not None:
            self._live_calls.set()
        self.run._finish(status, exit_status)
        data = self._data()
        self._hand_out(data)
        self._call_outputs("exit")
        self.final_emissions_data = data
        self.final_emissions = data.emissions
        return data.emissions

    def flush(self):
        """Writes the outputs and goes on. Returns emissions in kg; None before the start."""
        if self.run is None or self.run.status != "running":
            self._settings.tell("the tracker is not started")
            return None
        data = self._data()
        self._hand_out(data)
        return data.emissions

    def service_shutdown(self, signum, frame):
        """Stops the tracker; for `signal.signal`. No signal is handled unless you do so."""
        self.stop()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, error, traceback):
        self._stop(status_after(kind, error), exit_status_after(error))

    # ---- tasks

    def start_task(self, task_name=None):
        """Begins a task, whose share `stop_task` returns. Without `start` before, only tasks count in the total."""
        if self.run is None or self.run.status != "running":
            self._start(tasks_only=True)
            if self.run is None:
                return
        if self._active_task is not None:
            self._settings.tell(f"task '{self._active_task}' is still active; stop it before the next one")
            return
        now = self._reading().or_zero()
        self._leave_out_since_last_task(now)
        name = str(task_name) if task_name else str(uuid.uuid4())
        if name in self._tasks:
            name = f"{name}_{uuid.uuid4()}"
        self._tasks[name] = _Task(name, now)
        self._active_task = name
        self.run._teller.begin_window(name)  # not Run.window, within which steps are no training's

    def stop_task(self, task_name=None):
        """Ends a task. Returns its EmissionsData; None if there is no such task."""
        task = self._tasks.get(task_name or self._active_task)
        if task is None or task.data is not None:
            self._settings.tell("there is no active task to stop")
            return None
        end = self._reading()
        self.run._teller.end_window(task.name)
        task.data = self._data_of(end - task.begin)
        self._active_task = None
        self._last_task_end = end
        return task.data

    def _leave_out_since_last_task(self, now):
        if self._tasks_only and self._active_task is None:
            self._begin = self._begin + (now - self._last_task_end).or_zero()
            self._last_task_end = now

    # ---- figures

    def _reading(self):
        self.run._look(fresh_s=0.0)
        energy, duration = self.run.energy, self.run.duration_s  # in this order: the energy waits for a reading
        reading = reading_of(energy, math.nan if duration is None else duration)
        return dataclasses.replace(reading, gpu=math.nan) if self._settings.gpus and reading.gpu == 0 else reading

    def _data(self):
        """The whole run so far."""
        self._machine = machine = machine_of(self.run)
        now = self._reading()
        self._leave_out_since_last_task(now)
        return dataclasses.replace(
            self._data_of(now - self._begin), cpu_utilization_percent=machine.cpu_percent,
            gpu_utilization_percent=machine.gpu_percent, ram_utilization_percent=machine.ram_percent,
            ram_used_gb=machine.ram_used_gib)

    def _data_of(self, used):
        self._machine = self._machine or machine_of(self.run)
        return data_of(used, str(self.run_id), self._settings, self._grid, self._machine)

    def get_detected_hardware(self):
        """The machine's CPUs, GPUs and memory; empty before the start."""
        if self.run is None:
            return {}
        machine = machine_of(self.run)
        return {"ram_total_size": machine.ram_gib, "cpu_count": machine.cpu_count, "cpu_model": machine.cpu_model,
                "gpu_count": machine.gpu_count, "gpu_model": machine.gpu_model, "gpu_ids": self._settings.gpus}

    # ---- outputs

    def _hand_out(self, data):
        if not self._writes():
            return
        delta = self._delta(data)
        tasks = [of_task(task.name, task.data) for task in self._tasks.values() if task.data is not None]
        self._call_outputs("out", data, delta)
        if tasks:
            self._call_outputs("task_out", tasks, self._settings.experiment_name)

    def _writes(self):
        """Forked children, and all ranks of a node but the first, leave the files to the one that measures."""
        return os.getpid() == self._process and not surroundings.local_rank()

    def _delta(self, data):
        delta = dataclasses.replace(data)
        if self._handed_out is not None:
            delta.compute_delta_emission(self._handed_out)
        self._handed_out = dataclasses.replace(data)
        return delta

    def _call_outputs(self, method, *arguments):
        for output in self._settings.outputs:
            try:
                getattr(output, method)(*arguments)
            except Exception as error:  # an output of the user's may raise anything, and must not end the training
                self._settings.tell(f"{type(output).__name__}.{method}: {error}")

    def _begin_live_calls(self):
        self._live_calls = threading.Event()
        try:
            threading.Thread(target=self._call_live, args=(self._live_calls,), daemon=True).start()
        except RuntimeError as error:
            self._settings.tell(f"outputs are called at the end only: {error}")

    def _call_live(self, over):
        while not over.wait(self._settings.measure_power_secs * self._settings.live_every):
            if self._writes():
                data = self._data()
                self._call_outputs("live_out", data, self._delta(data))


class OfflineEmissionsTracker(EmissionsTracker):
    """The same; in CodeCarbon it is the one that takes a place."""
