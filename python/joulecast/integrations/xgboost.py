"""XGBoost: `train`, `cv`, and the estimators in scikit-learn's manner."""

from xgboost.callback import TrainingCallback

from ._follow import Follower, harmless, local_of_caller


class EnergyCallback(TrainingCallback):
    """Tells a run of the rounds of boosting and their metrics.

    Args:
        run: to tell; None for that of the open block of `joulecast.track`, or else one of its own for each training.
        options: of `joulecast.track`, for a run of its own.

    Attributes:
        run: the one that is told; None before the first training.
    """

    def __init__(self, run=None, **options):
        super().__init__()
        self._follower = Follower(run, options)
        self._total = None

    @property
    def run(self):
        return self._follower.run

    def before_training(self, model):
        self._begin()
        return model

    @harmless
    def _begin(self):
        self._total = local_of_caller("xgboost.training", "num_boost_round")
        self._follower.begin_fit("round", self._total)

    def after_iteration(self, model, epoch, evals_log):
        self._tell(epoch + 1, evals_log)
        return False

    @harmless
    def _tell(self, done, evals_log):
        self._follower.round(done, {f"{data}_{name}": _last(values) for data, metrics in evals_log.items()
                                    for name, values in metrics.items()}, self._total)

    def after_training(self, model):
        self._end()
        return model

    @harmless
    def _end(self):
        self._follower.end_fit()


def _last(values):
    """Of a cross-validation, the mean; the deviation stands beside it."""
    value = values[-1]
    return value[0] if isinstance(value, tuple) else value
