"""Hugging Face Trainer, and what is built on it: TRL, sentence-transformers, axolotl."""

from transformers import TrainerCallback

from ._follow import Follower, harmless, named_by_set

VALIDATION = "validation"
BOOKKEEPING = ("_runtime", "_per_second", "_time", "total_flos", "epoch", "step", "num_input_tokens_seen")


class EnergyCallback(TrainerCallback):
    """Tells a run of the training's steps, epochs, evaluations and metrics.

    Args:
        run: to tell; None for that of the open block of `joulecast.track`, or else one of its own for each training.
        options: of `joulecast.track`, for a run of its own.

    Attributes:
        run: the one that is told; None before the first training.
    """

    def __init__(self, run=None, **options):
        self._follower = Follower(run, options)

    @property
    def run(self):
        return self._follower.run

    @harmless
    def on_train_begin(self, args, state, control, **kwargs):
        self._follower.begin_fit("step", state.max_steps, done=state.global_step)

    @harmless
    def on_epoch_begin(self, args, state, control, **kwargs):
        self._follower.begin_epoch(int(round(state.epoch or 0, 6)))

    @harmless
    def on_step_end(self, args, state, control, **kwargs):
        self._follower.step(state.global_step)
        self._expect_evaluation(control)

    @harmless
    def on_epoch_end(self, args, state, control, **kwargs):
        if control.should_evaluate:
            self._expect_evaluation(control)  # which still is the epoch's; the next one's beginning ends it
        else:
            self._follower.end_epoch()

    def _expect_evaluation(self, control):
        """Nothing else tells when an evaluation begins."""
        if control.should_evaluate and self._follower.is_fitting and not self._follower.in_window:
            self._follower.begin_window(VALIDATION)

    @harmless
    def on_prediction_step(self, args, state, control, **kwargs):
        """Of an evaluation that nothing announced: at the beginning, outside of the training, or of a further data set."""
        if not self._follower.in_window:
            self._follower.begin_window(VALIDATION if self._follower.is_fitting else "evaluation")

    @harmless
    def on_evaluate(self, args, state, control, metrics=None, **kwargs):
        self._follower.end_window()
        self._follower.metrics(named_by_set(_without_bookkeeping(metrics), {"eval_": "val_"}, otherwise="val_"))

    @harmless
    def on_predict(self, args, state, control, metrics=None, **kwargs):
        self._follower.end_window()

    @harmless
    def on_log(self, args, state, control, logs=None, **kwargs):
        logs = logs or {}
        # on_evaluate tells of evaluations, and the means of the whole training come at its end.
        if self._follower.is_fitting and "train_runtime" not in logs and not any(name.startswith("eval_") for name in logs):
            self._follower.metrics(named_by_set(_without_bookkeeping(logs), {"train_": "train_"}))

    @harmless
    def on_train_end(self, args, state, control, **kwargs):
        self._follower.end_fit()


def _without_bookkeeping(metrics):
    return {name: value for name, value in (metrics or {}).items() if not name.endswith(BOOKKEEPING)}
