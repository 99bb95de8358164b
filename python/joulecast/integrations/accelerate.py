"""Accelerate: a tracker that hears what the training loop logs."""

from accelerate import PartialState
from accelerate.tracking import GeneralTracker

from ._follow import Follower, harmless

# What the examples of accelerate, transformers and diffusers call their totals, and what they log that is no metric.
TOTAL_STEPS = ("max_train_steps", "max_steps", "total_steps", "num_training_steps")
COUNTS = ("epoch", "step", "steps", "global_step", "completed_steps")


class EnergyTracker(GeneralTracker):
    """Tells a run of the metrics that `Accelerator.log` gets, and of the steps that they are logged for.

    Where the training's loops go over `Run.epochs` and `Run.steps`, those tell the progress instead.

    Args:
        run: to tell; None for that of the open block of `joulecast.track`, or else one of its own, from `init_trackers` to
            `end_training`.
        steps: of the whole training, where the configuration given to `init_trackers` does not tell them.
        options: of `joulecast.track`, for a run of its own.

    Attributes:
        run: the one that is told.
    """

    name = "joulecast"
    requires_logging_directory = False
    main_process_only = False  # the first process of each node measures it

    def __init__(self, run=None, *, steps=None, **options):
        super().__init__()
        self._follower = Follower(run, options)
        self._steps = steps

    @property
    def run(self):
        return self._follower.run

    @property
    def tracker(self):
        return self._follower.run

    @harmless
    def start(self):
        if not PartialState().is_local_main_process:
            return
        self._follower.open()
        if not self.run._in_loops:
            self._follower.begin_fit("step", self._steps, done=None)

    @harmless
    def store_init_configuration(self, values):
        self._steps = self._steps or next((values[name] for name in TOTAL_STEPS if values.get(name)), None)

    @harmless
    def log(self, values, step=None, **kwargs):
        if not self._follower.is_open:
            return
        counts_epochs = step == values.get("epoch")
        if step is not None and not counts_epochs and not self.run._in_loops:
            self._follower.step(step, self._steps)
        self._follower.metrics({name: value for name, value in values.items() if name not in COUNTS})

    @harmless
    def finish(self):
        self._follower.end_fit()
