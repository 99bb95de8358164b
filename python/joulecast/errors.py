"""The exceptions of joulecast. Each carries a kind, a message, and the place that it is about."""

from __future__ import annotations

__all__ = ["Error", "InvalidError", "MalformedError", "UnavailableError", "DeniedError", "RetryError", "GoneError", "Stopped"]


class Error(Exception):
    """Something that joulecast could not do.

    Attributes:
        kind: "invalid", "malformed", "unavailable", "denied", "retry" or "gone".
        message: one line.
        where: the argument, file or device that it is about; may be empty.
    """

    kind = ""

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.message = message
        self.where = where

    def __reduce__(self) -> tuple[type[Error], tuple[str, str]]:
        return type(self), (self.message, self.where)


class InvalidError(Error, ValueError):
    """An argument or a question that has no answer."""

    kind = "invalid"


class MalformedError(Error, ValueError):
    """A file that is not what it claims to be."""

    kind = "malformed"


class UnavailableError(Error):
    """Something that this machine does not have: a file, a store, a meter."""

    kind = "unavailable"


class DeniedError(Error, PermissionError):
    """Something that exists, but that we may not use."""

    kind = "denied"


class RetryError(Error):
    """A failure that may pass: a locked store, a full disk, no more threads."""

    kind = "retry"


class GoneError(Error):
    """Something that was there and is lost."""

    kind = "gone"


class Stopped(Error):
    """Raised in the training when a limit that `Run.stop_if` watches was reached."""

    kind = "stopped"
