// joulecast doctor: explains why a source of measurements cannot be used, and which command enables it.
#include <memory>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/machine/diagnosis_report.hpp"
#include "session/machine/diagnose_machine.hpp"

namespace joulecast::cli {
namespace {

int run(const std::string& json) {
  const auto diagnosis = session::diagnose_machine();
  if (!diagnosis) return report_error(diagnosis.error());
  return report_result(
      json, [&] { return report::to_text(*diagnosis); }, [&] { return report::to_json_text(*diagnosis); });
}

std::function<int()> define_doctor(Arguments app) {
  auto json = std::make_shared<std::string>();
  add_json_option(app, *json);
  return [json] { return run(*json); };
}

}  // namespace

extern const Command doctor_command{"doctor", "Why a source cannot be used, and the command that changes it",
                                    "Measure", define_doctor};

}  // namespace joulecast::cli
