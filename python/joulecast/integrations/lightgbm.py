"""LightGBM: `train`, `cv`, and the estimators in scikit-learn's manner."""

from ._follow import Follower, harmless


class EnergyCallback:
    """Tells a run of the rounds of boosting and their metrics.

    Args:
        run: to tell; None for that of the open block of `joulecast.track`, or else one of its own for each training.
        options: of `joulecast.track`, for a run of its own.

    Attributes:
        run: the one that is told; None before the first training.
    """

    order = 5  # before LightGBM's own, of which early stopping ends the training

    def __init__(self, run=None, **options):
        self._follower = Follower(run, options, dropped="finished")

    @property
    def run(self):
        return self._follower.run

    @property
    def before_iteration(self):
        """False: to be called after each round. LightGBM asks for it when a training begins, and tells that in no other way."""
        self._begin()
        return False

    @harmless
    def _begin(self):
        self._follower.open()
        self._follower.begin_fit("round")

    @harmless
    def __call__(self, environment):
        first, last = environment.begin_iteration, environment.end_iteration
        metrics = {f"{result[0]}_{result[1]}".replace(" ", "_"): result[2] for result in environment.evaluation_result_list or ()}
        self._follower.round(environment.iteration - first + 1, metrics, last - first)
        if environment.iteration + 1 >= last:
            self._follower.end_fit()
