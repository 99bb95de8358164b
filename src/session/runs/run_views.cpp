#include "session/runs/run_views.hpp"

#include <cmath>
#include <memory>
#include <utility>

#include "session/runs/run_summary.hpp"

namespace joulecast::session {
namespace {

using enum store::SqlType;
using store::SqlRow;
using store::SqlValue;

const store::SqlColumn run_column{"run", text, "", "Its id"};

SqlValue value_of(double number) {
  return std::isfinite(number) ? SqlValue(number) : SqlValue();
}
template <class Tag>
SqlValue value_of(Unit<Tag> quantity) {
  return value_of(quantity.value());
}
SqlValue value_of(std::string_view words) {
  return words.empty() ? SqlValue() : SqlValue(std::string(words));
}
SqlValue value_of(std::int64_t number) {
  return number;
}
SqlValue value_of(bool truth) {
  return std::int64_t{truth};
}
template <class T>
SqlValue value_of(const std::optional<T>& value) {
  return value ? value_of(*value) : SqlValue();
}
SqlValue value_of(const SqlValue& value) {
  return value;
}

/// Builds the rows of one view of one run.
class Rows {
 public:
  explicit Rows(const trace::Run& run) : id_(run.info.id) {}
  template <class... Values>
  void add(const Values&... values) {
    rows_.push_back({SqlValue(id_), value_of(values)...});
  }
  [[nodiscard]] std::vector<SqlRow> take() { return std::move(rows_); }

