// joulecast tag RUN key=value...: labels a run, or names it.
#include <fmt/format.h>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "session/runs/view_run.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::string run;
  std::vector<std::string> tags;
  std::string name;
  std::string store;
};

int tag(const Options& options) {
  const auto tags = session::parse_tags(options.tags);
  if (!tags) return report_error(tags.error());
  if (tags->empty() && options.name.empty())
    return report_error({ErrorKind::invalid, "nothing to do: give key=value or --name", "tag"});
  auto store = session::open_store(options.store, store::Access::read);
  if (!store) return report_error(store.error());
  const auto id = store->resolve(options.run);
  if (!id) return report_error(id.error());
  if (auto status = store->tag(*id, *tags); !status) return report_error(status.error());
  if (!options.name.empty())
    if (auto status = store->rename(*id, options.name); !status) return report_error(status.error());
  return done;
}

std::function<int()> define(Arguments app) {
  auto options = std::make_shared<Options>();
  app.add_option("RUN", options->run, "Id, beginning of an id, or name").required();
  app.add_option("TAG", options->tags, "key=value sets a tag, key= takes it away");
  app.add_option("--name", options->name, "Give the run another name");
  add_store_option(app, options->store);
  return [options] { return tag(*options); };
}

}  // namespace

extern const Command tag_command{"tag", "Label or name a run", "Look back", define};

}  // namespace joulecast::cli
