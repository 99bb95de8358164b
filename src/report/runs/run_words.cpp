#include "report/runs/run_words.hpp"

#include "base/text.hpp"
#include "report/phrases.hpp"

namespace joulecast::report {

std::string_view net_text(const session::IdleSplit& idle) {
  if (idle.net >= Joules{0}) return "total without the baseline";
  return "less than nothing: the machine was not idle when its idle power was measured";
}

std::string left_out_text(const trace::RunEnergy& energy) {
  auto parts = energy.missing;
  if (energy.not_measured) parts.push_back(to_text(*energy.not_measured));
  return join(parts, " and ");
}

}  // namespace joulecast::report
