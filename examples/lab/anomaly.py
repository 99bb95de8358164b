"""Finds anomalies with classic machine learning: fits a detector several times, then lets it judge samples.

    python3 examples/lab/anomaly.py --method isolation-forest --dataset generated

Detectors of two kinds are compared. Those that learn what is normal see no anomaly before the test: isolation-forest,
one-class-svm, local-outlier-factor, autoencoder. Those that learn from labels see both: gradient-boosting, xgboost, mlp,
random-forest. Fitting and judging are told to joulecast as two phases.
"""
import argparse
import json
import time
import warnings
from pathlib import Path

import numpy
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import HistGradientBoostingClassifier, IsolationForest, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import LocalOutlierFactor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

from telling import tell

ANOMALIES = 0.05  # of the samples


def rare(samples, is_anomaly, random):
    """All that is normal, and so many of the others that they are ANOMALIES of all."""
    normal, others = numpy.flatnonzero(~is_anomaly), numpy.flatnonzero(is_anomaly)
    count = min(len(others), round(len(normal) * ANOMALIES / (1 - ANOMALIES)))
    kept = numpy.concatenate([normal, random.choice(others, count, replace=False)])
    return samples[kept], is_anomaly[kept]


def digits(rows, random):
    """A handwritten 9 among the other digits."""
    bunch = load_digits()
    return rare(bunch.data, bunch.target == 9, random)


def tumours(rows, random):
    """A malignant tumour among benign ones (Wisconsin)."""
    bunch = load_breast_cancer()
    return rare(bunch.data, bunch.target == 0, random)


def generated(rows, random):
    """Points of ten features around five centres, and points that are spread over the whole space."""
    count = round(rows * ANOMALIES)
    centres = random.normal(0, 3, size=(5, 10))
    normal = centres[random.integers(0, 5, rows - count)] + random.normal(0, 1, size=(rows - count, 10))
    spread = random.uniform(normal.min(axis=0), normal.max(axis=0), size=(count, 10))
    return numpy.concatenate([normal, spread]), numpy.arange(rows) >= rows - count


DATASETS = {"digits": digits, "tumours": tumours, "generated": generated}


class Autoencoder:
    """A network that learns to repeat its input through a narrow layer: what it repeats badly is unlike what it has seen."""

    def __init__(self, seed):
        self.network = MLPRegressor(hidden_layer_sizes=(32, 4, 32), max_iter=50, random_state=seed)

    def fit(self, samples):
        self.network.fit(samples, samples)
        return self

    def score_samples(self, samples):
        return -((self.network.predict(samples) - samples) ** 2).mean(axis=1)


def xgboost(seed):
    from xgboost import XGBClassifier  # of PyPI; the others are in scikit-learn

    return XGBClassifier(n_estimators=100, random_state=seed)


UNLABELLED = {
    "isolation-forest": lambda seed: IsolationForest(random_state=seed),
    "one-class-svm": lambda seed: OneClassSVM(nu=ANOMALIES),
    "local-outlier-factor": lambda seed: LocalOutlierFactor(novelty=True),
    "autoencoder": Autoencoder,
}
LABELLED = {
    "gradient-boosting": lambda seed: HistGradientBoostingClassifier(random_state=seed),
    "random-forest": lambda seed: RandomForestClassifier(random_state=seed),
    "mlp": lambda seed: MLPClassifier(max_iter=50, random_state=seed),
    "xgboost": xgboost,
}


def fit(method, seed, samples, is_anomaly):
    if method in LABELLED:
        return LABELLED[method](seed).fit(samples, is_anomaly)
    return UNLABELLED[method](seed).fit(samples[~is_anomaly])


def judge(method, detector, samples):
    """High for anomalies."""
    return detector.predict_proba(samples)[:, 1] if method in LABELLED else -detector.score_samples(samples)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--method", choices=[*UNLABELLED, *LABELLED], required=True)
    parser.add_argument("--dataset", choices=DATASETS, default="generated")
    parser.add_argument("--rows", type=int, default=10000, help="of the generated set")
    parser.add_argument("--seconds", type=float, default=5, help="fit, and then judge, again and again for so long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="write anomaly.json there")
    return parser.parse_args()


def repeat(name, unit, each, seconds, work):
    """Does the work again and again, tells each time, and returns how often it was done and what came of it last."""
    tell("begin_phase", name=name, unit=unit)
    began, times = time.perf_counter(), 0
    while times == 0 or time.perf_counter() - began < seconds:
        result = work()
        times += 1
        tell("progress", work=times * each)
    tell("end_phase")
    return times, (time.perf_counter() - began) / times, result


def main():
    arguments = parse()
    warnings.simplefilter("ignore", ConvergenceWarning)  # the number of iterations is part of the comparison
    samples, is_anomaly = DATASETS[arguments.dataset](arguments.rows, numpy.random.default_rng(arguments.seed))
    train, test, train_labels, test_labels = train_test_split(
        samples, is_anomaly, test_size=0.3, random_state=arguments.seed, stratify=is_anomaly)
    scaler = StandardScaler().fit(train)
    train, test = scaler.transform(train), scaler.transform(test)

    fits, fit_s, detector = repeat(
        "fit", "fit", 1, arguments.seconds, lambda: fit(arguments.method, arguments.seed, train, train_labels))
    _, judge_s, scores = repeat(
        "judge", "sample", len(test), arguments.seconds, lambda: judge(arguments.method, detector, test))
    result = {
        "fits": fits,
        "fit_s": fit_s,
        "judge_ms_per_1000": 1e6 * judge_s / len(test),
        "roc_auc": roc_auc_score(test_labels, scores),
        "average_precision": average_precision_score(test_labels, scores),
    }
    print(" ".join(f"{name}={value:.6g}" for name, value in result.items()), flush=True)
    if arguments.output:
        (arguments.output / "anomaly.json").write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
