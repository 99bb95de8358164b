// PyMC's bar over all chains, as fastprogress draws it.
//
//    |████████--------| 50.00% [4000/8000 00:06<00:06 Sampling 4 chains, 0 divergences]
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class PyMc final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    static const Pattern bar(
        R"(^\|[^|]*\| +[\d.]+% \[(?P<done>\d+)/(?P<total>\d+) [\d:]+<[\d:]+ (?:Sampling (?:\d+ )?chain|Sampling chain \d+))");
    const auto match = bar.find(line.text);
    const auto done = match ? match->number("done") : std::nullopt;
    if (!done) return false;
    report.work_counts_from(0);
    if (*done > 0) report.work_done(*done, match->number("total"));
    return true;
  }
};

}  // namespace

extern const FormatType pymc_format{
    "PyMC",           "draws of all chains, by its bar", Breadth::framework, Evidence::stated, {"sampling"},
    make_format<PyMc>};

}  // namespace joulecast::progress
