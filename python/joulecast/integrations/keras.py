"""Keras 3 on any backend, and Keras 2 as `tf_keras` where Keras 3 is not installed."""

try:
    from keras.callbacks import Callback
except ImportError:
    from tf_keras.callbacks import Callback

from ._follow import Follower, harmless, named_by_set


class EnergyCallback(Callback):
    """Tells a run of the training's epochs, steps, validations and metrics.

    Args:
        run: to tell; None for that of the open block of `joulecast.track`, or else one of its own for each `fit`.
        options: of `joulecast.track`, for a run of its own.

    Attributes:
        run: the one that is told; None before the first `fit`.
    """

    async_safe = True  # else Keras waits for each step's metrics

    def __init__(self, run=None, **options):
        super().__init__()
        self._follower = Follower(run, options)

    @property
    def run(self):
        return self._follower.run

    @harmless
    def on_train_begin(self, logs=None):
        self._follower.open()

    @harmless
    def on_epoch_begin(self, epoch, logs=None):
        if not self._follower.is_fitting:  # only now is it known which epoch is the first
            self._follower.begin_fit("epoch", self.params.get("epochs"), done=epoch)
        self._follower.begin_epoch(epoch)

    @harmless
    def on_train_batch_end(self, batch, logs=None):
        self._follower.step(batch + 1, self.params.get("steps"))

    @harmless
    def on_epoch_end(self, epoch, logs=None):
        self._follower.metrics(named_by_set(logs or {}, {"val_": "val_"}))
        self._follower.end_epoch()

    @harmless
    def on_train_end(self, logs=None):
        self._follower.end_fit()

    @harmless
    def on_test_begin(self, logs=None):
        self._follower.begin_window("validation" if self._follower.is_fitting else "evaluation")

    @harmless
    def on_test_end(self, logs=None):
        self._follower.end_window()

    @harmless
    def on_predict_begin(self, logs=None):
        self._follower.begin_window("prediction")

    @harmless
    def on_predict_end(self, logs=None):
        self._follower.end_window()
