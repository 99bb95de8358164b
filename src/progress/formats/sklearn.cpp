// scikit-learn's verbose=1 and more.
//
//   MLP             Iteration 1, loss = 0.357      Validation score: 0.900000       an iteration is an epoch
//   SGD             -- Epoch 1                     Norm: 37.73, …, Avg. loss: 76.1  Total training time: 0.01
//   seconds. boosting        Iter   Train Loss  …           1   1.3229   1.10s               rounds 1 … 10,
//   20 … 100, 200 … hist. boosting  [1/40] 1 tree, 31 leaves, max depth = 9, train loss: 0.644, val loss:
//   0.645, in 0.012s forests         building tree 1 of 100 grid search     Fitting 3 folds for each of 4
//   candidates, totalling 12 fits     [CV] END …; total time=   0.0s
#include <optional>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

class Sklearn final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    if (read_search(line, report)) return true;
    if (searching_ && is_of_a_fit(line)) {
      if (fits_ < total_fits_) return true;  // each of the fits may print its own
      searching_ = false;
      report.phase_begins("refit");
    }
    return read_mlp(line, report) || read_sgd(line, report) || read_boosting(line, report) ||
           read_tsne(line, report);
  }

 private:
  bool read_search(const Line& line, Report& report) {
    static const Pattern announced(
        R"(^Fitting \d+ folds for each of \d+ candidates, totalling (?P<total>\d+) fits$)");
    static const Pattern fitted(R"(^\[CV(?: \d+/\d+)?\] END |^\[CV\] {2}.*, total= )");
    static const Pattern joblib(
        R"(^\[Parallel\(n_jobs=\S+\)\]: Done +(?P<done>\d+) (?:out of +(?P<total>\d+)|tasks) +\| elapsed: )");
    static const Pattern other(R"(^\[CV(?: \d+/\d+[^\]]*)?\] |^\[Parallel\(n_jobs=)");
    if (const auto match = announced.find(line.text)) {
      searching_ = true;
      fits_ = 0;
      total_fits_ = match->number("total").value_or(0);
      if (total_fits_ > 0) report.total_work(total_fits_, Unit::fit);
      return true;
    }
    if (!searching_) return false;
    if (fitted.matches(line.text)) {
      ++fits_;
      report.epochs_count_from(1);
      report.work_done(fits_, {}, Unit::fit);
      report.epoch_ends(fits_);
      return true;
    }
    if (const auto match = joblib.find(line.text)) {
      const auto done = match->number("done");
      if (done && *done > fits_ && fits_ == 0) report.work_done(*done, match->number("total"), Unit::fit);
      return true;
    }
    return other.matches(line.text);
  }

  static bool is_of_a_fit(const Line& line) {
    static const Pattern words(
        R"(^(?:Iteration \d+, |-- Epoch \d|Norm: |Total training time: |Validation score: |\[\d+/\d+\] \d+ tree|building tree \d))");
    return words.matches(line.text);
  }

  /// t-SNE: its neighbours first, then iterations, of which the number is not said.
  static bool read_tsne(const Line& line, Report& report) {
    static const Pattern iteration(
        R"(^\[t-SNE\] Iteration (?P<done>\d+): error = (?P<error>[\d.]+), gradient norm = )");
    static const Pattern prepares(R"(^\[t-SNE\] (?:Comput|Index))");
    if (prepares.matches(line.text)) {
      report.prepares();
      return true;
    }
    const auto match = iteration.find(line.text);
    const auto done = match ? match->number("done") : std::nullopt;
    if (!done) return line.text.starts_with("[t-SNE] ");
    report.work_done(*done);
    if (const auto error = match->number("error")) report.metric("error", *error);
    return true;
  }

  bool read_mlp(const Line& line, Report& report) {
    static const Pattern iteration(R"(^Iteration (?P<epoch>\d+), (?P<rest>loss = -?(?:\d+\.\d{8}|inf))$)");
    static const Pattern other_iteration(
        R"(^\[\w+\] Iteration (?P<epoch>\d+), (?P<rest>pseudo-likelihood = .*))");
    static const Pattern validation(R"(^Validation score: (?P<score>[-\d.]+)$)");
    static const Pattern stopped(
        R"(^(?:Training loss|Validation score) did not improve more than tol=|ConvergenceWarning: )");
    auto match = iteration.find(line.text);
    if (!match) match = other_iteration.find(line.text);
    if (match) {
      mlp_epoch_ = match->whole("epoch");
      if (!mlp_epoch_) return false;
      report.epochs_count_from(1);
      report.epoch_ends(*mlp_epoch_);
      report_metrics(report, match->text("rest"), mlp_epoch_, "train");
      return true;
    }
    if (const auto found = mlp_epoch_ ? validation.find(line.text) : std::nullopt) {
      if (const auto score = found->number("score")) report.metric("val_score", *score, mlp_epoch_);
      report.epoch_ends(*mlp_epoch_);
      return true;
    }
    return stopped.matches(line.text);
  }

  bool read_sgd(const Line& line, Report& report) {
    static const Pattern begin(R"(^-- Epoch (?P<epoch>\d+)$)");
    static const Pattern figures(R"(^Norm: .*, Avg\. loss: )");
    static const Pattern end(R"(^Total training time: [\d.]+ seconds\.$)");
    static const Pattern done(
        R"(^(?:Convergence|convergence|max_iter reached) after \d+ (?:epochs|seconds))");
    if (const auto match = begin.find(line.text)) {
      sgd_epoch_ = match->whole("epoch");
      report.epochs_count_from(1);
      if (sgd_epoch_) report.epoch_begins(*sgd_epoch_);
      return sgd_epoch_.has_value();
    }
    if (done.matches(line.text)) return true;
    if (!sgd_epoch_) return false;
    if (figures.matches(line.text)) {
      report_metrics(report, line.text, sgd_epoch_, "train");
      return true;
    }
    if (!end.matches(line.text)) return false;
    report.epoch_ends(*sgd_epoch_);
    return true;
  }

  bool read_boosting(const Line& line, Report& report) {
    static const Pattern header(R"(^Iter\s+Train Loss\s+(?:OOB Improve\s+)?Remaining Time$)");
    static const Pattern row(R"(^(?P<round>\d+)\s+(?P<loss>-?[\d.]+)(?:\s+-?[\d.]+)?\s+[\d.]+[smh]$)");
    static const Pattern histogram(
        R"(^\[(?P<round>\d+)/(?P<total>\d+)\] \d+ trees?(?: \(\d+ leaves\)|,) (?P<rest>.*), in [\d.]+s$)");
    static const Pattern fitting(R"(^Fitting gradient boosted rounds:$)");
    static const Pattern forest(R"(^building tree (?P<tree>\d+) of (?P<total>\d+)$)");
    if (header.matches(line.text)) {
      table_ = true;
      return true;
    }
    if (const auto match = table_ ? row.find(line.text) : std::nullopt) {
      if (const auto round = match->number("round")) report.work_done(*round, {}, Unit::round);
      if (const auto loss = match->number("loss")) report.metric("train_loss", *loss);
      return true;
    }
    if (fitting.matches(line.text)) {
      report.run_begins();
      return true;
    }
    if (const auto match = histogram.find(line.text)) {
      const auto round = match->whole("round");
      if (!round) return false;
      report.epochs_count_from(1);
      report.work_done(*round, match->number("total"), Unit::round);
      report.epoch_ends(*round);
      report_metrics(report, match->text("rest"), round);
      return true;
    }
    const auto match = forest.find(line.text);
    if (const auto tree = match ? match->number("tree") : std::nullopt)
      report.work_done(*tree, match->number("total"), Unit::round);
    return match.has_value();
  }

  std::optional<int> mlp_epoch_;
  std::optional<int> sgd_epoch_;
  bool table_ = false;
  bool searching_ = false;
  int fits_ = 0;
  double total_fits_ = 0;
};

}  // namespace

extern const FormatType sklearn_format{
    "scikit-learn",
    "verbose MLP, SGD, gradient boosting (both), forests, t-SNE and searches (fits)",
    Breadth::framework,
    Evidence::stated,
    {},  // a table's rows have no words
    make_format<Sklearn>};

}  // namespace joulecast::progress
