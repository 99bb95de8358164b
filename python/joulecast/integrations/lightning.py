"""Lightning, under either of its names: `lightning` and `pytorch_lightning`."""

import sys

if "pytorch_lightning" in sys.modules and "lightning.pytorch" not in sys.modules:
    from pytorch_lightning import Callback
else:
    try:
        from lightning.pytorch import Callback
    except ImportError:
        from pytorch_lightning import Callback

from ._follow import Follower, harmless, status_of


class EnergyCallback(Callback):
    """Tells a run of the training's epochs, steps, validations and metrics.

    Args:
        run: to tell; None for that of the open block of `joulecast.track`, or else one of its own for each `fit`.
        options: of `joulecast.track`, for a run of its own.

    Attributes:
        run: the one that is told; None before the first `fit`.
    """

    def __init__(self, run=None, **options):
        self._follower = Follower(run, options)
        self._seen = {}  # Lightning's metrics at the end of the last epoch

    @property
    def run(self):
        return self._follower.run

    @harmless
    def on_fit_start(self, trainer, pl_module):
        self._follower.open()

    @harmless
    def on_train_start(self, trainer, pl_module):
        within_epoch = getattr(trainer.fit_loop, "restarted_mid_epoch", False)
        if trainer.max_steps > 0 or within_epoch:
            self._follower.begin_fit("step", trainer.estimated_stepping_batches, done=trainer.global_step)
            if within_epoch:  # its beginning is not told
                self._follower.begin_epoch(trainer.current_epoch)
        else:
            self._follower.begin_fit("epoch", trainer.max_epochs, done=trainer.current_epoch)

    @harmless
    def on_train_epoch_start(self, trainer, pl_module):
        self._follower.begin_epoch(trainer.current_epoch)

    @harmless
    def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        if self._follower.unit == "epoch":
            self._follower.step(batch_idx + 1, trainer.num_training_batches)
        else:
            self._follower.step(trainer.global_step)

    # Lightning goes on showing what an earlier epoch has logged, as of a validation that is due every second epoch: the same
    # object then, whereas a value that is computed anew is another one.
    @harmless
    def on_train_epoch_end(self, trainer, pl_module):
        metrics = dict(trainer.callback_metrics)
        new = {name: value for name, value in metrics.items() if value is not self._seen.get(name)}
        self._seen = metrics
        if self._follower.is_fitting:
            self._follower.metrics(_of_whole_epochs(new))
            self._follower.end_epoch()

    @harmless
    def on_train_end(self, trainer, pl_module):
        self._follower.end_fit()

    @harmless
    def on_exception(self, trainer, pl_module, exception):
        self._follower.end_fit(status_of(exception))

    @harmless
    def on_validation_start(self, trainer, pl_module):
        self._begin_window(trainer, "sanity check" if trainer.sanity_checking else "validation")

    @harmless
    def on_validation_end(self, trainer, pl_module):
        self._follower.end_window()

    @harmless
    def on_test_start(self, trainer, pl_module):
        self._begin_window(trainer, "test")

    @harmless
    def on_test_end(self, trainer, pl_module):
        self._follower.end_window()

    @harmless
    def on_predict_start(self, trainer, pl_module):
        self._begin_window(trainer, "prediction")

    @harmless
    def on_predict_end(self, trainer, pl_module):
        self._follower.end_window()

    def _begin_window(self, trainer, name):
        self._follower.begin_window(name)


def _of_whole_epochs(metrics):
    """A metric that is logged for steps and for epochs comes three times."""
    return {name: value for name, value in metrics.items()
            if not (name.endswith(("_step", "_epoch")) and name.rpartition("_")[0] in metrics)}
