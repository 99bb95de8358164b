// The cases of tests/fixtures/stats/reference_*.json: inputs, expected values, and the tool and expression
// that computed them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace joulecast::stats::testing {

struct Case {
  std::string origin;  ///< "R 4.2.2: shapiro.test(x)"
  nlohmann::json input;
  nlohmann::json expected;
  [[nodiscard]] std::vector<double> list(const char* key) const {
    return input.at(key).get<std::vector<double>>();
  }
  [[nodiscard]] double in(const char* key) const { return input.at(key).get<double>(); }
  [[nodiscard]] double out(const char* key) const { return expected.at(key).get<double>(); }
  [[nodiscard]] std::vector<double> outs(const char* key) const {
    return expected.at(key).get<std::vector<double>>();
  }
  [[nodiscard]] std::vector<std::vector<double>> groups() const {
    return input.at("groups").get<std::vector<std::vector<double>>>();
  }
};

inline std::vector<Case> reference(const std::string& test) {
  static const auto files = [] {
    std::vector<nlohmann::json> loaded;
    for (const char* name :
         {"/stats/reference_r.json", "/stats/reference_scipy.json", "/stats/reference_sequential.json"}) {
      std::ifstream file(std::string(JOULECAST_FIXTURES) + name);
      loaded.push_back(nlohmann::json::parse(file));
    }
    return loaded;
  }();
  std::vector<Case> cases;
  for (const auto& file : files)
    for (const auto& entry : file.at("cases"))
      if (entry.at("test") == test) {
        cases.push_back(
            {file.at("tool").get<std::string>() + ": " + entry.at("expression").get<std::string>(),
             entry.at("input"), entry.at("expected")});
      }
  EXPECT_FALSE(cases.empty()) << "no reference for " << test;
  return cases;
}

}  // namespace joulecast::stats::testing

/// Relative if the reference is larger than 1, absolute below. This defines "agrees to 1e-9" for a statistic.
#define EXPECT_STATISTIC(actual, reference_value) \
  EXPECT_NEAR(actual, reference_value, 1e-9 * std::max(1.0, std::abs(reference_value))) << at.origin
/// p-values agree to 1e-7 relative to their size, however small, unless `relative` says otherwise.
#define EXPECT_P(actual, reference_value) \
  EXPECT_NEAR(actual, reference_value, 1e-7 * (reference_value) + 1e-300) << at.origin
