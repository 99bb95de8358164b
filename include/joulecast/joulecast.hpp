// The C++ version of joulecast.h, with an object whose destructor ends the run.
#pragma once

#include <joulecast/joulecast.h>

#include <string>
#include <utility>

namespace joulecast::client {

/// joulecast::client::Training training(50);
/// for (int i = 0; i < 50; ++i) { training.epoch(i); … training.metric("accuracy", 0.93); }
class Training {
 public:
  explicit Training(double total_epochs = 0) { joulecast_begin_run(total_epochs); }
  ~Training() { joulecast_end_run(); }
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;

  void epoch(int index) { joulecast_epoch(index); }
  void epoch_progress(int index, double work, double total_work = 0) {
    joulecast_epoch_progress(index, work, total_work);
  }
  void metric(const std::string& name, double value) { joulecast_metric(name.c_str(), value); }
  void phase(const std::string& name, const std::string& unit = "", double total_work = 0) {
    joulecast_begin_phase(name.c_str(), unit.empty() ? nullptr : unit.c_str(), total_work);
  }
  void end_phase() { joulecast_end_phase(); }
  void progress(double work, double total_work = 0) { joulecast_progress(work, total_work); }
};

/// joulecast::client::Window evaluation("evaluation");  // until the end of the block
class Window {
 public:
  explicit Window(std::string name) : name_(std::move(name)) { joulecast_begin_window(name_.c_str()); }
  ~Window() { joulecast_end_window(name_.c_str()); }
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

 private:
  std::string name_;
};

}  // namespace joulecast::client
