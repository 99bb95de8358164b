#include <nanobind/stl/shared_ptr.h>

#include "bind/bind.hpp"
#include "bind/steps.hpp"

namespace joulecast::python {
namespace {

namespace nb = nanobind;

// Python's slots instead of bound methods, because they are called for every step.
PyObject* next_step(PyObject* self) {
  return nb::inst_ptr<Steps>(self)->next();
}
int visit_steps(PyObject* self, visitproc visit, void* context) {
  int result = 0;
  if (nb::inst_ready(self)) nb::inst_ptr<Steps>(self)->visit(visit, context, result);
  return result;
}
int clear_steps(PyObject* self) {
  nb::inst_ptr<Steps>(self)->clear();
  return 0;
}

PyType_Slot slots[] = {{Py_tp_iter, reinterpret_cast<void*>(PyObject_SelfIter)},
                       {Py_tp_iternext, reinterpret_cast<void*>(next_step)},
                       {Py_tp_traverse, reinterpret_cast<void*>(visit_steps)},
                       {Py_tp_clear, reinterpret_cast<void*>(clear_steps)},
                       {0, nullptr}};

}  // namespace

void bind_steps(nb::module_& module) {
  nb::class_<StepCount>(module, "StepCount", "How far a loop came.")
      .def_ro("done", &StepCount::done, "steps that are done")
      .def_ro("total", &StepCount::total, "0 if unknown")
      .def_ro("exhausted", &StepCount::exhausted, "the loop was not left before its end")
      .def_ro("left", &StepCount::left, "it was, and its phase ended with it");
  nb::class_<Steps>(module, "Steps", nb::type_slots(slots), "Iterates over steps and counts them.")
      .def_prop_ro("count", &Steps::count);
}

}  // namespace joulecast::python
