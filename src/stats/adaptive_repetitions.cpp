#include "stats/adaptive_repetitions.hpp"

#include <algorithm>
#include <cmath>

namespace joulecast::stats {
namespace {

Status check(const RepetitionRule& rule, std::size_t cells, const std::vector<CellPair>& pairs) {
  if (!rule.half_width && pairs.empty())
    return fail_field("half_width",
                      "is needed where nothing is compared, else every cell runs to its maximum");
  if (rule.half_width && !(*rule.half_width > 0 && *rule.half_width < 1))
    return fail_field("half_width", "must lie between 0 and 100 %");
  if (rule.equal_within && !(*rule.equal_within > 0 && *rule.equal_within < 1))
    return fail_field("equal_within", "must lie between 0 and 100 %");
  if (rule.equal_within && pairs.empty()) return fail_field("equal_within", "needs a comparison");
  if (!(rule.level > 0 && rule.level < 1)) return fail_field("level", "must lie between 0 and 100 %");
  for (const auto& pair : pairs)
    if (pair.a >= cells || pair.b >= cells || pair.a == pair.b)
      return fail_field("compare", "must name two different cells");
  return {};
}

/// Values in order, one by one into a sorted list, so that every look is cheap.
void insert_sorted(std::vector<double>& sorted, double value) {
  sorted.insert(std::upper_bound(sorted.begin(), sorted.end(), value), value);
}

double centre_of(Location centre, std::span<const double> sorted) {
  return centre == Location::median ? median_sorted(sorted) : mean(sorted);
}

/// The bounds of `equal` are symmetric in the ratio and its inverse: a is within 2 % of b and b of a.
Verdict verdict_of(const Range& log_ratio, std::optional<double> equal_within) {
  if (log_ratio.high < 0) return Verdict::less;
  if (log_ratio.low > 0) return Verdict::more;
  if (!equal_within) return Verdict::undecided;
  const double margin = std::log1p(*equal_within);
  return log_ratio.low > -margin && log_ratio.high < margin ? Verdict::equal : Verdict::undecided;
}

}  // namespace

std::string_view name_of(CellState state) {
  switch (state) {
    case CellState::below_minimum:
      return "below_minimum";
    case CellState::open:
      return "open";
    case CellState::narrow:
      return "narrow";
    case CellState::decided:
      return "decided";
    case CellState::exhausted:
      return "exhausted";
    case CellState::ended:
      return "ended";
  }
  return "";
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::undecided:
      return "undecided";
    case Verdict::less:
      return "less";
    case Verdict::more:
      return "more";
    case Verdict::equal:
      return "equal";
  }
  return "";
}

bool RepetitionDecisions::needs_more() const {
  return std::ranges::any_of(cells, &CellDecision::needs_more);
}

Result<AdaptiveRepetitions> AdaptiveRepetitions::make(const RepetitionRule& rule, std::size_t cells,
                                                      std::vector<CellPair> pairs) {
  if (auto ok = check(rule, cells, pairs); !ok) return propagate(ok.error());
  const std::size_t intervals = (rule.half_width ? cells : 0) + pairs.size();
  const double alpha =
      (1 - rule.level) / (rule.family == Family::campaign ? static_cast<double>(intervals) : 1.0);
  auto interval = SequentialInterval::make(rule.centre, rule.minimum, rule.maximum, alpha);
  if (!interval) return propagate(interval.error());
  return AdaptiveRepetitions(rule, std::move(pairs), intervals, std::move(*interval));
}

/// A cell is narrow from the first look at which it was, so that asking again never reopens it.
CellDecision AdaptiveRepetitions::judge_width(const CellValues& cell) const {
  CellDecision decision;
  decision.attempts = cell.values.size();
  std::vector<double> sorted;
  for (const double value : cell.values) {
    if (!std::isfinite(value)) continue;
    ++decision.runs;
    if (decision.state == CellState::narrow) continue;
    insert_sorted(sorted, value);
    const auto interval = interval_.at(sorted);
    if (!interval) continue;
    decision.interval = interval;
    const double centre = std::abs(centre_of(rule_.centre, sorted));
    if (!(centre > 0)) continue;
    decision.relative_half_width = (interval->high - interval->low) / 2 / centre;
    if (rule_.half_width && *decision.relative_half_width <= *rule_.half_width)
      decision.state = CellState::narrow;
  }
  return decision;
}

CellState AdaptiveRepetitions::state_of(const CellDecision& cell, bool ended,
                                        const Comparisons& comparisons) const {
  if (ended) return CellState::ended;
  if (cell.runs < rule_.minimum && cell.attempts < rule_.maximum) return CellState::below_minimum;
  if (cell.state == CellState::narrow) return CellState::narrow;
  const bool nothing_else_to_wait_for = comparisons.impossible > 0 && !rule_.half_width;
  if (comparisons.open == 0 && (comparisons.decided > 0 || nothing_else_to_wait_for))
    return CellState::decided;
  return cell.attempts >= rule_.maximum ? CellState::exhausted : CellState::open;
}

PairDecision AdaptiveRepetitions::judge_pair(CellPair pair, std::span<const CellValues> cells) const {
  PairDecision decision{.cells = pair};
  const auto& a = cells[pair.a].values;
  const auto& b = cells[pair.b].values;
  std::vector<double> sorted;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (!(a[i] > 0 && b[i] > 0 && std::isfinite(a[i]) && std::isfinite(b[i]))) continue;
    ++decision.pairs;
    if (decision.verdict != Verdict::undecided) continue;
    insert_sorted(sorted, std::log(a[i] / b[i]));
    const auto interval = interval_.at(sorted);
    if (!interval) continue;
    decision.ratio = Range{std::exp(interval->low), std::exp(interval->high)};
    decision.verdict = verdict_of(*interval, rule_.equal_within);
    if (decision.verdict != Verdict::undecided) decision.decided_at = decision.pairs;
  }
  return decision;
}

RepetitionDecisions AdaptiveRepetitions::judge(std::span<const CellValues> cells) const {
  RepetitionDecisions decisions;
  for (const auto& pair : pairs_) decisions.pairs.push_back(judge_pair(pair, cells));
  std::vector<Comparisons> compared(cells.size());
  for (const auto& pair : decisions.pairs)
    for (const auto cell : {pair.cells.a, pair.cells.b}) {
      const bool over = cells[pair.cells.a].ended || cells[pair.cells.b].ended;
      if (pair.verdict != Verdict::undecided)
        ++compared[cell].decided;
      else if (over)
        ++compared[cell].impossible;
      else
        ++compared[cell].open;
    }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    auto cell = judge_width(cells[i]);
    cell.state = state_of(cell, cells[i].ended, compared[i]);
    decisions.made += cell.attempts;
    if (cell.state == CellState::narrow || cell.state == CellState::decided)
      decisions.saved += rule_.maximum - std::min(rule_.maximum, cell.attempts);
    decisions.cells.push_back(cell);
  }
  return decisions;
}

}  // namespace joulecast::stats
