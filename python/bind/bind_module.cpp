// The extension module joulecast._core. Python code of the package gives it its final, documented form.
#include "base/version.hpp"
#include "bind/bind.hpp"

NB_MODULE(_core, module) {
  using namespace joulecast::python;
  // A thread that still tracks when the interpreter ends keeps objects alive; that is no fault of the user's.
  nanobind::set_leak_warnings(false);
  module.doc() = "The core of joulecast. Use the package's own names instead.";
  module.attr("__version__") = nanobind::str(joulecast::version.data(), joulecast::version.size());
  bind_errors(module);
  bind_energy(module);
  bind_carbon(module);
  bind_projection(module);
  bind_network(module);
  bind_prediction(module);
  bind_probe(module);
  bind_budget(module);
  bind_facility(module);
  bind_tables(module);
  bind_evaluation(module);
  bind_runs(module);
  bind_reports(module);
  bind_live(module);
  bind_limit(module);
  bind_measurement(module);
  bind_steps(module);
}
