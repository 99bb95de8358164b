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

Response say_id(const Request& request, const Services&) {
  return line_response(200, request.id);
}
const Route thing{"/things/{id}", Lane::pages, false, say_id};
const Route part{"/things/{id}/part", Lane::pages, false, say_id};
const Route list{"/things/all", Lane::pages, false, say_id};
const Route posted{"/post", Lane::pages, false, answer, Readers::owner, "POST"};

TEST(Router, APlaceholderStandsForAnyText) {
  const Router router({&thing, &part, &list}, {});
  const auto found = [&](const std::string& path) {
    const auto result = router.find(request_for("GET", path));
    return std::pair(result.route, result.id);
  };
  EXPECT_EQ(found("/things/a"), std::pair(&thing, std::string("a")));
  EXPECT_EQ(found("/things/a/b c"), std::pair(&thing, std::string("a/b c")));
  EXPECT_EQ(found("/things/a/part"), std::pair(&part, std::string("a")));
  EXPECT_EQ(found("/things/all"), std::pair(&list, std::string()));
  EXPECT_EQ(found("/things/").first, nullptr);
}

TEST(Router, EachRouteHasItsMethod) {
  const Router router({&here, &posted}, {});
  EXPECT_EQ(router.find(request_for("POST", "/post")).route, &posted);
  const auto refused = router.find(request_for("GET", "/post"));
  EXPECT_EQ(refused.refusal.status, 405);
  EXPECT_EQ(refused.refusal.headers.at(0), std::pair(std::string("Allow"), std::string("POST")));
}

TEST(Router, AProgramGetsItsRefusalAsJson) {
  const Route missing{"/api/missing", Lane::pages, false,
                      [](const Request&, const Services&) { return line_response(404, "it is gone"); }};
  const Router router({&missing}, {});
  const auto response = router.answer(missing, request_for("GET", "/api/missing"));
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_THAT(response.body, ::testing::HasSubstr("\"detail\": \"it is gone\""));
}

int refusals = 0;  // that are still to come
Response answer_in_the_end(const Request&, const Services&) {
  return refusals-- > 0 ? line_response(503, "the store is away") : line_response(200, "here");
}
const Route passing{"/passing", Lane::pages, false, answer_in_the_end};

TEST(Router, AsksAgainWhereTheStoreIsAwayForAMoment) {
  const Router router({&passing}, {});
  refusals = 2;
  EXPECT_EQ(router.answer(passing, request_for("GET", "/passing")).status, 200);
  refusals = 10;
  EXPECT_EQ(router.answer(passing, request_for("GET", "/passing")).status, 503);
  EXPECT_EQ(refusals, 6);
  refusals = 1;
  EXPECT_EQ(router.answer(passing, request_for("POST", "/passing")).status, 503);
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
