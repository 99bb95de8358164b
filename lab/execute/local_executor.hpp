// Runs on this machine, one after another.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "lab/execute/executor.hpp"
#include "lab/execute/power_limits.hpp"
#include "sensors/support/sensor.hpp"

namespace joulecast::lab {

/// Measures each run in this process. The command's output goes to output.log in the run's folder.
class LocalExecutor final : public Executor {
 public:
  /// `store`: path or address; it and the plan must outlive this object.
  LocalExecutor(const Plan& plan, std::string store) : plan_(&plan), store_(std::move(store)) {}

  [[nodiscard]] Result<Executed> run(const RunSetup& setup, const RunWishes& wishes) override;

 private:
  [[nodiscard]] Status set_limits(const Environment* environment);
  [[nodiscard]] Result<Executed> measure(const RunSetup& setup, const RunWishes& wishes);

  const Plan* plan_;
  std::string store_;
  std::string limits_of_;  ///< the environment whose limits are set; "" = none
  std::optional<PowerLimits> limits_;
};

}  // namespace joulecast::lab
