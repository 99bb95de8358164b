"""The arguments of a tracker, with what .codecarbon.config and CODECARBON_* say where an argument is not given."""

import configparser
import os
import pathlib

from .. import _arguments as arguments
from .. import _core
from .._warn import warn
from ..errors import InvalidError
from .output import BaseOutput, FileOutput, OutputMethod

CONFIG_FILE = ".codecarbon.config"
DEFAULT_EXPERIMENT = "5b0fa12a-3dd7-45bb-9766-cc326314d9f1"  # CodeCarbon's own
QUIET_LEVELS = ("error", "critical", "fatal")

NO_EFFECT = {
    **dict.fromkeys(("api_endpoint", "api_key", "save_to_api", "emissions_endpoint"), "nothing is sent anywhere"),
    **dict.fromkeys(("save_to_prometheus", "prometheus_url"), "`joulecast serve` has metrics for Prometheus"),
    "save_to_logfire": "there is no such output",
    "metadata": "there is no BoAmps output",
    **dict.fromkeys(("electricitymaps_api_token", "co2_signal_api_token"),
                    "intensities come from the tables that are installed; force_carbon_intensity_g_co2e_kwh takes your own"),
    **dict.fromkeys(("force_cpu_power", "force_ram_power", "force_mode_cpu_load"),
                    "what no meter measures is modelled from the machine itself"),
    **dict.fromkeys(("rapl_include_dram", "rapl_prefer_psys"), "every domain that is there is read, and none counted twice"),
}
METHODS_WITHOUT_EFFECT = {
    OutputMethod.API: NO_EFFECT["save_to_api"],
    OutputMethod.PROMETHEUS: NO_EFFECT["save_to_prometheus"],
    OutputMethod.LOGFIRE: NO_EFFECT["save_to_logfire"],
    OutputMethod.BOAMPS: NO_EFFECT["metadata"],
}

_told = set()  # what was warned of in this process


def configured():
    """Options of the home folder's file, over them those of the working folder's, over them those of CODECARBON_*."""
    options = {}
    for folder in (os.path.expanduser("~"), os.getcwd()):
        options.update(_options_in(pathlib.Path(folder) / CONFIG_FILE))
    for name, value in os.environ.items():
        if name.lower().startswith("codecarbon_"):
            options[name.lower().removeprefix("codecarbon_")] = value
    return options


def _options_in(path):
    parser = configparser.ConfigParser()
    try:
        parser.read(path, encoding="utf-8")
        return dict(parser["codecarbon"]) if parser.has_section("codecarbon") else {}
    except (configparser.Error, UnicodeError, OSError) as error:
        warn(f"{path} is left out: {' '.join(str(error).split())}")
        return {}


