"""CatBoost: `fit` of its estimators, and `train`."""

from .._warn import warn
from ..errors import Stopped
from ._follow import Follower, harmless, local_of_caller

ROUNDS = ("iterations", "n_estimators", "num_boost_round", "num_trees")
ROUNDS_UNLESS_SAID = 1000  # CatBoost's default


class EnergyCallback:
    """Tells a run of the rounds of boosting and their metrics.

    CatBoost tells a callback neither when a training begins nor when it ends: only a block of `joulecast.track` around it measures
    all of it.

    Args:
        run: to tell; None for that of the open block of `joulecast.track`, or else one of its own, which begins after the first round.
        options: of `joulecast.track`, for a run of its own.

    Attributes:
        run: the one that is told; None before the first training.
    """

    def __init__(self, run=None, **options):
        self._follower = Follower(run, options, dropped="finished")
        self._last = self._total = 0

    @property
    def run(self):
        return self._follower.run

    def after_iteration(self, info):
        try:
            self._tell(info)
        except Stopped as reason:  # which CatBoost would lose
            warn(f"CatBoost ends this training early: {reason}")
            return False
        return True

    @harmless
    def _tell(self, info):
        if not self._follower.is_fitting or info.iteration <= self._last:
            self._total = _rounds_of_caller()
            self._follower.open()
            self._follower.begin_fit("round", self._total, done=info.iteration - 1)
        self._last = info.iteration
        metrics = {f"{data}_{name}": values[-1] for data, named in (info.metrics or {}).items() for name, values in named.items() if values}
        self._follower.round(info.iteration, metrics, self._total)
        if info.iteration == self._total:
            self._follower.end_fit()


def _rounds_of_caller():
    params = local_of_caller("catboost.core", "params") or {}
    return next((params[name] for name in ROUNDS if params.get(name)), ROUNDS_UNLESS_SAID)
