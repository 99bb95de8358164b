// Options that several commands share, with one wording and one meaning.
#pragma once

#include <optional>
#include <string>

namespace CLI {
class App;
class Option;
class Validator;
}  // namespace CLI

namespace joulecast::carbon {
struct Request;
}

namespace joulecast::cli {

/// --store PATH; $JOULECAST_STORE and the user's data directory stand behind it.
void add_store_option(CLI::App& app, std::string& path);

/// --store [PATH] of commands that learn from runs only where it is given; without a path the usual store.
CLI::Option* add_learning_store_option(CLI::App& app, std::string& path);

/// --json [FILE]: without a file, or with "-", the JSON goes to standard output and nothing else does.
void add_json_option(CLI::App& app, std::string& file);

/// Checks of a number, with a message for people.
[[nodiscard]] CLI::Validator above_zero();
[[nodiscard]] CLI::Validator not_below_zero();

/// --country, --region, --intensity, --pue.
void add_place_options(CLI::App& app, carbon::Request& place);

}  // namespace joulecast::cli