class Settings:
    """What was asked for, checked.

    Raises:
        TypeError, ValueError: an argument that cannot be, by its name.
        OSError: there is no folder `output_dir`.
    """

    def __init__(self, given, unknown):
        self._given = {name: value for name, value in given.items() if value is not None}
        self._configured = configured()
        level = self._value("log_level", None)
        self.is_quiet = str(level).lower() in QUIET_LEVELS or (isinstance(level, int) and level >= 40)
        self._preamble = self._text("logger_preamble") or ""
        self._tell_what_has_no_effect(unknown)
        self.project_name = self._text("project_name")
        self.experiment_name = self._text("experiment_name") or "base"
        self.experiment_id = self._value("experiment_id", None)
        self.measure_power_secs = self._number("measure_power_secs", 15.0, arguments.above_zero)
        self.live_every = int(self._number("api_call_interval", 8))
        self.gpus = self._gpus()
        self.tracking_mode = self._one_of("tracking_mode", ("machine", "process"))
        if self.tracking_mode == "process":
            self.tell_once("tracking_mode 'process': the whole machine is measured")
        self._read_place()
        self.wue = self._number("wue", None, arguments.number, least=0)
        self.outputs = self._outputs()

    def tell(self, line):
        """Warns, unless the user wants to hear of errors only."""
        if not self.is_quiet:
            warn(f"[{self._preamble}] {line}" if self._preamble else line)

    def tell_once(self, line):
        """Warns once in this process."""
        if line not in _told:
            _told.add(line)
            self.tell(line)

    # ---- where values come from

    def _value(self, name, default):
        return self._given.get(name, self._configured.get(name, default))

    def _text(self, name):
        value = self._value(name, None)
        return None if value is None else arguments.text(name, value)

    def _number(self, name, default, check=arguments.number, **bounds):
        if name in self._given:
            return check(name, self._given[name], **bounds)
        if name not in self._configured:
            return default
        try:
            return check(name, float(self._configured[name]), **bounds)
        except ValueError as error:
            self.tell(f"{name} of the configuration is left out: {error}")
            return default

    def _flag(self, name, default):
        value = self._value(name, default)
        return value.lower() == "true" if isinstance(value, str) else bool(value)

    def _one_of(self, name, choices):
        value = self._value(name, choices[0])
        if value not in choices:
            raise InvalidError(f"'{value}' is none of {', '.join(choices)}", name)
        return value

    def _tell_what_has_no_effect(self, unknown):
        for name in unknown:
            self.tell_once(f"{name} is no argument that is known; it has no effect")
        for name in self._given.keys() & NO_EFFECT.keys():
            if self._given[name] is not False:
                self.tell_once(f"{name} has no effect: {NO_EFFECT[name]}")
        if self._value("allow_multiple_runs", True) in (False, "False", "false"):
            self.tell_once("allow_multiple_runs=False has no effect: several trackers at once do not disturb each other")

    def _gpus(self):
        """Indices and UUIDs as texts; None for the visible ones."""
        ids = self._value("gpu_ids", None)
        if ids is None:
            return None
        if isinstance(ids, str):
            return [text for text in ids.replace("[", "").replace("]", "").replace(" ", "").split(",") if text]
        if not isinstance(ids, (list, tuple)) or not all(isinstance(number, (int, str)) for number in ids):
            raise TypeError("gpu_ids must be a list of indices or UUIDs, or both with commas in a string")
        return [str(number) for number in ids]

    # ---- the place

    def _read_place(self):
        environment = os.environ.get
        self.pue = self._number("pue", None, arguments.number, least=1) or _float_of(environment("JOULECAST_PUE"))
        self.intensity = self._number("force_carbon_intensity_g_co2e_kwh", None, arguments.number, least=0)
        self.region = (self._text("region") or "").lower() or None
        self.cloud_provider = self._text("cloud_provider") or ""
        self.cloud_region = self._text("cloud_region") or ""
        if self.cloud_provider and not self.cloud_region:
            self.tell("cloud_provider without cloud_region tells no place")
        self.country = self._text("country_iso_code") or self._text("country_2letter_iso_code") or ""
        self.cloud = f"{self.cloud_provider} {self.cloud_region}".strip() if self.cloud_region else ""
        if self.intensity is None and not self.cloud and not self.country:
            self.intensity = _float_of(environment("JOULECAST_INTENSITY"))
            self.cloud = environment("JOULECAST_REGION", "")
            self.country = environment("JOULECAST_COUNTRY", "")
        if self.region and self.intensity is None and not self.cloud:
            self.tell_once(f"region '{self.region}': its country's mean intensity is used")

    @property
    def is_place_given(self):
        return bool(self.intensity is not None or self.cloud or self.country)

    def grid(self):
        """The grid's intensity and country (`_core.Emissions`); its reason says why there is none."""
        grid = _core.emissions(1.0, self.country, self.cloud, self.intensity)
        if grid.mass_g is None and self.cloud and self.country:
            self.tell(f"{grid.reason}; the country's intensity is used")
            self.cloud = ""  # the run's emissions are those of the file
            grid = _core.emissions(1.0, self.country, "", self.intensity)
        return grid

    # ---- outputs

    def _outputs(self):
        outputs = list(self._value("output_handlers", None) or [])
        methods = self._methods()
        if OutputMethod.CSV in methods:
            outputs.append(FileOutput(self._text("output_file") or "emissions.csv",
                                      os.fspath(self._value("output_dir", ".")), self._one_of("on_csv_write", ("append", "update"))))
        if OutputMethod.LOGGER in methods:
            logger = self._value("logging_logger", None)
            if logger is None or isinstance(logger, str):
                raise InvalidError("the output to a logger needs a LoggerOutput", "logging_logger")
            outputs.append(logger)
        return outputs

    def _methods(self):
        methods = self._value("output_methods", None)
        if methods is None:
            return {method for method, flag, default in ((OutputMethod.CSV, "save_to_file", True),
                                                         (OutputMethod.LOGGER, "save_to_logger", False))
                    if self._flag(flag, default)}
        if isinstance(methods, str):
            methods = [text.strip() for text in methods.split(",") if text.strip()]
        try:
            found = {OutputMethod(getattr(method, "value", method)) for method in methods}
        except (TypeError, ValueError):
            choices = ", ".join(method.value for method in OutputMethod)
            raise InvalidError(f"{methods} is no list of {choices}", "output_methods") from None
        for method in found & METHODS_WITHOUT_EFFECT.keys():
            self.tell_once(f"output method '{method.value}' has no effect: {METHODS_WITHOUT_EFFECT[method]}")
        return found


def needs_live_calls(output):
    method = getattr(type(output), "live_out", None)
    return method is not None and method is not BaseOutput.live_out


def _float_of(text):
    try:
        return float(text) if text else None
    except ValueError:
        raise InvalidError(f"'{text}' is no number", "JOULECAST_INTENSITY or JOULECAST_PUE") from None
