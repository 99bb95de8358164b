// Options that several commands share, with one wording and one meaning.
#pragma once

#include <optional>
#include <string>

#include "base/place.hpp"
#include "cli/support/arguments.hpp"

namespace joulecast::cli {

/// --store PATH; $JOULECAST_STORE and the user's data directory stand behind it.
void add_store_option(Arguments app, std::string& path);

/// --store [PATH] of commands that learn from runs only where it is given; without a path the usual store.
Option add_learning_store_option(Arguments app, std::string& path);

/// --json [FILE]: without a file, or with "-", the JSON goes to standard output and nothing else does.
void add_json_option(Arguments app, std::string& file);

/// --country, --region, --intensity, --pue.
void add_place_options(Arguments app, Place& place);

}  // namespace joulecast::cli
