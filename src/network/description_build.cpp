// Runs a description's statements: control flow, branches, blocks and variables.
#include <algorithm>
#include <cmath>

#include "base/files.hpp"
#include "base/text.hpp"
#include "network/description_machine.hpp"

namespace joulecast::network {
namespace {

// Stops the repeats of a hostile file; real networks need a few thousand
constexpr int most_statements = 200'000;
constexpr std::size_t deepest_call = 24;
constexpr std::int64_t largest_side = 1 << 24;
constexpr std::int64_t largest_tensor = std::int64_t{1} << 40;
constexpr std::int64_t most_parameters = std::int64_t{1} << 50;

using Variables = std::map<std::string, double>;

class Machine {
 public:
  Machine(const Description& description, const Statement& network, const NamedOptions& options)
      : description_(description),
        network_(network),
        options_(options),
        builder_(network.values.front(), description.where) {}

  Result<ArchitectureFeatures> build() {
    for (const auto& [key, value] : network_.options) {
      const auto number = parse_double(value);
      if (!number) return at(network_, fail(ErrorKind::invalid, "", "{}={} is not a number", key, value));
      variables_[key] = *number;
    }
    if (options_.classes) {
      if (!variables_.contains("classes"))
        return fail(ErrorKind::invalid, "", "{} has no number of classes to set", network_.values.front());
      if (*options_.classes < 1 || *options_.classes > 1 << 20)
        return fail(ErrorKind::invalid, "", "{} classes are impossible", *options_.classes);
      variables_["classes"] = static_cast<double>(*options_.classes);
    }
    const auto result = run(network_.bodies.front(), std::nullopt, variables_);
    if (!result) return propagate(result.error());
    if (builder_.size() == 0) return at(network_, fail(ErrorKind::invalid, "", "has no layers"));
    return std::move(builder_).finish();
  }

 private:
  /// Errors in the description name its line; errors in the user's input name the network.
  [[nodiscard]] Failure at(const Statement& statement, const Failure& failure) const {
    auto error = failure.value();
    if (!error.where.empty()) return propagate(error);  // an inner statement has named its line already
    const auto place = fmt::format("{}:{}", description_.where, statement.line);
    if (options_.input) {
      error.message = fmt::format("{} (with an input of {})", error.message, to_text(*options_.input));
    } else {
      error.kind = ErrorKind::malformed;
    }
    error.where = place;
    return propagate(error);
  }

  Result<Tensor> run(const std::vector<Statement>& body, std::optional<Tensor> current, Variables& local) {
    for (const auto& statement : body) {
      if (++statements_ > most_statements)
        return at(statement,
                  fail(ErrorKind::invalid, "", "more than {} statements are run", most_statements));
      auto next = step(statement, current, local);
      if (!next) return at(statement, Failure{next.error()});
      current = std::move(*next);
      const auto count = element_count(current->shape);
      if (!count || *count > largest_tensor || builder_.parameters() > most_parameters)
        return at(statement, fail(ErrorKind::invalid, "", "the network grows beyond any computer"));
    }
    if (!current) return fail(ErrorKind::invalid, "", "needs an input before its first layer");
    return std::move(*current);
  }

  Result<Tensor> step(const Statement& statement, const std::optional<Tensor>& current, Variables& local) {
    if (statement.word == "input") return input(statement);
    if (!current) return fail(ErrorKind::invalid, "", "'{}' stands before the input", statement.word);
    Arguments arguments(statement, local, variables_, *current);
    if (const auto operation = find_operation(statement.word)) {
      auto result = operation(builder_, *current, arguments);
      const auto understood = arguments.finish();
      // A wrong argument is the better explanation of a wrong result
      return understood ? result : propagate(understood.error());
    }
    if (statement.word == "let") {
      const auto name = arguments.next_word("a name");
      const auto value = arguments.next_number("a value");
      local[name] = value;
      return finish(arguments, *current);
    }
    if (statement.word == "save") {
      saved_[arguments.next_word("a name")] = *current;
      return finish(arguments, *current);
    }
    if (statement.word == "load") return load(arguments);
    if (statement.word == "repeat") return repeat(statement, arguments, *current, local);
    if (statement.word == "if") return choose(statement, arguments, *current, local);
    if (!statement.bodies.empty()) return branch(statement, arguments, *current, local);
    return call(statement, arguments, *current);
  }

  static Result<Tensor> finish(const Arguments& arguments, const Tensor& result) {
    const auto understood = arguments.finish();
    return understood ? Result<Tensor>(result) : propagate(understood.error());
  }

  Result<Tensor> input(const Statement& statement) {
    auto shape = parse_shape(statement.values.empty() ? "" : statement.values.front());
    if (!shape) return propagate(shape.error());
    if (options_.input) {
      // The first input only: a second one, if any, is described by the network itself.
      if (options_.input->size() != shape->size())
        return fail(ErrorKind::invalid, "", "an input of {} where {} takes one such as {}",
                    to_text(*options_.input), network_.values.front(), to_text(*shape));
      shape = *options_.input;
    }
    for (const auto side : *shape)
      if (side < 1 || side > largest_side)
        return fail(ErrorKind::invalid, "", "an input of {} is impossible", to_text(*shape));
    return builder_.input("input", std::move(*shape));
  }