 private:
  std::string id_;
  std::vector<SqlRow> rows_;
};

std::optional<double> stated(double uncertainty) {
  return uncertainty > 0 ? std::optional(uncertainty) : std::nullopt;
}

using Table = std::shared_ptr<const Result<carbon::IntensityTable>>;

store::ComputedView costs_view(const Table& table) {
  return {{"costs",
           "What a run cost in all, as in `joulecast show`; a row a run",
           {run_column,
            {"energy_j", real, "J", "The total; NULL where nothing is known"},
            {"provenance", text, "", "Of its worst part: measured, modelled, assumed or missing"},
            {"coverage", real, "share", "Of the time that has readings, weighted by energy"},
            {"relative_uncertainty", real, "share", "Half-width of a 90 % interval; NULL = not stated"},
            {"missing", text, "", "Components that are not in the total, as a JSON list"},
            {"mean_power_w", real, "W", "Over the covered time"},
            {"idle_w", real, "W", "Idle power, measured before the start"},
            {"net_j", real, "J", "The total without the idle energy"},
            {"emissions_g", real, "g CO2e", "For the place given when the run was made"},
            {"intensity_g_per_kwh", real, "g/kWh", "Of the electricity"},
            {"pue", real, "", "Power usage effectiveness that the emissions contain"},
            {"per_1000_steps_j", real, "J", ""},
            {"per_sample_j", real, "J", ""},
            {"per_million_tokens_j", real, "J", ""}}},
          [table](const trace::Run& run) {
            const auto summary = summarise(run, run.place, *table);
            const auto& energy = summary.energy;
            const auto& cost = summary.course.cost;
            const auto& carbon = summary.carbon;
            std::optional<double> coverage, uncertainty, intensity, pue;
            if (energy.total) coverage = energy.coverage;
            if (energy.total) uncertainty = stated(energy.relative_uncertainty);
            if (carbon.intensity) intensity = carbon.intensity->value.value();
            if (carbon.mass) pue = carbon.pue;
            Rows rows(run);
            rows.add(energy.total, name_of(energy.provenance), coverage, uncertainty,
                     store::sql_list(energy.missing), summary.mean_power, run.idle_baseline,
                     summary.idle ? std::optional(summary.idle->net) : std::nullopt, carbon.mass, intensity,
                     pue, cost.per_1000_steps, cost.per_sample, cost.per_million_tokens);
            return rows.take();
          }};
}

store::ComputedView energy_view() {
  return {{"energy",
           "Energy of one device, or of a part that is known to be missing. A total is the sum of the rows "
           "with in_total = 1",
           {run_column,
            {"component", text, "", "gpu, cpu, dram, other or node"},
            {"device", text, "", "Number or UUID, where the component has several"},
            {"node", text, "", "Machine, in a run on several"},
            {"energy_j", real, "J", "NULL where it is missing"},
            {"provenance", text, "", "measured, modelled, assumed or missing"},
            {"coverage", real, "share", "Of the time that has readings"},
            {"relative_uncertainty", real, "share", "Half-width of a 90 % interval; NULL = not stated"},
            {"in_total", integer, "", "1, or 0 where another row contains it already"},
            {"channel", text, "", "Where the figure was taken from"}}},
          [](const trace::Run& run) {
            Rows rows(run);
            for (const auto& part : trace::energy_of(run).components)
              rows.add(name_of(part.component), std::string_view(part.device), std::string_view(part.node),
                       part.energy, name_of(part.provenance), part.coverage,
                       stated(part.relative_uncertainty), part.in_total, std::string_view(part.channel));
            return rows.take();
          }};
}

store::ComputedView epochs_view() {
  return {{"epochs",
           "An epoch",
           {run_column,
            {"epoch", integer, "", "Its number, as the training counts"},
            {"start_s", real, "s", "Since the run's start"},
            {"end_s", real, "s", ""},
            {"energy_j", real, "J", "All that is in the run's total; NULL where no reading covers it"},
            {"work", real, "work_unit", "How much of the run's work it did"},
            {"phase", text, "", "The phase that it belongs to"},
            {"metrics", text, "", "The last value of each metric, as a JSON object"}}},
          [](const trace::Run& run) {
            const auto energies = trace::epoch_energies(run);
            const auto phases = names_of_phases(run);
            Rows rows(run);
            for (std::size_t i = 0; i < run.epochs.size(); ++i) {
              const auto& epoch = run.epochs[i];
              const auto phase = epoch.phase < phases.size() ? phases[epoch.phase] : std::string();
              rows.add(static_cast<std::int64_t>(epoch.index), epoch.span.begin, epoch.span.end, energies[i],
                       epoch.work, std::string_view(phase), store::sql_object(epoch.metrics));
            }
            return rows.take();
          }};
}

store::ComputedView phases_view() {
  return {{"phases",
           "A part of a run that counts its work from 0: a fit, a fold, a warm-up",
           {run_column,
            {"phase", text, "", "As the training calls it; the second of a name is \"NAME 2\""},
            {"unit", text, "", "epoch, step, sample, token, percent …"},
            {"start_s", real, "s", "Since the run's start"},
            {"end_s", real, "s", ""},
            {"work", real, "unit", "Done"},
            {"total_work", real, "unit", "Planned"},
            {"energy_j", real, "J", "NULL where no reading covers it"}}},
          [](const trace::Run& run) {
            const auto energies = trace::phase_energies(run);
            const auto names = names_of_phases(run);
            Rows rows(run);
            for (std::size_t i = 0; i < run.phases.size(); ++i) {
              const auto& phase = run.phases[i];
              rows.add(std::string_view(names[i]), std::string_view(phase.unit), phase.span.begin,
                       phase.span.end, phase.work, phase.total_work, energies[i]);
            }
            return rows.take();
          }};
}

store::ComputedView steps_view() {
  return {{"steps",
           "About ten parts of equal work of a phase that counts steps or the like",
           {run_column,
            {"phase", text, "", ""},
            {"from_work", real, "unit", "In the phase's unit"},
            {"to_work", real, "unit", ""},
            {"start_s", real, "s", "Since the run's start"},
            {"end_s", real, "s", ""},
            {"energy_j", real, "J", "NULL where no reading covers it"}}},
          [](const trace::Run& run) {
            const auto course = course_of(run);
            Rows rows(run);
            for (std::size_t i = 0; i < course.parts.size(); ++i) {
              const auto& part = course.parts[i];
              rows.add(std::string_view(course.phase_names[part.phase]), part.from, part.to, part.span.begin,
                       part.span.end, course.part_energy[i]);
            }
            return rows.take();
          }};
}

store::ComputedView windows_view() {
  return {{"windows",
           "A named stretch: an evaluation, a checkpoint, loading of data. They may overlap",
           {run_column,
            {"name", text, "", ""},
            {"start_s", real, "s", "Since the run's start"},
            {"end_s", real, "s", ""},
            {"energy_j", real, "J", "NULL where no reading covers it"}}},
          [](const trace::Run& run) {
            const auto course = course_of(run);
            Rows rows(run);
            for (std::size_t i = 0; i < run.windows.size(); ++i)
              rows.add(std::string_view(run.windows[i].name), run.windows[i].span.begin,
                       run.windows[i].span.end, course.window_energy[i]);
            return rows.take();
          }};
}

store::ComputedView window_totals_view() {
  return {{"window_totals",
           "All windows of one name; where they overlap, time and energy count once",
           {run_column,
            {"name", text, "", ""},
            {"count", integer, "", "How many"},
            {"duration_s", real, "s", ""},
            {"energy_j", real, "J", ""},
            {"complete", integer, "", "0 where some have no readings: the energy is that of the others"}}},
          [](const trace::Run& run) {
            Rows rows(run);
            for (const auto& total : course_of(run).windows)
              rows.add(std::string_view(total.name), static_cast<std::int64_t>(total.count), total.duration,
                       total.energy, total.complete);
            return rows.take();
          }};
}

store::ComputedView means_view(const Table& table) {
  return {{"means",
           "Mean of a gauge over the run: utilisation, temperature, clock …",
           {run_column,
            {"component", text, "", ""},
            {"device", text, "", ""},
            {"node", text, "", ""},
            {"quantity", text, "", "utilisation, memory_used, temperature …"},
            {"unit", text, "", ""},
            {"mean", real, "unit", ""}}},
          [table](const trace::Run& run) {
            Rows rows(run);
            for (const auto& mean : summarise(run, run.place, *table).means)
              rows.add(name_of(mean.component), std::string_view(mean.device), std::string_view(mean.node),
                       name_of(mean.quantity), unit_of(mean.quantity), mean.mean);
            return rows.take();
          }};
}

store::ComputedView projections_view(const Table& table) {
  return {{"projections",
           "A forecast of the run's total, made while it ran",
           {run_column,
            {"time_s", real, "s", "When, since the run's start"},
            {"share", real, "share", "Of the work that was done by then"},
            {"method", text, "", ""},
            {"total_j", real, "J", ""},
            {"low_j", real, "J", "90 % interval"},
            {"high_j", real, "J", ""},
            {"ready", integer, "", "1 where the method considers the figure reliable"},
            {"withdrawn", integer, "", "1 where counting began again after it"},
            {"error_pct", real, "%", "Against the total; NULL unless the run finished"}}},
          [table](const trace::Run& run) {
            const auto summary = summarise(run, run.place, *table);
            Rows rows(run);
            for (const auto& made : run.projections)
              rows.add(made.time, made.share, std::string_view(made.method), made.total, made.low, made.high,
                       made.ready, made.withdrawn, projection_error(summary, made));
            return rows.take();
          }};
}

}  // namespace

std::vector<store::ComputedView> computed_run_views(Result<carbon::IntensityTable> table) {
  const auto shared = std::make_shared<const Result<carbon::IntensityTable>>(std::move(table));
  return {costs_view(shared), energy_view(),        epochs_view(),      phases_view(),           steps_view(),
          windows_view(),     window_totals_view(), means_view(shared), projections_view(shared)};
}

}  // namespace joulecast::session
