// joulecast lab: campaigns of measured runs, and what comes of them.
#include "cli/support/lab.hpp"

#include <memory>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"

namespace joulecast::cli {
namespace {

std::function<int()> define_lab(Arguments app) {
  auto chosen = std::make_shared<std::function<int()>>();
  const auto add = [&](const char* name, const char* summary, LabDefinition define_part) {
    auto arguments = app.add_command(name, summary);
    arguments.when_given([chosen, action = define_part(arguments)] { *chosen = action; });
  };
  add("run", "Measure every cell of a plan, again and again, in a random order", define_lab_run);
  add("status", "What of a campaign is done, what it has used, and what is left", define_lab_status);
  add("table", "A campaign's runs as a table for fit, compare, tradeoff, recommend", define_lab_table);
  add("report", "One page about a campaign: cells, statistics, trade-offs, estimates, conditions",
      define_lab_report);
  add("board", "What it takes to reach a quality, on many tasks", define_lab_board);
  add("export", "A campaign as a Snakefile or a job of Kubernetes", define_lab_export);
  add("task", "One run of a campaign, as a scheduler starts it", define_lab_task);
  add("collect", "Take in what runs of lab task have left beside the plan", define_lab_collect);
  return [chosen] { return (*chosen)(); };
}

}  // namespace

extern const Command lab_command{"lab", "Campaigns of measured runs, and what comes of them", "Decide",
                                 define_lab};

}  // namespace joulecast::cli
