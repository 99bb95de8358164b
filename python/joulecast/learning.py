"""What is learned once, for later predictions."""

from __future__ import annotations

import os

from . import _arguments as arguments
from . import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    Path = str | os.PathLike[str]


def facility(meter: Path, *, weather: Path | None = None, output: Path = "facility.json", store: Path | None = None) -> _core.Facility:
    """Learns what a building adds to the energy of its computers, by their load and the temperature outside.

    Args:
        meter: CSV of the facility's meter with the columns time, facility_w and, unless the stored runs are to tell it, it_w:
            mean powers in watts from this row's time to the next one's.
        weather: CSV with the columns time and temperature_c, in °C; None learns nothing of it.
        output: file to write what was learned into, for `predict`.
        store: with the runs that tell what the computers drew, where the meter does not; None for the user's own.

    Returns:
        An object with the figures, such as `fixed_w`, `share`, `cooling_per_kelvin`, `threshold_c` and `error`, with
        `pue(load_w=…, outside_c=…)`, and the `file`.

    Raises:
        InvalidError: fewer than 24 usable rows, or a facility that draws less than its computers.
        MalformedError: a file that is not as described, with its line.
    """
    request = _core.FacilityRequest()
    request.meter = arguments.needed_path("meter", meter)
    request.weather = arguments.path("weather", weather)
    request.output = arguments.needed_path("output", output)
    request.store = arguments.path("store", store)
    return _core.learn_facility(request)
