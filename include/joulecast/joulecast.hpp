// The C++ version of joulecast.h, with an object whose destructor ends the run.
#pragma once

#include <joulecast/joulecast.h>

#include <string>

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
  void metric(const std::string& name, double value) { joulecast_metric(name.c_str(), value); }
};

}  // namespace joulecast::client
