#include "serve/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace joulecast::serve {
namespace {

Response answer(const Request&, const Services&) {
  return line_response(200, "here");
}
Response fail_to_answer(const Request&, const Services&) {
  throw std::runtime_error("private detail");
}

const Route here{"/here", Lane::pages, false, answer};
const Route broken{"/broken", Lane::pages, false, fail_to_answer};

Request request_for(const std::string& method, const std::string& path) {
  Request request;
  request.method = method;
  request.path = path;
  return request;
}

TEST(Router, FindsAPathAsItIsWritten) {
  const Router router({&here, &broken}, {});
  EXPECT_EQ(router.find(request_for("GET", "/here")).route, &here);
  EXPECT_EQ(router.find(request_for("HEAD", "/here")).route, &here);
  for (const char* path : {"/", "/here/", "/HERE", "/../here", "//here", "/etc/passwd"})
    EXPECT_EQ(router.find(request_for("GET", path)).refusal.status, 404) << path;
  EXPECT_EQ(router.find(request_for("GET", "")).refusal.status, 400);
  EXPECT_EQ(router.find(request_for("POST", "/here")).refusal.status, 405);
}

TEST(Router, AFailureIsAnAnswerWithoutDetails) {
  const Router router({&broken}, {});
  const auto response = router.answer(broken, request_for("GET", "/broken"));
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body, "");
}

TEST(Routes, EachPathIsThereOnce) {
  std::vector<std::string_view> paths;
  for (const auto* route : all_routes()) paths.push_back(route->path);
  EXPECT_THAT(paths, ::testing::IsSupersetOf({"/", "/metrics", "/api/v1/runs"}));
  std::ranges::sort(paths);
  EXPECT_EQ(std::ranges::adjacent_find(paths), paths.end());
}

}  // namespace
}  // namespace joulecast::serve
