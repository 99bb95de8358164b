#include "report/prediction_reading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/prediction_report.hpp"

namespace joulecast::report {
namespace {

TEST(PredictionsFromJson, ReadWhatPredictWrites) {
  session::Prediction small;
  small.model = "small";
  small.gpu = "T4";
  small.gpu_count = 2;
  small.batch = 32;
  small.limit_w = 70.5;
  small.power_w = {60, 50, 70, true};
  small.epoch_energy_j = session::Predicted{10, {}, {}, false};
  small.total_energy_j = session::Predicted{100, 50, 200, false};
  small.memory_needed_gb = 20;
  small.memory_gb = 16;
  const std::vector<session::Prediction> written{small};
  const auto text = nlohmann::ordered_json{{"predictions", to_json(written)}}.dump();
  const auto read = predictions_from_json(text, "p.json");
  ASSERT_TRUE(read) << to_string(read.error());
  ASSERT_EQ(read->size(), 1U);
  const auto& prediction = read->front();
  EXPECT_EQ(prediction.model, "small");
  EXPECT_EQ(prediction.gpu_count, 2);
  EXPECT_EQ(prediction.batch, 32);
  EXPECT_EQ(prediction.limit_w, 70.5);
  EXPECT_TRUE(prediction.power_w.calibrated);
  EXPECT_FALSE(prediction.epoch_time_s);
  EXPECT_FALSE(prediction.epoch_energy_j->low);
  EXPECT_EQ(prediction.total_energy_j->high, 200);
  EXPECT_FALSE(prediction.fits());
}

TEST(PredictionsFromJson, SayWhatIsNotOne) {
  const auto reason = [](const char* text) {
    return to_string(predictions_from_json(text, "p.json").error());
  };
  for (const auto* text : {"[1", "[]", "{}", R"({"predictions": 1})"})
    EXPECT_EQ(reason(text), "p.json: is not what joulecast predict --json writes") << text;
  EXPECT_EQ(reason(R"({"predictions": [1]})"), "p.json: a prediction is not an object");
  EXPECT_EQ(reason(R"({"predictions": [{"model": "a"}]})"),
            "p.json: a prediction does not name model, gpu and batch_size");
}

}  // namespace
}  // namespace joulecast::report
