// One prediction: a network on a GPU at a batch size and a power limit, by a model file.
#pragma once

#include "estimate/offline/model_file.hpp"
#include "session/forecast/asked_training.hpp"

namespace joulecast::session {

class TrainingPredictor {
 public:
  /// What is given must outlive this.
  TrainingPredictor(const estimate::ModelFile& model, const estimate::FittedMethod& physics,
                    const PredictionRequest& request, const AskedTraining& asked);
  /// `batch` is that of all GPUs, `limit` in W of one.
  [[nodiscard]] Prediction predict(const network::ArchitectureFeatures& network, const hardware::Gpu& gpu,
                                   int batch, std::optional<double> limit) const;

 private:
  [[nodiscard]] estimate::Sample sample_of(const network::ArchitectureFeatures& network,
                                           const hardware::Gpu& gpu, int batch) const;
  [[nodiscard]] estimate::Step step_of(const network::ArchitectureFeatures& network, int batch,
                                       const estimate::NetworkWork& work) const;
  /// Of the whole training, if the request gives it so.
  [[nodiscard]] std::optional<double> steps_of(const network::ArchitectureFeatures& network, int batch) const;
  void put_costs(const estimate::Sample& sample, Prediction& result) const;
  /// Epochs as the model file's own epochs of that source took, where --like names one; else by the speed of
  /// steps, which much more has been measured of.
  void put_times(const estimate::Sample& sample, const estimate::Forecast& forecast,
                 Prediction& result) const;
  [[nodiscard]] bool epochs_like() const;
  /// How much longer a step takes under the request's power limit than under the board's own.
  [[nodiscard]] double slowdown(const estimate::Sample& sample) const;
  void put_memory(const network::ArchitectureFeatures& network, const estimate::Sample& sample,
                  Prediction& result) const;
  [[nodiscard]] std::optional<carbon::Estimate> emissions_of(Joules energy) const;

  const estimate::ModelFile& model_;
  const estimate::FittedMethod& physics_;
  const PredictionRequest& request_;
  const AskedTraining& asked_;
  std::string framework_;
  estimate::Seen seen_;
};

}  // namespace joulecast::session
