#include "trace/missing_nodes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "trace/node_list.hpp"

namespace joulecast::trace {
namespace {

constexpr auto never_reported = "this node of the job never reported";
constexpr auto never_reported_before = "this node of an earlier job never reported";

/// "2 of the job's 4 nodes never reported": the names follow, where they are known.
std::string missing_beginning(int missing, int expected) {
  return fmt::format("{} of the job's {} nodes never reported", missing, expected);
}

/// "2 of 4", or with the node's name "n3, 2 of 4".
std::string place_text(int rank, int expected) {
  return fmt::format("{} of {}", rank, expected);
}

std::string without_name(const std::string& place) {
  const auto comma = place.rfind(", ");
  return comma == place.npos ? place : place.substr(comma + 2);
}

/// "job 4711, restart 1".
std::string job_text(const Job& job) {
  auto name = job.id.empty() ? std::string("an earlier launch") : "job " + job.id;
  if (job.restarts.value_or(0) > 0) name += fmt::format(", restart {}", *job.restarts);
  return name;
}

bool is_of_missing_node(const Trace& trace) {
  return trace.channel.provenance == Provenance::missing && trace.channel.note == never_reported;
}

bool was_missing_before(const Trace& trace) {
  return trace.channel.provenance == Provenance::missing && trace.channel.note == never_reported_before;
}

/// How many nodes the note says to be missing; 0 for any other note.
int missing_in(const std::string& note, int expected) {
  const auto missing =
      static_cast<int>(parse_int(std::string_view(note).substr(0, note.find(' '))).value_or(0));
  const bool says_so =
      missing > 0 && missing < expected && note.starts_with(missing_beginning(missing, expected));
  return says_so ? missing : 0;
}

/// Its name is "" where it is not known.
Trace row_of_missing(int rank, int expected, const std::string& name, Span span) {
  Trace trace;
  trace.channel.component = Component::node;
  trace.channel.quantity = Quantity::power;
  trace.channel.behaviour = Behaviour::gauge;
  trace.channel.provenance = Provenance::missing;
  trace.channel.device = (name.empty() ? "" : name + ", ") + place_text(rank, expected);
  trace.channel.name = fmt::format("node{}", rank);
  trace.channel.note = never_reported;
  trace.gaps.push_back(span);
  return trace;
}

}  // namespace

/// Each node that is missing has a row. No job has so many, but a damaged file may say so.
int expected_nodes(const Job& job) {
  constexpr int most_nodes = 100'000;
  const int said = job.node_count.value_or(1);
  return said > most_nodes ? 1 : said;
}

int missing_nodes(const Run& joined) {
  return static_cast<int>(std::ranges::count_if(joined.traces, [](const Trace& trace) {
    return is_of_missing_node(trace) || was_missing_before(trace);
  }));
}

double measured_share(const Run& run, Span span, std::size_t known) {
  const auto missing = std::ranges::count_if(run.traces, [&](const Trace& trace) {
    const bool is_missing = is_of_missing_node(trace) || was_missing_before(trace);
    return is_missing && std::ranges::any_of(trace.gaps, [&](Span gap) {
             return intersect(gap, span).length() > Seconds{0};
           });
  });
  const auto measured = static_cast<double>(known);
  return missing > 0 ? measured / (measured + static_cast<double>(missing)) : 1;
}

void add_ranks_of(const Run& run, KnownNodes& known) {
  const int expected = expected_nodes(run.info.job);
  std::set<std::string> nodes;
  std::set<std::string> missing;
  for (const auto& trace : run.traces)
    if (is_of_missing_node(trace))
      missing.insert(without_name(trace.channel.device));
    else
      nodes.insert(trace.channel.node);
  if (run.info.job.node_rank) known.ranks.insert(*run.info.job.node_rank);
  if (nodes.size() < 2) return;
  for (int rank = 0; rank < expected; ++rank)
    if (!missing.contains(place_text(rank, expected))) known.ranks.insert(rank);
}

std::vector<std::string> node_names(const std::vector<Run>& runs, int expected) {
  for (const auto& run : runs) {
    const auto list = run.tags.find(node_list_tag);
    if (list == run.tags.end()) continue;
    auto names = expand_node_list(list->second);
    if (std::ssize(names) == expected) return names;
  }
  return {};
}

void miss_nodes(Run& joined, const KnownNodes& known, const std::vector<std::string>& names) {
  const int expected = expected_nodes(known.job);
  const int missing = expected - std::max(known.nodes, static_cast<int>(known.ranks.size()));
  if (missing <= 0) return;
  std::vector<std::string> named;
  int found = 0;
  for (int rank = 0; rank < expected && found < missing; ++rank) {
    if (known.ranks.contains(rank)) continue;
    ++found;
    if (!names.empty()) named.push_back(names[static_cast<std::size_t>(rank)]);
    joined.traces.push_back(row_of_missing(rank, expected, names.empty() ? "" : named.back(), joined.span));
  }
  joined.notes.push_back(fmt::format(
      "{}{}: what {} used is not in the total", missing_beginning(missing, expected),
      named.empty() ? "" : fmt::format(" ({})", fmt::join(named, ", ")), missing == 1 ? "it" : "they"));
}

void forget_missing_nodes(Run& run) {
  std::erase_if(run.traces, is_of_missing_node);
  const auto expected = expected_nodes(run.info.job);
  std::erase_if(run.notes, [&](const std::string& note) { return missing_in(note, expected) > 0; });
}

void name_job_of_missing_nodes(Run& run) {
  const auto job = job_text(run.info.job);
  for (auto& trace : run.traces) {
    if (!is_of_missing_node(trace)) continue;
    trace.channel.device += " of " + job;
    trace.channel.name += " of " + job;
    trace.channel.note = never_reported_before;
  }
  const auto expected = expected_nodes(run.info.job);
  for (auto& note : run.notes)
    if (const auto missing = missing_in(note, expected); missing > 0)
      note = fmt::format("{} of the {} nodes of {} never reported{}", missing, expected, job,
                         note.substr(missing_beginning(missing, expected).size()));
}

}  // namespace joulecast::trace
