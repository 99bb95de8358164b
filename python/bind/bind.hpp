// Each function adds the bindings of one part of the core to the extension module.
#pragma once

#include <nanobind/nanobind.h>

namespace joulecast::python {

void bind_errors(nanobind::module_& module);
void bind_energy(nanobind::module_& module);
void bind_carbon(nanobind::module_& module);
void bind_projection(nanobind::module_& module);
void bind_network(nanobind::module_& module);
void bind_prediction(nanobind::module_& module);
void bind_probe(nanobind::module_& module);
void bind_budget(nanobind::module_& module);
void bind_facility(nanobind::module_& module);
void bind_tables(nanobind::module_& module);
void bind_evaluation(nanobind::module_& module);
void bind_runs(nanobind::module_& module);
void bind_reports(nanobind::module_& module);
void bind_live(nanobind::module_& module);
void bind_limit(nanobind::module_& module);
void bind_measurement(nanobind::module_& module);
void bind_steps(nanobind::module_& module);

}  // namespace joulecast::python
