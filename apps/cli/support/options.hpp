// Options that several commands share, with the same wording and meaning.
#pragma once

#include <optional>
#include <string>

#include "base/place.hpp"
#include "cli/support/arguments.hpp"

namespace joulecast::cli {

/// --store PATH. The defaults are $JOULECAST_STORE and then the user's data directory.
void add_store_option(Arguments app, std::string& path);

/// --store [PATH] for commands that learn from stored runs only if it is given. Without a path it means the
/// usual store.
Option add_learning_store_option(Arguments app, std::string& path);

/// --json [FILE]. Without a file, or with "-", standard output gets the JSON and nothing else.
void add_json_option(Arguments app, std::string& file);

/// --country, --region, --intensity, --pue.
void add_place_options(Arguments app, Place& place);

}  // namespace joulecast::cli
