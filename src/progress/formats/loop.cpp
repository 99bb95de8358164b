// Loops that somebody wrote, in their many wordings.
//
//   Epoch 3/90, loss: 0.31          epoch 3 loss 0.31       [Epoch 3] …        a result: the epoch is over
//   ===== Epoch 3 =====             Starting epoch 3        Epoch 3 of 4:      a heading: it begins
//   Epoch [3/90], Step [100/500]    epoch=3, step=100, …                       within it
//   global step 30/100, epoch 2/5                                              marked by epochs
//   Iteration 25 of 500, loss …     step 100 | loss 0.3     25/300 loss 0.3    without epochs
//   Fold 2/5                        === Fine-tuning ===                        counting begins again
//
// find_epoch() and find_step() tell the numbers; here it is decided what a line means beside those before it.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "progress/format.hpp"
#include "progress/lines/epoch_mention.hpp"
#include "progress/lines/part_mention.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/lines/preparation.hpp"
#include "progress/lines/step_mention.hpp"
#include "progress/lines/total_mention.hpp"
#include "progress/loop_epochs.hpp"
#include "progress/loop_parts.hpp"
#include "progress/loop_steps.hpp"
#include "progress/metric_kind.hpp"
#include "progress/metric_text.hpp"
#include "progress/report_metrics.hpp"

namespace joulecast::progress {
namespace {

using Metrics = std::vector<MetricText>;

constexpr std::size_t longest_line = 1000;

class Loop final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    if (line.text.size() > longest_line) return false;
    // "Config 1/8: lr=0.1" is one of a grid.
    if (are_settings(line.lowered) && !find_part(line.text)) return false;
    if (const auto over = find_part_that_is_over(line.text); over && !find_epoch(line.text)) {
      parts_.note_over(*over);
      return read_line(line, report);
    }
    const auto heading = find_heading(line.text);
    if (heading && parts_.may_be_headed(line.text)) {
      parts_.head(*heading, report);
      return true;
    }
    const auto part = find_part(line.text);
    if (!part || !counts_within(part->after)) {
      const auto behind = find_part_behind_epoch(line.text);
      if (behind && !parts_.name(*behind, line.text, report)) return true;
      return read_line(line, report);
    }
    if (!parts_.name(*part, part->after, report)) return true;
    Line rest = line;
    rest.text = part->after;
    rest.lowered = to_lower(rest.text);
    tagged_ = true;
    const bool read = read_line(rest, report);
    tagged_ = false;
    return read;
  }

 private:
  /// "Fold 2 | Epoch 3 …": what follows the part is within it.
  static bool counts_within(std::string_view text) {
    if (const auto epoch = find_epoch(text)) return epoch->kind == EpochMention::Kind::progress;
    const auto step = find_step(text);
    return step && step->total;
  }

  /// "Epoch 3/10 (fold 2/5) …"
  static std::optional<PartMention> find_part_behind_epoch(std::string_view text) {
    static const Pattern part(
        R"((?i)^\W*ep(?:och)?[ :#=\[(]*\d+[^a-z]{0,12}[\[(,|-] ?(?P<part>(?:fold|split|trial|seed|run)\b.*))");
    const auto match = part.find(text);
    return match ? find_part(match->text("part")) : std::nullopt;
  }

  bool read_line(const Line& line, Report& report) {
    if (read_totals(line, report) || read_setting(line, report)) return true;
    if (steps_.read_round_with_epochs(line, report)) return true;
    if (line.lowered.find("ep") != std::string::npos || line.lowered.find('/') != std::string::npos) {
      if (const auto mention = find_epoch(line.text); mention && !is_prose_of_a_table(mention->before)) {
        if (mention->kind == EpochMention::Kind::progress)
          read_epoch(*mention, line, report);
        else
          read_other_epoch(*mention, line, report);
        return true;
      }
    }
    return steps_.read(line, report) || read_preparation(line, report) || take_figures(line, report) ||
           read_row(line);
  }

  /// "ppl: 2.5, loss: 0.5" below "Evaluating perplexity, Epoch 1/3": they are the evaluation's.
  bool take_figures(const Line& line, Report& report) {
    static const Pattern heading(
        R"(^\W*(?:running |starting )?(?:validat(?:ion|ing)|evaluat(?:ion|ing))\W*$)");
    auto metrics = find_metrics(line.text);
    if (metrics.empty()) {
      if (epochs_.is_open() && heading.matches(line.lowered)) evaluation_headed_ = true;
      return false;
    }
    if (std::exchange(evaluation_headed_, false))
      for (auto& metric : metrics) metric.name = name_in_set(metric.name, "val");
    return epochs_.take_figures(metrics, line.time, report);
  }

