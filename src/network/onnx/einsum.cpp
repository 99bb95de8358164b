#include "network/onnx/einsum.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "base/text.hpp"

namespace joulecast::network::onnx_reader {
namespace {

/// Names of an operand's dimensions. Those of an ellipsis are counted from its right: 256, 257, …, so that
/// they meet those of another operand as broadcasting has it.
using Term = std::vector<int>;
constexpr int first_of_ellipsis = 256;

/// `rank`: of the operand; nothing for the output, whose ellipsis has `ellipsis` dimensions.
std::optional<Term> read_term(std::string_view text, std::optional<std::size_t> rank, std::size_t& ellipsis) {
  constexpr std::string_view dots = "...";
  const auto at = text.find(dots);
  const auto letters = text.size() - (at == std::string_view::npos ? 0 : dots.size());
  if (rank && (letters > *rank || (at == std::string_view::npos && letters != *rank))) return std::nullopt;
  const auto hidden = rank ? *rank - letters : ellipsis;
  if (rank) ellipsis = std::max(ellipsis, hidden);
  Term term;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == at) {
      for (std::size_t j = hidden; j > 0; --j) term.push_back(first_of_ellipsis + static_cast<int>(j) - 1);
      i += dots.size() - 1;
    } else if (std::isalpha(static_cast<unsigned char>(text[i])) != 0) {
      term.push_back(text[i]);
    } else {
      return std::nullopt;
    }
  }
  return term;
}

struct Equation {
  std::vector<Term> operands;
  Term output;
  std::map<int, std::int64_t> sizes;
};

Term implicit_output(const std::vector<Term>& operands, std::size_t ellipsis) {
  std::map<int, int> counts;
  for (const auto& term : operands)
    for (const int name : term) ++counts[name];
  Term output;
  for (std::size_t j = ellipsis; j > 0; --j) output.push_back(first_of_ellipsis + static_cast<int>(j) - 1);
  for (const auto& [name, count] : counts)
    if (count == 1 && name < first_of_ellipsis) output.push_back(name);
  return output;
}

std::optional<Equation> read_equation(const Node& node, const Inputs& inputs) {
  constexpr std::size_t most_dimensions = 64;
  auto text = node.text("equation", "");
  std::erase(text, ' ');
  const std::string_view view(text);
  const auto arrow = view.find("->");
  const auto left = view.substr(0, arrow);
  const auto terms = split(left, ',');
  if (terms.size() != inputs.size() || inputs.empty()) return std::nullopt;
  Equation equation;
  std::size_t ellipsis = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const auto* shape = shape_of(inputs, i);
    if (shape == nullptr || shape->size() > most_dimensions) return std::nullopt;
    auto term = read_term(terms[i], shape->size(), ellipsis);
    if (!term) return std::nullopt;
    for (std::size_t j = 0; j < term->size(); ++j) {
      auto& size = equation.sizes.try_emplace((*term)[j], 1).first->second;
      const auto own = (*shape)[j];
      if (own != size && own != 1 && size != 1) return std::nullopt;
      if (own != 1) size = own;
    }
    equation.operands.push_back(std::move(*term));
  }
  if (arrow == std::string_view::npos) {
    equation.output = implicit_output(equation.operands, ellipsis);
    return equation;
  }
  auto output = read_term(view.substr(arrow + 2), std::nullopt, ellipsis);
  if (!output) return std::nullopt;
  const std::set<int> once(output->begin(), output->end());
  const auto known = [&](int name) { return equation.sizes.contains(name); };
  if (once.size() != output->size() || !std::ranges::all_of(*output, known)) return std::nullopt;
  equation.output = std::move(*output);
  return equation;
}

double size_of(const std::set<int>& names, const std::map<int, std::int64_t>& sizes) {
  double size = 1;
  for (const int name : names) size *= static_cast<double>(sizes.at(name));
  return size;
}

/// The names of `from` that another operand or the output still needs: the others are summed at once.
std::set<int> needed(const std::set<int>& from, const std::set<int>& elsewhere) {
  std::set<int> kept;
  std::ranges::set_intersection(from, elsewhere, std::inserter(kept, kept.end()));
  return kept;
}

MatrixProduct product_of(const std::set<int>& a, const std::set<int>& b, const std::set<int>& output,
                         const std::map<int, std::int64_t>& sizes) {
  MatrixProduct product{.rows = 1, .columns = 1, .depth = 1, .groups = 1};
  std::set<int> all = a;
  all.insert(b.begin(), b.end());
  for (const int name : all) {
    const auto size = static_cast<double>(sizes.at(name));
    if (a.contains(name) && b.contains(name))
      (output.contains(name) ? product.groups : product.depth) *= size;
    else
      (a.contains(name) ? product.rows : product.columns) *= size;
  }
  return product;
}

}  // namespace

std::optional<Contraction> read_einsum(const Node& node, const Inputs& inputs) {
  const auto equation = read_equation(node, inputs);
  if (!equation) return std::nullopt;
  Contraction result;
  for (const int name : equation->output) result.output.push_back(equation->sizes.at(name));
  const std::set<int> output(equation->output.begin(), equation->output.end());
  // Names that operand i and those after it, or the output, have.
  std::vector<std::set<int>> later(equation->operands.size() + 1, output);
  for (std::size_t i = equation->operands.size(); i-- > 0;) {
    later[i] = later[i + 1];
    later[i].insert(equation->operands[i].begin(), equation->operands[i].end());
  }
  std::set<int> joined(equation->operands.front().begin(), equation->operands.front().end());
  for (std::size_t i = 1; i < equation->operands.size(); ++i) {
    auto elsewhere = joined;
    elsewhere.insert(later[i + 1].begin(), later[i + 1].end());
    const auto& term = equation->operands[i];
    const auto next = needed({term.begin(), term.end()}, elsewhere);
    joined = needed(joined, later[i]);
    auto all = joined;
    all.insert(next.begin(), next.end());
    result.macs += size_of(all, equation->sizes);
    if (equation->operands.size() == 2) result.product = product_of(joined, next, output, equation->sizes);
    joined = needed(all, later[i + 1]);
  }
  return result;
}

}  // namespace joulecast::network::onnx_reader
