#include "session/tables/board_wishes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/text.hpp"
#include "tradeoff/quantity.hpp"

namespace joulecast::session {
namespace {

Result<BoardWish> parse_wish(const std::string& text) {
  BoardWish wish;
  std::string_view rest = text;
  if (const auto equals = rest.rfind('='); equals != std::string_view::npos) {
    const auto target = tradeoff::parse_quantity(trim(rest.substr(equals + 1)));
    if (!target || target->dimension != tradeoff::Dimension::plain || !std::isfinite(target->value))
      return fail_field("quality", "'{}' has no number behind the '=', like accuracy=0.9 or accuracy=90%",
                        text);
    wish.target = target->value;
    rest = rest.substr(0, equals);
  }
  if (const auto colon = rest.find(':'); colon != std::string_view::npos) {
    wish.task = std::string(trim(rest.substr(0, colon)));
    rest = rest.substr(colon + 1);
  }
  wish.metric = std::string(trim(rest));
  if (wish.metric.empty()) return fail_field("quality", "'{}' names no metric", text);
  return wish;
}

}  // namespace

Result<BoardPrices> parse_prices(const BoardRequest& request) {
  BoardPrices prices;
  for (const auto& [text, price, field] : {std::tuple(&request.price, &prices.energy, "price"),
                                           std::tuple(&request.hour_price, &prices.hour, "hour_price")}) {
    if (text->empty()) continue;
    *price = parse_price(*text);
    if (!*price) return fail_field(field, "'{}' is not a price, like 0.25 or \"0.25 EUR\"", *text);
  }
  if (prices.energy && prices.hour && prices.energy->currency != prices.hour->currency)
    return fail_field("hour_price", "is in another currency than the price of energy");
  return prices;
}

Result<std::vector<BoardWish>> wishes_of(const std::vector<BoardSource>& sources,
                                         const BoardRequest& request) {
  std::vector<BoardWish> wishes;
  for (const auto& text : request.quality) {
    auto wish = parse_wish(text);
    if (!wish) return propagate(wish.error());
    wishes.push_back(std::move(*wish));
  }
  if (!wishes.empty()) return wishes;
  for (const auto& source : sources)
    if (source.usual_metric &&
        std::ranges::find(wishes, source.usual_metric->name, &BoardWish::metric) == wishes.end())
      wishes.push_back({"", source.usual_metric->name, {}});
  if (wishes.empty())
    return fail_field("quality", "say by what the runs are judged, like accuracy=0.9; the columns are {}",
                      fmt::join(sources.front().table.columns(), ", "));
  return wishes;
}

Status know_tasks(const std::vector<BoardWish>& wishes, const std::vector<BoardRows>& tasks) {
  for (const auto& wish : wishes) {
    const auto known = std::ranges::any_of(
        tasks, [&](const auto& task) { return to_lower(task.task) == to_lower(wish.task); });
    if (known || wish.task.empty()) continue;
    std::vector<std::string> names;
    for (const auto& task : tasks) names.push_back(task.task);
    return fail_field("quality", "there is no task '{}', but {}", wish.task, fmt::join(names, ", "));
  }
  return {};
}

}  // namespace joulecast::session
