#include "serve/parameters.hpp"

#include <gtest/gtest.h>

namespace joulecast::serve {
namespace {

Request with(std::vector<std::pair<std::string, std::string>> query) {
  Request request;
  request.query = std::move(query);
  return request;
}

/// The field that is refused; "" if nothing is.
std::string refused(const Parameters& parameters) {
  const auto status = parameters.check();
  return status ? "" : status.error().where;
}

TEST(Parameters, AreReadByName) {
  const auto request = with({{"a", "1.5"}, {"b", "7"}, {"c", "true"}, {"d", "x"}, {"d", "y"}, {"e", "2"}});
  Parameters parameters(request);
  EXPECT_EQ(parameters.number("a", 0, 2), 1.5);
  EXPECT_EQ(parameters.whole("b", 1, 7), 7);
  EXPECT_TRUE(parameters.flag("c"));
  EXPECT_EQ(parameters.texts("d", 2), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(parameters.wholes("e", 1, 1, 9), std::vector<int>{2});
  EXPECT_EQ(parameters.text("none", "usual"), "usual");
  EXPECT_EQ(parameters.word("none", {"first", "second"}), "first");
  EXPECT_FALSE(parameters.number("none", 0, 1));
  EXPECT_FALSE(parameters.flag("none"));
  EXPECT_EQ(refused(parameters), "");
}

TEST(Parameters, TheFirstThatIsWrongIsNamed) {
  const auto wrong = [](std::vector<std::pair<std::string, std::string>> query, auto read) {
    const auto request = with(std::move(query));
    Parameters parameters(request);
    read(parameters);
    return refused(parameters);
  };
  const auto number = [](Parameters& p) { (void)p.number("n", 0, 1); };
  for (const char* text : {"", "x", "2", "-0.1", "nan", "inf", "1 "})
    EXPECT_EQ(wrong({{"n", text}}, number), "n") << text;
  EXPECT_EQ(wrong({{"n", "0"}, {"n", "1"}}, number), "n");
  EXPECT_EQ(wrong({{"n", "0"}, {"m", "1"}}, number), "m");
  EXPECT_EQ(wrong({{"", "1"}}, number), "?");
  EXPECT_EQ(wrong({{"n", "x"}, {"m", "1"}}, number), "n");
  EXPECT_EQ(wrong({{"w", "1.0"}}, [](Parameters& p) { (void)p.whole("w", 0, 5); }), "w");
  EXPECT_EQ(wrong({{"f", "yes"}}, [](Parameters& p) { (void)p.flag("f"); }), "f");
  EXPECT_EQ(wrong({{"t", "a"}, {"t", "b"}}, [](Parameters& p) { (void)p.texts("t", 1); }), "t");
  EXPECT_EQ(wrong({{"i", "3"}, {"i", "0"}}, [](Parameters& p) { (void)p.wholes("i", 5, 1, 9); }), "i");
  EXPECT_EQ(wrong({{"o", "c"}}, [](Parameters& p) { (void)p.word("o", {"a", "b"}); }), "o");
}

}  // namespace
}  // namespace joulecast::serve
