// How often must each cell of a campaign be repeated? Until its interval is narrow enough, or until the
// comparisons that it takes part in are decided, but never below a minimum nor beyond a maximum.
//
// The values are looked at after every repetition, and there are many cells; both would make usual intervals
// wrong more often than they say. Here the intervals are those of SequentialInterval, and alpha is shared
// among all intervals of the campaign (Bonferroni). So the chance that a campaign stops with any wrong
// decision is at most 1 - level: a cell called narrow whose interval misses its true median (or mean), or a
// comparison with the wrong verdict. Holm's procedure would be sharper for "differs" alone, but it does not
// hold for "equal within" as well, since a right verdict there takes nothing out of the family.
//
// Two cells are compared by the ratios of their values in the same repetition, as their logarithms. Where
// every repetition is a block in which all cells run in random order, a drift from block to block
// cancels: with no difference, each ratio is as likely above 1 as below.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "stats/sequential_interval.hpp"

namespace joulecast::stats {

/// campaign: the level holds for all intervals together. each: for each interval alone, so that of many
/// cells one in twenty may be wrong.
enum class Family { campaign, each };

struct RepetitionRule {
  std::size_t minimum = 5;
  std::size_t maximum = 30;
  double level = 0.95;
  Location centre = Location::median;
  Family family = Family::campaign;
  /// A cell is narrow enough where half its interval is at most this share of its centre: 0.02.
  std::optional<double> half_width{};
  /// Two cells whose ratio surely lies within 1 +- this are called equal; without it only a difference
  /// decides.
  std::optional<double> equal_within{};
};

/// Positions of two cells.
struct CellPair {
  std::size_t a = 0;
  std::size_t b = 0;
};

struct CellValues {
  std::vector<double> values;  ///< one a repetition, in order; NaN where it failed
  /// It will not be repeated, whatever is decided: it never fits into memory, or was given up.
  bool ended = false;
};

enum class CellState {
  below_minimum,
  open,       ///< too wide, and some comparison undecided
  narrow,     ///< its interval is narrow enough
  decided,    ///< all its comparisons are decided, but for those with a cell that has ended
  exhausted,  ///< the maximum is reached, undecided
  ended,      ///< see CellValues
};
[[nodiscard]] std::string_view name_of(CellState state);

struct CellDecision {
  CellState state = CellState::below_minimum;
  std::size_t runs = 0;      ///< with a value
  std::size_t attempts = 0;  ///< with the failed
  /// The latest that could be made; with the level of the rule.
  std::optional<Range> interval{};
  std::optional<double> relative_half_width{};
  [[nodiscard]] bool needs_more() const {
    return state == CellState::below_minimum || state == CellState::open;
  }
};

enum class Verdict { undecided, less, more, equal };
[[nodiscard]] std::string_view name_of(Verdict verdict);

struct PairDecision {
  CellPair cells;
  Verdict verdict = Verdict::undecided;  ///< of a against b; once made it stays
  std::size_t pairs = 0;                 ///< repetitions in which both have a value
  std::size_t decided_at = 0;            ///< pairs until the verdict; 0 = undecided
  /// Of a / b: when it was decided, else the latest.
  std::optional<Range> ratio{};
};

struct RepetitionDecisions {
  std::vector<CellDecision> cells;
  std::vector<PairDecision> pairs;
  std::size_t made = 0;
  /// Repetitions up to the maximum of the cells that stopped before it because they were decided.
  std::size_t saved = 0;
  [[nodiscard]] bool needs_more() const;
};

class AdaptiveRepetitions {
 public:
  /// invalid, naming the field, for a rule that can decide nothing (neither half_width nor pairs), or whose
  /// numbers make no sense; so is a pair of unknown or equal cells.
  [[nodiscard]] static Result<AdaptiveRepetitions> make(const RepetitionRule& rule, std::size_t cells,
                                                        std::vector<CellPair> pairs = {});

  /// `cells` has as many as make() was told. The answer depends on the values alone, not on when it was
  /// asked for before.
  [[nodiscard]] RepetitionDecisions judge(std::span<const CellValues> cells) const;

  [[nodiscard]] const RepetitionRule& rule() const { return rule_; }
  /// The repetition before which nothing can be decided; nothing where the maximum is too small to decide
  /// anything at this level with so many cells.
  [[nodiscard]] std::optional<std::size_t> first_decision() const { return interval_.first_interval(); }
  [[nodiscard]] std::size_t intervals() const { return intervals_; }  ///< that share alpha

 private:
  AdaptiveRepetitions(RepetitionRule rule, std::vector<CellPair> pairs, std::size_t intervals,
                      SequentialInterval interval)
      : rule_(rule), pairs_(std::move(pairs)), intervals_(intervals), interval_(std::move(interval)) {}
  /// A cell's comparisons by what has come of them; impossible: the other cell has ended.
  struct Comparisons {
    std::size_t open = 0;
    std::size_t decided = 0;
    std::size_t impossible = 0;
  };
  [[nodiscard]] CellDecision judge_width(const CellValues& cell) const;
  [[nodiscard]] CellState state_of(const CellDecision& cell, bool ended,
                                   const Comparisons& comparisons) const;
  [[nodiscard]] PairDecision judge_pair(CellPair pair, std::span<const CellValues> cells) const;

  RepetitionRule rule_;
  std::vector<CellPair> pairs_;
  std::size_t intervals_ = 1;
  SequentialInterval interval_;
};

}  // namespace joulecast::stats