  /// "│ Prompt: the third epoch 3/10 │": what a cell of a drawn table quotes, as samples that were generated.
  static bool is_prose_of_a_table(std::string_view before) {
    static const Pattern words(R"((?:│|┃|║)[^│┃║]*[A-Za-z]{2}[^│┃║]*[A-Za-z]\W*$)");
    return words.matches(before);
  }

  /// "│ 0.512 │ 0.81 │" beneath "Epoch 3/7": which figures they are, the table's header told.
  bool read_row(const Line& line) {
    static const Pattern row(R"(^(?:\||│|┃).*\d\.\d.*(?:\||│|┃)$)");
    if (row.matches(line.text)) epochs_.note_figures(line.time);
    return false;
  }

  bool read_totals(const Line& line, Report& report) {
    if (const auto totals = find_totals(line.lowered)) {
      if (totals->begins) report.run_begins();
      if (!totals->sure) report.guess();
      if (totals->epochs) report.total_epochs(*totals->epochs);
      // "Total steps: 512" below "Learning iteration 1/10" is a count of something else.
      if (totals->steps && !steps_.have_a_total()) {
        epochs_.note_total_steps(*totals->steps);
        report.total_work(*totals->steps);
      }
      if (totals->steps_per_epoch) report.steps_per_epoch(*totals->steps_per_epoch);
      return true;
    }
    if (!starts_training(line.lowered)) return false;
    report.run_begins();
    return true;
  }

  /// "Train batch size: 1", "Gradient accumulation steps: 1", "Epoch: 8": settings that are printed at once.
  bool read_setting(const Line& line, Report& report) {
    static const Pattern setting(R"(^(?P<name>[A-Za-z][A-Za-z ]{2,40}): (?P<value>\d+)$)");
    constexpr Seconds moment{0.02};
    const auto match = setting.find(line.text);
    const bool among_others = match && settings_ >= 2 && line.time - setting_at_ < moment;
    settings_ = match ? (line.time - setting_at_ < moment ? settings_ + 1 : 1) : 0;
    setting_at_ = line.time;
    const auto epochs = among_others ? match->number("value") : std::nullopt;
    if (!epochs || *epochs <= 1 || to_lower(match->text("name")) != "epoch" || epochs_.epoch()) return false;
    report.guess();
    report.total_epochs(*epochs);
    return true;
  }

  /// "Preprocessing batch 3/50", "Using device cuda": the training begins after it, at the earliest.
  static bool read_preparation(const Line& line, Report& report) {
    const bool counted = counts_preparation(line.text);
    if (!counted && (!tells_of_preparation(line.text) || !find_metrics(line.text).empty())) return false;
    report.prepares();
    return true;
  }

  /// "Client 3/8 epoch 1/2", "local epoch 1/2": within a round, of which nothing was heard.
  [[nodiscard]] bool is_of_a_client(std::string_view before) const {
    static const Pattern client(R"((?i)\b(?:client[ _#:=]*\d+ ?/ ?\d+\b.*|local[ _-]?)$)");
    return !steps_.rounds_have_headings() && client.matches(before);
  }

  void read_epoch(const EpochMention& mention, const Line& line, Report& report) {
    steps_.note_epoch();
    evaluation_headed_ = false;
    parts_.follow(mention, tagged_, report);
    const auto metrics = find_metrics(line.text);
    if (!mention.sure || is_of_a_client(mention.before)) report.guess();
    const auto before = mention.before.empty() ? std::nullopt : find_step(mention.before);
    const auto step = find_step_of_epoch(mention.after);
    if (mention.fraction) {
      if (before)
        report.work_done(before->done, before->total, before->unit);
      else if (step && step->total && step->word == StepMention::Word::step)
        report.work_done(step->done, step->total);
      report.epochs_done(mention.number, mention.total);
      for (const auto& [name, value] : metrics) report.metric(name, value);
      return;
    }
    if (mention.number > 1e9) return;
    // "Evaluating perplexity, Epoch 0/2" before the first one: what it is like untrained.
    const bool untrained = mention.says == Says::evaluation && mention.number == 0 && !epochs_.epoch();
    if (untrained && metrics.empty() && !step) return report.window_begins("validation");
    const int epoch = epoch_of(mention);
    const auto total =
        mention.total_is_named ? mention.total : epochs_.count_of(epoch, mention.total, step, report);
    if (step && (mention.says == Says::evaluation || step->of_evaluation))
      return read_step_of_evaluation(epoch, *step, total, report);
    if (!before || !read_step_before(*before, step, epoch, total, metrics, report))
      read_epoch_itself(mention, step, total, metrics, line.time, report);
    for (const auto& [name, value] : metrics) report.metric(name, value, epoch);
  }

