// joulecast tag RUN key=value...: sets tags or the name of a run.
#include <fmt/format.h>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "cli/support/run_choice.hpp"
#include "session/runs/change_runs.hpp"

namespace joulecast::cli {
namespace {

int tag(const session::TagRequest& request) {
  if (request.tags.empty() && request.name.empty())
    return report_error({ErrorKind::invalid, "nothing to do: give key=value or --name", "tag"});
  const auto choice = session::tag_run(request);
  if (!choice) return report_error(choice.error());
  say_choice(request.run, *choice);
  return done;
}

std::function<int()> define_tag(Arguments app) {
  auto request = std::make_shared<session::TagRequest>();
  app.add_option("RUN", request->run, "Id, beginning of an id, or name").required();
  app.add_option("TAG", request->tags, "key=value sets a tag, key= removes it");
  app.add_option("--name", request->name, "Give the run another name");
  add_store_option(app, request->store);
  return [request] { return tag(*request); };
}

}  // namespace

extern const Command tag_command{"tag", "Label or name a run", "Look back", define_tag};

}  // namespace joulecast::cli
