"""What a tracker found, in CodeCarbon's fields and order. Unknown numbers are NaN."""

import dataclasses
import json
import math


@dataclasses.dataclass
class _Data:
    @property
    def values(self):
        """The fields by name, in the order of the file's columns."""
        return dict(self.__dict__)

    def toJSON(self):
        return json.dumps(known(self), sort_keys=True, indent=4)


@dataclasses.dataclass
class EmissionsData(_Data):
    """A row of emissions.csv: kWh, W, kg of CO2e, kg/s, s, litres, GiB and percent.

    Energies, powers and emissions include the PUE. `gpu_energy` is 0 on a machine without a GPU.
    """

    timestamp: str
    project_name: str
    run_id: str
    experiment_id: str
    duration: float
    emissions: float
    emissions_rate: float
    cpu_power: float
    gpu_power: float
    ram_power: float
    cpu_energy: float
    gpu_energy: float
    ram_energy: float
    energy_consumed: float
    water_consumed: float
    country_name: str
    country_iso_code: str
    region: str
    cloud_provider: str
    cloud_region: str
    os: str
    python_version: str
    codecarbon_version: str
    cpu_count: float
    cpu_model: str
    gpu_count: float
    gpu_model: str
    longitude: float
    latitude: float
    ram_total_size: float
    tracking_mode: str
    cpu_utilization_percent: float = math.nan
    gpu_utilization_percent: float = math.nan
    ram_utilization_percent: float = math.nan
    ram_used_gb: float = math.nan
    on_cloud: str = "N"
    pue: float = 1.0
    wue: float = math.nan

    def compute_delta_emission(self, previous_emission):
        """Takes off what an earlier state of the same run had."""
        for name in ("duration", "emissions", "cpu_energy", "gpu_energy", "ram_energy", "energy_consumed", "water_consumed"):
            setattr(self, name, getattr(self, name) - getattr(previous_emission, name))
        self.emissions_rate = self.emissions / self.duration if self.duration > 0 else math.nan


TASK_FIELDS = [field.name for field in dataclasses.fields(EmissionsData) if field.name not in ("experiment_id", "pue", "wue")]

TaskEmissionsData = dataclasses.make_dataclass(
    "TaskEmissionsData", [("task_name", str), *((field.name, field.type) for field in dataclasses.fields(EmissionsData)
                                                if field.name in TASK_FIELDS)], bases=(_Data,))
TaskEmissionsData.__module__ = __name__
TaskEmissionsData.__doc__ = "A row of the file of tasks: a task's name before the fields of EmissionsData."


def of_task(name, data):
    return TaskEmissionsData(name, **{field: getattr(data, field) for field in TASK_FIELDS})


def known(data):
    """The fields by name, with None for what is not known, as JSON has no NaN."""
    return {name: None if isinstance(value, float) and math.isnan(value) else value
            for name, value in dataclasses.asdict(data).items()}
