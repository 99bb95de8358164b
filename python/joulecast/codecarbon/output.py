"""Where a tracker's rows go: emissions.csv, a logger, or whatever the user hands in."""

import csv
import enum
import fcntl
import io
import json
import logging
import math
import os

from .._warn import warn
from ..errors import InvalidError
from ._data import EmissionsData, TaskEmissionsData, known

__all__ = ["BaseOutput", "EmissionsData", "FileOutput", "GoogleCloudLoggerOutput", "LoggerOutput", "OutputMethod",
           "TaskEmissionsData"]


class OutputMethod(str, enum.Enum):
    """CodeCarbon's outputs. CSV and LOGGER are written; the others warn."""

    CSV = "csv"
    API = "api"
    LOGGER = "logger"
    PROMETHEUS = "prometheus"
    LOGFIRE = "logfire"
    BOAMPS = "boamps"


class BaseOutput:
    """What an output of one's own may implement, for `output_handlers`."""

    def out(self, total, delta):
        """At flush and stop: the run so far, and what is new since the last call of any output."""

    def live_out(self, total, delta):
        """Every `api_call_interval` x `measure_power_secs` seconds, on a thread of the tracker."""

    def task_out(self, data, experiment_name):
        """At flush and stop, if there were tasks: a TaskEmissionsData each."""

    def exit(self):
        """After the last call."""


class FileOutput(BaseOutput):
    """Appends a row to emissions.csv, or replaces the run's own one.

    Raises:
        OSError: there is no such folder.
        ValueError: `on_csv_write` is neither "append" nor "update".
    """

    def __init__(self, output_file_name, output_dir, on_csv_write="append"):
        if on_csv_write not in ("append", "update"):
            raise InvalidError(f"'{on_csv_write}' is neither 'append' nor 'update'", "on_csv_write")
        if not os.path.isdir(output_dir):
            raise FileNotFoundError(f"output_dir: folder '{output_dir}' doesn't exist")
        self.output_dir = output_dir
        self.output_file_name = output_file_name
        self.on_csv_write = on_csv_write
        self.save_file_path = os.path.join(output_dir, output_file_name)

    def out(self, total, delta):
        row = total.values
        with open(self.save_file_path, "a+", newline="", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # parallel runs may share the file
            file.seek(0)
            header = next(csv.reader(file), None)
            if header is None or sorted(header) == sorted(row):
                self._add(file, header, row)
                return
        moved = set_aside(self.save_file_path)
        warn(f"{self.save_file_path} has other columns; it was moved to {moved}")
        self.out(total, delta)

    def _add(self, file, header, row):
        if header is None:
            file.write(line_of(list(row)) + line_of(row.values()))
            return
        if self.on_csv_write == "update":
            file.seek(0)
            rows = list(csv.DictReader(file))
            kept = [other for other in rows if other["run_id"] != row["run_id"]]
            if len(rows) - len(kept) == 1:
                # In place, as others may hold the same file open.
                file.truncate(0)
                file.write(line_of(header) + "".join(line_of(other[name] for name in header) for other in kept)
                           + line_of(row[name] for name in header))
                return
        file.seek(0, io.SEEK_END)
        if not ends_with_line(self.save_file_path):
            file.write("\n")
        file.write(line_of(row[name] for name in header))

    def task_out(self, data, experiment_name):
        path = os.path.join(self.output_dir, f"emissions_{experiment_name}_{data[0].run_id}.csv")
        with open(path, "w", newline="", encoding="utf-8") as file:
            file.write(line_of(data[0].values))
            file.writelines(line_of(task.values.values()) for task in data)


class LoggerOutput(BaseOutput):
    """Writes rows as JSON to a logger; what is not known is null."""

    def __init__(self, logger, severity=logging.INFO):
        self.logger = logger
        self.logging_severity = severity

    def out(self, total, delta):
        self.logger.log(self.logging_severity, msg=json.dumps(known(total)))

    def live_out(self, total, delta):
        self.out(total, delta)


class GoogleCloudLoggerOutput(LoggerOutput):
    """The same for a logger of google.cloud.logging."""

    def out(self, total, delta):
        self.logger.log_struct(known(total), severity=self.logging_severity)


def line_of(cells):
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(
        "" if cell is None or (isinstance(cell, float) and math.isnan(cell)) else cell for cell in cells)
    return line.getvalue()


def ends_with_line(path):
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"


def set_aside(path):
    """Renames a file to the first free of path.bak, path_0.bak, path_1.bak …, and returns the new name."""
    new, number = f"{path}.bak", 0
    while os.path.exists(new):
        new, number = f"{path}_{number}.bak", number + 1
    os.rename(path, new)
    return new
