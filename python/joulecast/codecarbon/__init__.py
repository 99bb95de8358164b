"""CodeCarbon's trackers on joulecast's measurement: only the import changes.

    from joulecast.codecarbon import EmissionsTracker

    with EmissionsTracker(project_name="resnet", country_iso_code="FRA") as tracker:
        ...
    print(tracker.final_emissions_data.energy_consumed)

Arguments, methods, `EmissionsData` and emissions.csv are CodeCarbon 3.3's: kWh, W, kg of CO2e, s, GiB and percent. What is
not known is NaN, and an empty cell in the file; it is never 0, and no place is invented. docs/python/codecarbon.md lists
what differs.
"""

from ._data import EmissionsData, TaskEmissionsData
from .output import BaseOutput, FileOutput, GoogleCloudLoggerOutput, LoggerOutput, OutputMethod
from ._tracker import EmissionsTracker, OfflineEmissionsTracker
from ._wrappers import TaskEmissionsTracker, track_emissions, track_task_emissions

__all__ = [
    "BaseOutput",
    "EmissionsData",
    "EmissionsTracker",
    "FileOutput",
    "GoogleCloudLoggerOutput",
    "LoggerOutput",
    "OfflineEmissionsTracker",
    "OutputMethod",
    "TaskEmissionsData",
    "TaskEmissionsTracker",
    "track_emissions",
    "track_task_emissions",
]