  /// "Train Epoch: 0 …", then "Eval Epoch: 1 …": the evaluation counts those that are done.
  int epoch_of(const EpochMention& mention) const {
    const int epoch = static_cast<int>(mention.number);
    const bool counts_done = mention.says == Says::evaluation && !mention.total && epochs_.is_open() &&
                             epochs_.epoch() == epoch - 1;
    return counts_done ? epoch - 1 : epoch;
  }

  void read_epoch_itself(const EpochMention& mention, const std::optional<StepMention>& step,
                         std::optional<double> total, const Metrics& metrics, SteadyTime time,
                         Report& report) {
    const int epoch = epoch_of(mention);
    const bool result = !metrics.empty() || has_figure(mention.after);
    const bool of_run = step && (step->of_run || epochs_.counts_all_steps(*step, total));
    if (step && mention.says != Says::ends && of_run && step->total)
      epochs_.take_step_of_run(epoch, *step, total, report);
    else if (step && mention.says != Says::ends)
      epochs_.take_step(epoch, *step, total, metrics, report);
    else if (mention.says == Says::ends || (mention.says != Says::begins && result))
      epochs_.end_with_figures(epoch, total, metrics, time, report);
    else if (mention.says == Says::evaluation)
      head_evaluation(epoch, report);
    else
      epochs_.head(epoch, total, time, report);
  }

  void head_evaluation(int epoch, Report& report) {
    report.window_begins("validation");
    evaluation_headed_ = epochs_.is_open() && epochs_.epoch() == epoch;
  }

  /// "step 120/500 | epoch 2 | …": the epoch is where the step is, and mostly not over.
  bool read_step_before(const StepMention& before, const std::optional<StepMention>& behind, int epoch,
                        std::optional<double> total, const Metrics& metrics, Report& report) {
    switch (before.word) {
      case StepMention::Word::step:
        if (before.plural && !before.total) return false;
        if (before.of_run)
          epochs_.take_step_of_run(epoch, before, total, report);
        else if (behind && behind->total && !before.total)
          return false;
        else
          epochs_.take_step_before(epoch, before, total, metrics, report);
        return true;
      case StepMention::Word::none:
        if (behind && behind->total && behind->total != 100.0 && epoch > 1) return false;
        report.guess();
        report.work_done(before.done, before.total);
        return true;
      default:
        return false;
    }
  }

  void read_step_of_evaluation(int epoch, const StepMention& step, std::optional<double> total,
                               Report& report) {
    if (!step.total || step.done < *step.total) return report.window_begins("validation");
    report.window_ends("validation");
    if (epochs_.epoch() == epoch && !epochs_.is_open()) report.epoch_ends(epoch, total);
  }

  /// "=> loaded checkpoint (epoch 12)" before the first epoch of this run.
  void read_other_epoch(const EpochMention& mention, const Line& line, Report& report) {
    static const Pattern loaded(R"((?i)\bload(?:ed|ing)\b)");
    if (!epochs_.epoch() && loaded.matches(mention.before)) epochs_.note_checkpoint(mention.number);
    read_preparation(line, report);
  }

  using Says = EpochMention::Says;

  LoopEpochs epochs_;
  LoopParts parts_{epochs_};
  LoopSteps steps_{epochs_};
  bool tagged_ = false;             ///< the line names its part
  bool evaluation_headed_ = false;  ///< a line named it, and figures follow
  int settings_ = 0;                ///< lines of one that came at once before this one
  SteadyTime setting_at_;
};

}  // namespace

extern const FormatType loop_format{"plain loop",
                                    "\"Epoch 3/90 loss …\" in many wordings and some languages, headings, "
                                    "steps, rounds, folds and stages; bare "
                                    "\"25/300\" is a guess",
                                    Breadth::loop,
                                    Evidence::stated,
                                    {},
                                    make_format<Loop>};

}  // namespace joulecast::progress
