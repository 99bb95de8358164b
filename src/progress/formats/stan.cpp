// Stan, as CmdStan, RStan, brms, PyStan and their bars print it: the iterations of each chain.
//
//   Chain 1: Iteration:  200 / 2000 [ 10%]  (Warmup)          Iteration: 1200 / 2000 [ 60%]  (Sampling)
//   chain 1 |██▎       | 00:02 Iteration:  400 / 2000 [ 20%]  (Warmup)
//   Running MCMC with 4 sequential chains...
//
// Chains that run at the same time are as far as the slowest of them. Those that run one after another are
// parts that do the same work again.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"

namespace joulecast::progress {
namespace {

class Stan final : public Format {
 public:
  bool read(const Line& line, Report& report) override {
    if (read_banner(line)) return true;
    static const Pattern iteration(
        R"((?i)^(?:chain[ \[]*(?P<chain>\d+)\]?[,:]?(?: *\|[^|]*\| *[\d:]+)? +)?iteration: +(?P<done>\d+) +/ +(?P<total>\d+) +\[ *\d+%\] +\((?:warmup|sampling|adaptation)\))");
    const auto match = iteration.find(line.text);
    if (!match) return is_beside(line.text);
    const auto done = match->number("done"), total = match->number("total");
    if (!done || !total || *done > *total) return true;
    const int chain = match->whole("chain").value_or(0);
    const bool first = work_.empty() && match->whole("chain") && !at_once_;
    if (first || begins_after_another(chain)) begin(chain, report);
    work_[chain] = *done;
    report_slowest(*total, report);
    full_ = std::ranges::all_of(work_, [&](const auto& each) { return each.second >= *total; });
    return true;
  }

 private:
  /// CmdStanR says how many chains there are, and how they run.
  bool read_banner(const Line& line) {
    static const Pattern running(
        R"((?i)^Running MCMC with (?P<chains>\d+) (?P<how>sequential|parallel)? ?chains?)");
    const auto match = running.find(line.text);
    if (!match) return false;
    chains_ = match->whole("chains");
    at_once_ = match->text("how") == "parallel";
    return true;
  }

  /// What else it prints of a chain counts nothing.
  bool is_beside(std::string_view text) const {
    static const Pattern beside(
        R"((?i)^(?:chain[ \[]*\d+\]?[,:]? *)?(?:(?:gradient evaluation took|adjust your expectations|elapsed time:|\d+ transitions using|finished in|adaptation terminated|success!|$)|[\d.]+ seconds \())");
    return !work_.empty() && beside.matches(text);
  }

  bool begins_after_another(int chain) const { return full_ && !work_.contains(chain); }

  void begin(int chain, Report& report) {
    work_.clear();
    full_ = false;
    told_ = 0;
    report.phase_begins(fmt::format("chain {}", chain), Part{chain, chains_, true, false});
  }

  void report_slowest(double total, Report& report) {
    const auto slowest =
        std::ranges::min_element(work_, {}, [](const auto& each) { return each.second; })->second;
    // A chain that is heard for the first time may be behind what was told.
    if (slowest <= told_) return;
    told_ = slowest;
    report.work_counts_from(0);
    report.work_done(slowest, total);
  }

  std::map<int, double> work_;  ///< done by each chain of those that run
  std::optional<int> chains_;
  bool at_once_ = false;
  bool full_ = false;  ///< all chains of which something was heard are over
  double told_ = 0;
};

}  // namespace

extern const FormatType stan_format{"Stan",
                                    "iterations of CmdStan, RStan, brms and PyStan, by chains",
                                    Breadth::framework,
                                    Evidence::stated,
                                    {"iteration:", "chain", "gradient evaluation"},
                                    make_format<Stan>};

}  // namespace joulecast::progress
