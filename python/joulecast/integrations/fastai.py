"""fastai: `fit`, `fit_one_cycle`, `fine_tune` and the others."""

from fastai.callback.core import Callback

from ._follow import Follower, harmless, named_by_set


class EnergyCallback(Callback):
    """Tells a run of the training's epochs, batches, validations and metrics.

    Args:
        run: to tell; None for that of the open block of `joulecast.track`, or else one of its own for each `fit`.
        options: of `joulecast.track`, for a run of its own.

    Attributes:
        energy_run: the one that is told; None before the first `fit`. (`run` is fastai's.)
    """

    order = 60  # after the Recorder, whose metrics we tell

    def __init__(self, run=None, **options):
        self._follower = Follower(run, options)
        self._first = 0

    @property
    def energy_run(self):
        return self._follower.run

    @harmless
    def before_fit(self):
        if hasattr(self.learn, "lr_finder") or hasattr(self.learn, "gather_preds"):
            return  # no training
        skipped = next((callback for callback in self.learn.cbs if type(callback).__name__ == "SkipToEpoch"), None)
        self._first = getattr(skipped, "_skip_to", 0)
        self._follower.begin_fit("epoch", self.n_epoch, done=self._first)

    @harmless
    def before_epoch(self):
        if self.epoch >= self._first:
            self._follower.begin_epoch(self.epoch)

    @harmless
    def after_batch(self):
        if self.training:
            self._follower.step(self.iter + 1, self.n_iter)

    @harmless
    def before_validate(self):
        if self._follower.is_fitting:
            self._follower.begin_window("validation")

    @harmless
    def after_validate(self):
        self._follower.end_window()

    @harmless
    def after_epoch(self):
        if not self._follower.is_fitting or self.epoch < self._first:
            return
        recorder = self.learn.recorder
        names = recorder.metric_names[1:]  # the first one is the epoch
        self._follower.metrics(named_by_set(dict(zip(names, recorder.log[1:])), {"train_": "train_", "valid_": "val_"}, otherwise="val_"))
        self._follower.end_epoch()

    @harmless
    def after_fit(self):
        self._follower.end_fit()
