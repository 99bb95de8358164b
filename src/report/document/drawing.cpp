#include "report/document/document.hpp"

namespace joulecast::report {

const std::string& title_of(const Drawing& drawing) {
  return std::visit([](const auto& picture) -> const std::string& { return picture.title; }, drawing);
}

std::string to_svg(const Drawing& drawing, const SvgOptions& options) {
  return std::visit([&](const auto& picture) { return to_svg(picture, options); }, drawing);
}

}  // namespace joulecast::report