  Result<Tensor> load(Arguments& arguments) {
    const auto name = arguments.next_word("a name");
    const auto found = saved_.find(name);
    if (found == saved_.end()) return fail(ErrorKind::invalid, "", "nothing is saved as '{}'", name);
    return finish(arguments, found->second);
  }

  Result<Tensor> repeat(const Statement& statement, Arguments& arguments, Tensor current, Variables& local) {
    const auto count = arguments.next_number("a number of times");
    const auto index = arguments.flag("as") ? arguments.next_word("a name") : std::string{};
    if (const auto understood = arguments.finish(); !understood) return propagate(understood.error());
    if (count != std::floor(count) || count < 0 || count > most_statements)
      return fail(ErrorKind::invalid, "", "cannot repeat {} times", count);
    for (int i = 0; i < static_cast<int>(count); ++i) {
      if (!index.empty()) local[index] = i;
      auto next = run(statement.bodies.front(), current, local);
      if (!next) return next;
      current = std::move(*next);
    }
    return current;
  }

  Result<Tensor> choose(const Statement& statement, Arguments& arguments, const Tensor& current,
                        Variables& local) {
    const bool holds = arguments.next_number("a condition") != 0;
    if (const auto understood = arguments.finish(); !understood) return propagate(understood.error());
    if (!holds && statement.bodies.size() < 2) return current;
    return run(statement.bodies[holds ? 0 : 1], current, local);
  }

  /// add, multiply, concat: every part starts from the same input. aside: the part is counted, but its result
  /// is dropped.
  Result<Tensor> branch(const Statement& statement, Arguments& arguments, const Tensor& current,
                        Variables& local) {
    const auto dimension = static_cast<std::size_t>(arguments.option("dimension", 0));
    if (const auto understood = arguments.finish(); !understood) return propagate(understood.error());
    std::vector<Tensor> parts;
    for (const auto& body : statement.bodies) {
      auto part = run(body, current, local);
      if (!part) return part;
      parts.push_back(std::move(*part));
    }
    if (statement.word == "aside") return current;
    if (statement.word == "concat") return builder_.concatenate(parts, dimension);
    return builder_.combine(statement.word, parts);
  }

  Result<Tensor> call(const Statement& statement, Arguments& arguments, const Tensor& current) {
    const auto found = description_.blocks.find(statement.word);
    if (found == description_.blocks.end())
      return fail(ErrorKind::invalid, "", "'{}' is neither an operation nor a block", statement.word);
    const auto& block = found->second;
    Variables frame;
    for (std::size_t i = 1; i < block.values.size(); ++i) {
      const auto given = arguments.text_option(block.values[i]);
      const auto value =
          given ? arguments.number(*given) : Result<double>(arguments.next_number(block.values[i]));
      if (!value) return propagate(value.error());
      frame[block.values[i]] = *value;
    }
    for (const auto& [key, fallback] : block.options) {
      const auto value = arguments.number(arguments.text_option(key).value_or(fallback));
      if (!value) return propagate(value.error());
      frame[key] = *value;
    }
    if (const auto understood = arguments.finish(); !understood) return propagate(understood.error());
    if (++calls_ > deepest_call)
      return fail(ErrorKind::invalid, "", "block '{}' is nested too deeply", statement.word);
    builder_.enter(statement.word);
    auto result = run(block.bodies.front(), current, frame);
    builder_.leave();
    --calls_;
    return result;
  }

  const Description& description_;
  const Statement& network_;
  const NamedOptions& options_;
  Builder builder_;
  Variables variables_;
  std::map<std::string, Tensor> saved_;
  int statements_ = 0;
  std::size_t calls_ = 0;
};

}  // namespace

Result<ArchitectureFeatures> build_described(const Description& description, std::string_view network,
                                             const NamedOptions& options) {
  const auto found = std::ranges::find_if(description.networks,
                                          [&](const Statement& s) { return s.values.front() == network; });
  if (found == description.networks.end())
    return fail(ErrorKind::invalid, description.where, "describes no network '{}'", network);
  if (options.sequence) {
    if (options.input) return fail_field("sequence", "is given beside an input");
    auto with_input = options;
    with_input.input = Shape{*options.sequence};
    with_input.sequence.reset();
    return Machine(description, *found, with_input).build();
  }
  return Machine(description, *found, options).build();
}

Result<ArchitectureFeatures> read_described(const std::filesystem::path& file, const NamedOptions& options) {
  const auto text = read_file(file);
  if (!text) return propagate(text.error());
  const auto description = parse_description(*text, file.string());
  if (!description) return propagate(description.error());
  if (description->networks.size() != 1)
    return fail(ErrorKind::invalid, file.string(), "describes {} networks where one is needed",
                description->networks.size());
  return build_described(*description, description->networks.front().values.front(), options);
}

}  // namespace joulecast::network
