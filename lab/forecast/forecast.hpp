// What the rest of a campaign will cost: from its own runs, from runs of the same cells in earlier campaigns,
// or predicted before anything was measured.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carbon/intensity.hpp"
#include "lab/campaign/state.hpp"
#include "session/reporting/report_runs.hpp"
#include "store/run_store.hpp"

namespace joulecast::lab {

/// A figure with its 90 % interval, where that is known.
struct Figure {
  double value = 0;
  std::optional<double> low, high;
};

enum class Basis {
  measured,   ///< runs of this campaign
  earlier,    ///< runs of other campaigns in the store
  predicted,  ///< joulecast predict
  none,       ///< not known
};
[[nodiscard]] std::string_view name_of(Basis basis);

/// Of one run of a cell.
struct CellForecast {
  Basis basis = Basis::none;
  std::optional<Figure> energy_j, duration_s;
  // For sums of several runs, where the figures are means of measured runs:
  std::vector<double> energies, durations;
};

/// Finished runs of other campaigns, by Cell::id.
struct EarlierRuns {
  struct Cell {
    std::vector<double> energies, durations;
  };
  std::map<std::string, Cell> cells;
};
[[nodiscard]] Result<EarlierRuns> earlier_runs(const store::RunStore& store, const Plan& plan);

/// Predictions by Cell::id, where the cell's levels and the plan's tags name a network, a board, a batch
/// size, epochs and a data set (or its samples). `why_not` says what the first cell without one lacks.
struct Predictions {
  std::map<std::string, CellForecast> cells;
  std::string why_not;
};
/// `wanted`: the cells' places in the plan.
[[nodiscard]] Predictions predict_cells(const Plan& plan, const std::vector<std::size_t>& wanted);
/// Those of which nothing was measured.
[[nodiscard]] std::vector<std::size_t> unmeasured_cells(const Plan& plan, const Standing& standing,
                                                        const EarlierRuns& earlier);

/// The best that is known of one cell.
[[nodiscard]] CellForecast forecast_cell(const Cell& cell, const CellState& state, const EarlierRuns& earlier,
                                         const Predictions& predictions);

struct CampaignForecast {
  std::size_t runs_left = 0;            ///< at most, with the references that will come
  std::map<Basis, std::size_t> cells;   ///< of which runs are left, by what is known of them
  std::size_t runs_without_energy = 0;  ///< of runs_left; not in the sums
  std::size_t runs_without_duration = 0;
  std::optional<Figure> energy_j;  ///< of the runs; nothing if that of no run is known
  std::optional<Figure> duration_s;
  Seconds pauses{0};            ///< warm-up and cool-downs as planned
  Seconds warm_up{0};           ///< of them
  bool pauses_at_most = false;  ///< they may be shorter
  // See add_consequences():
  std::optional<session::Money> money, money_low, money_high;
  carbon::Estimate carbon;
  std::optional<Figure> carbon_g;
};

/// Intervals of measured cells add up as independent errors, those of predicted ones as one common error.
[[nodiscard]] CampaignForecast forecast_rest(const Plan& plan, const Standing& standing,
                                             const std::vector<CellForecast>& cells);
/// Money and emissions of the forecast energy, where the plan says price and place.
void add_consequences(const Plan& plan, CampaignForecast& forecast);

}  // namespace joulecast::lab
