"""From what was used to a row."""

import datetime
import math

from .. import __version__
from ._data import EmissionsData
from ._reading import system
from ._settings import DEFAULT_EXPERIMENT


def data_of(used, run_id, settings, grid, machine):
    """EmissionsData of what was used: with the PUE, and without the gauges, which are a run's."""
    scale = settings.pue or 1.0
    operating_system, python = system()
    emissions = math.nan if grid.intensity_g_per_kwh is None else used.total * scale * grid.intensity_g_per_kwh * 1e-3
    return EmissionsData(
        timestamp=datetime.datetime.now().strftime("%Y-%m-%dT%H:%M:%S"),
        project_name=settings.project_name or "codecarbon",
        run_id=run_id,
        experiment_id=str(settings.experiment_id or DEFAULT_EXPERIMENT),
        duration=used.duration,
        emissions=emissions,
        emissions_rate=_per_second(emissions, used),
        cpu_power=_per_second(used.cpu * scale * 3.6e6, used),
        gpu_power=_per_second(used.gpu * scale * 3.6e6, used),
        ram_power=_per_second(used.ram * scale * 3.6e6, used),
        cpu_energy=used.cpu * scale,
        gpu_energy=used.gpu * scale,
        ram_energy=used.ram * scale,
        energy_consumed=used.total * scale,
        water_consumed=math.nan if settings.wue is None else used.total * scale * settings.wue,
        country_name=grid.country or None,
        country_iso_code=grid.country_iso3 or None,
        region=settings.region,
        cloud_provider=settings.cloud_provider,
        cloud_region=settings.cloud_region,
        os=operating_system,
        python_version=python,
        codecarbon_version=f"joulecast {__version__}",
        cpu_count=machine.cpu_count,
        cpu_model=machine.cpu_model,
        gpu_count=machine.gpu_count,
        gpu_model=machine.gpu_model,
        longitude=None,
        latitude=None,
        ram_total_size=machine.ram_gib,
        tracking_mode="machine",
        on_cloud="Y" if settings.cloud_region else "N",
        pue=scale,
        wue=math.nan if settings.wue is None else settings.wue,
    )


def _per_second(amount, used):
    return amount / used.duration if used.duration > 0 else math.nan
