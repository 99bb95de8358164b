// What a probed training would cost on other boards: measured here, scaled by what physics and data sheets
// say of both boards.
//
//   time there  = time here x sqrt(predicted there / predicted here x figures here / figures there)
//   figures     = bandwidth^0.6 x peak of the precision^0.4
//   power there = power here x predicted there / predicted here
//
// Without the network, the figures alone give the time, and board powers the power. docs/probe.md tells how
// far that was off between boards that were measured with the same software.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sensors/support/sensor.hpp"
#include "session/forecast/predict_training.hpp"
#include "session/forecast/probe_training.hpp"

namespace joulecast::session {

struct BoardsRequest {
  /// The other boards, and how the training is set up. One network at most, and one batch size.
  PredictionRequest prediction;
};

/// Everything that can be wrong with the request, before a training is ended for it. invalid, naming the
/// field: unknown boards or networks, impossible figures, no network on a machine without a GPU.
[[nodiscard]] Status check_boards(const BoardsRequest& request, const sensors::Environment& environment);

/// `gpu_here`: as the driver names it; "" = no GPU was measured.
[[nodiscard]] Result<ProbedBoards> probe_boards(const BoardsRequest& request, const ProbeResult& probe,
                                                const std::string& gpu_here);
/// The GPU that the probe's run was measured on; "" if there was none, or if the run was not stored.
[[nodiscard]] std::string gpu_of(const ProbedTraining& probed);

}  // namespace joulecast::session
