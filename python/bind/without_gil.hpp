// Lets go of the interpreter's lock while the core works.
#pragma once

#include <Python.h>
#include <cxxabi.h>
#include <unistd.h>

namespace joulecast::python {

/// For a scope, as nanobind::gil_scoped_release, but harmless while the interpreter ends. Before Python 3.14
/// a daemon thread that then asks for its lock is ended by pthread_exit(), whose unwinding must not pass the
/// destructors and nanobind's noexcept functions: it would abort the whole program, after a training that
/// went well. Such a thread sleeps until the process ends, as Python 3.14 lets it
/// (https://github.com/python/cpython/issues/87135).
class WithoutGil {
 public:
  WithoutGil() : state_(PyEval_SaveThread()) {}
  ~WithoutGil() {
    try {
      PyEval_RestoreThread(state_);
    } catch (abi::__forced_unwind&) {
      for (;;) ::pause();
    }
  }
  WithoutGil(const WithoutGil&) = delete;
  WithoutGil& operator=(const WithoutGil&) = delete;

 private:
  PyThreadState* state_;
};

}  // namespace joulecast::python
