// The fake NVIDIA machine in this process: a script, and the time that the machine and the sensor see.
#pragma once

#include <dlfcn.h>

#include "unit/sensors/support.hpp"

namespace joulecast::sensors {

class FakeNvml {
 public:
  explicit FakeNvml(const std::string& script) {
    handle_ = ::dlopen(JOULECAST_FAKE_NVML_LIBRARY, RTLD_NOW);
    if (handle_ == nullptr) throw std::runtime_error(::dlerror());
    bind(play_, "fake_nvml_play");
    bind(set_time_, "fake_nvml_set_time");
    bind(true_energy_, "fake_nvml_true_energy");
    play_(script.c_str());
    fake.environment.library = [](std::string_view) { return std::string(JOULECAST_FAKE_NVML_LIBRARY); };
  }
  ~FakeNvml() { ::dlclose(handle_); }
  FakeNvml(const FakeNvml&) = delete;

  void advance(double seconds) {
    time_ += seconds;
    fake.clock.advance(Seconds{seconds});
    set_time_(time_);
  }
  [[nodiscard]] double time() const { return time_; }
  [[nodiscard]] double true_energy(unsigned gpu, double from, double to) const {
    return true_energy_(gpu, from, to);
  }
  [[nodiscard]] std::unique_ptr<Sensor> open() { return sensor_type("nvml").open(fake.environment).value(); }

  Fake fake;

 private:
  template <class Function>
  void bind(Function*& function, const char* name) {
    function = reinterpret_cast<Function*>(::dlsym(handle_, name));
  }
  void* handle_ = nullptr;
  void (*play_)(const char*) = nullptr;
  void (*set_time_)(double) = nullptr;
  double (*true_energy_)(unsigned, double, double) = nullptr;
  double time_ = 0;
};

}  // namespace joulecast::sensors
