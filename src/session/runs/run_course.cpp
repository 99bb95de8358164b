#include "session/runs/run_course.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.hpp"

namespace joulecast::session {
namespace {

/// The spans in the order of time, those that overlap joined.
std::vector<trace::Span> joined(std::vector<trace::Span> spans) {
  std::ranges::sort(spans, {}, [](const trace::Span& span) { return span.begin; });
  std::vector<trace::Span> result;
  for (const auto& span : spans) {
    if (!result.empty() && span.begin < result.back().end)
      result.back().end = std::max(result.back().end, span.end);
    else
      result.push_back(span);
  }
  return result;
}

std::vector<std::optional<Joules>> energies_of_windows(const trace::Run& run) {
  std::vector<trace::Span> spans;
  for (const auto& window : run.windows) spans.push_back(window.span);
  return trace::span_energies(run, spans);
}

std::vector<WindowTotal> totals_of_windows(const trace::Run& run) {
  std::map<std::string, std::vector<trace::Span>> by_name;
  for (const auto& window : run.windows) by_name[window.name].push_back(window.span);
  std::vector<WindowTotal> totals;
  std::vector<trace::Span> spans;
  std::vector<std::size_t> owners;  // of each span
  for (auto& [name, windows] : by_name) {
    totals.push_back({name, windows.size(), {}, {}, true});
    for (const auto& span : joined(std::move(windows))) {
      spans.push_back(span);
      owners.push_back(totals.size() - 1);
    }
  }
  const auto energies = trace::span_energies(run, spans);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    auto& total = totals[owners[i]];
    total.duration += spans[i].length();
    if (energies[i])
      total.energy = total.energy.value_or(Joules{0}) + *energies[i];
    else
      total.complete = false;
  }
  std::ranges::stable_sort(totals, std::ranges::greater{},
                           [](const WindowTotal& total) { return total.energy.value_or(Joules{-1}); });
  return totals;
}

std::optional<double> positive(const std::optional<double>& value) {
  return value && *value > 0 ? value : std::nullopt;
}

std::optional<double> product(const std::optional<double>& a, const std::optional<double>& b) {
  return a && b ? std::optional{*a * *b} : std::nullopt;
}

/// How much one unit of a phase's work is.
struct Unit {
  std::optional<double> steps, samples, tokens;
};

Unit unit_of(const std::string& unit, const trace::TrainingDescription& training,
             std::optional<double> sequence_length) {
  if (unit == "step") {
    const auto samples = positive(training.batch_size);
    return {1, samples, product(samples, sequence_length)};
  }
  if (unit == "sample") return {{}, 1, sequence_length};
  if (unit == "token") return {{}, {}, 1};
  if (unit == "epoch") {
    const auto samples = positive(training.train_samples);
    return {{}, samples, product(samples, sequence_length)};
  }
  return {};
}

/// Energy and work of the phases that tell both.
class Rate {
 public:
  void add(const std::optional<Joules>& energy, double work, const std::optional<double>& each) {
    if (!energy || !each || !(work > 0)) return;
    energy_ += *energy;
    work_ += work * *each;
  }
  [[nodiscard]] std::optional<Joules> per(double amount) const {
    return work_ > 0 ? std::optional{energy_ * (amount / work_)} : std::nullopt;
  }

 private:
  Joules energy_{0};
  double work_ = 0;
};

WorkCost cost_of(const trace::Run& run, const std::vector<std::optional<Joules>>& energy) {
  auto training = run.info.training;
  (void)trace::apply_tags(training, run.tags);  // impossible values are the business of `fit`
  const auto tag = run.tags.find("sequence_length");
  const auto sequence_length = positive(tag == run.tags.end() ? std::nullopt : parse_double(tag->second));
  Rate steps, samples, tokens;
  for (std::size_t i = 0; i < run.phases.size(); ++i) {
    const auto& phase = run.phases[i];
    const auto unit = unit_of(phase.unit, training, sequence_length);
    steps.add(energy[i], phase.work, unit.steps);
    samples.add(energy[i], phase.work, unit.samples);
    tokens.add(energy[i], phase.work, unit.tokens);
  }
  return {steps.per(1000), samples.per(1), tokens.per(1e6)};
}

std::vector<std::optional<Joules>> energies_of_parts(const trace::Run& run,
                                                     const std::vector<trace::WorkPart>& parts) {
  std::vector<trace::Span> spans;
  for (const auto& part : parts) spans.push_back(part.span);
  return trace::span_energies(run, spans);
}

}  // namespace

std::vector<std::string> names_of_phases(const trace::Run& run) {
  std::map<std::string, int> seen;
  std::vector<std::string> names;
  for (const auto& phase : run.phases) {
    const auto number = ++seen[phase.name];
    names.push_back(number == 1 ? phase.name : fmt::format("{} {}", phase.name, number));
  }
  return names;
}

RunCourse course_of(const trace::Run& run) {
  RunCourse course;
  course.phase_names = names_of_phases(run);
  course.phase_energy = trace::phase_energies(run);
  course.window_energy = energies_of_windows(run);
  course.windows = totals_of_windows(run);
  course.cost = cost_of(run, course.phase_energy);
  course.parts = trace::work_parts(run);
  course.part_energy = energies_of_parts(run, course.parts);
  return course;
}

}  // namespace joulecast::session
