// Arbitrary text as a table, with its first column as groups and its last as values. The result must be a
// one-line error, or an answer whose p-values and effect sizes are in their valid ranges.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "report/pictures/svg.hpp"
#include "report/tables/comparison_report.hpp"
#include "session/tables/compare_runs.hpp"

namespace {

void require(bool condition, int line = __builtin_LINE() /* clang 14 has no std::source_location */) {
  if (condition) return;
  std::fprintf(stderr, "compare_fuzz.cpp:%d does not hold\n", line);
  std::abort();
}

bool is_share(double p) {
  return p >= 0 && p <= 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace joulecast;
  const auto table = CsvTable::parse(std::string(reinterpret_cast<const char*>(data), size), "fuzz.csv");
  if (!table) {
    require(table.error().where.starts_with("fuzz.csv") &&
            table.error().message.find('\n') == std::string::npos);
    return 0;
  }
  session::CompareRequest request;
  request.group = table->columns().front();
  request.value = table->columns().back();
  if (table->columns().size() > 2) request.by = table->columns()[1];
  const auto report = session::compare_runs(session::RunTable(*table), request);
  if (!report) return 0;
  require(is_share(report->overall.test.p_value));
  require(std::isfinite(report->overall.test.effect));
  for (const auto& pair : report->overall.pairs) {
    require(is_share(pair.p_value) && is_share(pair.p_adjusted));
    require(pair.delta.interval.low >= -1 && pair.delta.interval.high <= 1);
    require(pair.delta.interval.low <= pair.delta.value && pair.delta.value <= pair.delta.interval.high);
  }
  require(report::to_text(*report).find('\x1b') == std::string::npos);
  require(report::to_svg(report::to_plot(*report)).ends_with("</svg>\n"));
  return 0;
}
