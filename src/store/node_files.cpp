#include "store/node_files.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <string_view>
#include <utility>

#include "store/network_file.hpp"
#include "store/run_order.hpp"

namespace joulecast::store {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view infix = "-node-";

/// Adds the sums of one more file to those of the others.
void add_sums(const std::vector<RunSum>& more, std::vector<RunSum>& sums) {
  std::map<std::string, RunSum> by_name;
  for (auto& sum : sums) by_name[sum.name] = sum;
  for (const auto& sum : more) {
    auto& known = by_name[sum.name];
    known.name = sum.name;
    known.ended += sum.ended;
    known.running += sum.running;
    known.energy += sum.energy;
    known.without_energy += sum.without_energy;
  }
  sums.clear();
  for (auto& [name, sum] : by_name) sums.push_back(std::move(sum));
  std::ranges::stable_sort(sums, [](const RunSum& a, const RunSum& b) { return a.energy > b.energy; });
}

/// The store's own file first.
class FilesStore final : public RunStore {
 public:
  FilesStore(std::string location, std::vector<std::unique_ptr<RunStore>> files)
      : location_(std::move(location)), files_(std::move(files)) {
    for (const auto& file : files_)
      recovered_.insert(recovered_.end(), file->recovered().begin(), file->recovered().end());
  }

  [[nodiscard]] const std::string& location() const override { return location_; }
  [[nodiscard]] Result<RunChoice> resolve(std::string_view reference) const override {
    const auto found = find_run(reference);
    if (!found) return propagate(found.error());
    return found->choice;
  }
  [[nodiscard]] Result<std::vector<RunRow>> find(const RunQuery& query) const override;
  [[nodiscard]] Result<std::size_t> count(const RunQuery& query) const override;
  [[nodiscard]] Result<RunSums> sums(const std::vector<std::string>& tags,
                                     const RunQuery& query) const override;
  [[nodiscard]] Status each_job_run(const JobQuery& query, const JobRunVisitor& visit) const override;
  [[nodiscard]] Result<RunRow> row(std::string_view reference) const override {
    return within(reference, [](const RunStore& file, const std::string& id) { return file.row(id); });
  }
  [[nodiscard]] Result<trace::Run> load(std::string_view reference) const override {
    return within(reference, [](const RunStore& file, const std::string& id) { return file.load(id); });
  }
  [[nodiscard]] Result<trace::Run> summary(std::string_view reference) const override {
    return within(reference, [](const RunStore& file, const std::string& id) { return file.summary(id); });
  }
  [[nodiscard]] Result<SqlTable> query(const SqlRequest& request,
                                       std::span<const ComputedView> computed) const override;
  [[nodiscard]] Result<std::optional<WallTime>> last_heard(std::string_view reference) const override {
    return within(reference, [](const RunStore& file, const std::string& id) { return file.last_heard(id); });
  }
  [[nodiscard]] Result<std::unique_ptr<RunWriter>> record(const trace::Run& header,
                                                          WriterOptions options) override {
    return files_.front()->record(header, std::move(options));
  }
  [[nodiscard]] std::unique_ptr<RunImport> import() override { return files_.front()->import(); }
  [[nodiscard]] Status remove(std::string_view reference, bool even_if_running) override {
    return change(reference,
                  [&](RunStore& file, const std::string& id) { return file.remove(id, even_if_running); });
  }
  [[nodiscard]] Status tag(std::string_view reference,
                           const std::map<std::string, std::string>& tags) override {
    return change(reference, [&](RunStore& file, const std::string& id) { return file.tag(id, tags); });
  }
  [[nodiscard]] Status rename(std::string_view reference, const std::string& name) override {
    return change(reference, [&](RunStore& file, const std::string& id) { return file.rename(id, name); });
  }
  [[nodiscard]] Result<std::vector<std::string>> recover(bool even_if_silent) override;
  [[nodiscard]] const std::vector<std::string>& recovered() const override { return recovered_; }

 private:
  struct Found {
    RunStore* file;
    RunChoice choice;
  };
  /// Of several files that have such a run, the one whose run began last.
  [[nodiscard]] Result<Found> find_run(std::string_view reference) const;
  template <class Read>
  [[nodiscard]] auto within(std::string_view reference, Read read) const
      -> decltype(read(std::declval<const RunStore&>(), std::string())) {
    const auto found = find_run(reference);
    if (!found) return propagate(found.error());
    return read(*found->file, found->choice.id);
  }
  template <class Change>
  [[nodiscard]] Status change(std::string_view reference, Change change) {
    const auto found = find_run(reference);
    if (!found) return propagate(found.error());
    return change(*found->file, found->choice.id);
  }
  [[nodiscard]] Result<std::set<std::string>> continued_elsewhere() const;

  std::string location_;
  std::vector<std::unique_ptr<RunStore>> files_;
  std::vector<std::string> recovered_;
};

Result<FilesStore::Found> FilesStore::find_run(std::string_view reference) const {
  std::optional<Found> found;
  std::optional<WallTime> began;
  int found_by = 0;
  std::size_t namesakes = 0;
  std::optional<Error> error;
  for (const auto& file : files_) {
    auto choice = file->resolve(reference);
    if (!choice) {
      if (!error) error = choice.error();
      continue;
    }
    const auto row = file->row(choice->id);
    if (!row) return propagate(row.error());
    // As in one file: an id before a name, and a name before the beginning of an id.
    const int by = row->id == reference ? 0 : row->name == reference ? 1 : 2;
    if (found && by > found_by) continue;
    if (!found || by < found_by) {
      found.reset();
      namesakes = 0;
    }
    namesakes += choice->namesakes;
    if (found && !(row->started && (!began || row->started->ns > began->ns))) continue;
    began = row->started;
    found_by = by;
    found.emplace(Found{file.get(), std::move(*choice)});
  }
  if (!found) return propagate(*error);
  // The latest run of all is meant by no name.
  if (!reference.empty() && namesakes > 1) found->choice.namesakes = namesakes;
  return std::move(*found);
}

/// The runs that go on in another file than their own, as where a requeued job had other machines. Each file
/// takes them for the last of their training, or for one that stands alone.
Result<std::set<std::string>> FilesStore::continued_elsewhere() const {
  std::set<std::string> elsewhere;
  RunQuery parts;
  parts.segments = Segments::part;
  for (const auto& file : files_) {
    const auto rows = file->find(parts);
    if (!rows) return propagate(rows.error());
    for (const auto& row : *rows)
      if (!row.continues.empty() && std::ranges::find(*rows, row.continues, &RunRow::id) == rows->end())
        elsewhere.insert(row.continues);
  }
  return elsewhere;
}

Result<std::vector<RunRow>> FilesStore::find(const RunQuery& query) const {
  auto elsewhere = query.segments == Segments::each ? Result<std::set<std::string>>() : continued_elsewhere();
  if (!elsewhere) return propagate(elsewhere.error());
  const bool is_sorted_out = query.segments == Segments::none || query.segments == Segments::last;
  auto part = query;
  part.offset = 0;
  if (query.limit) part.limit = *query.limit + query.offset + elsewhere->size();
  std::vector<RunRow> rows;
  for (const auto& file : files_) {
    auto found = file->find(part);
    if (!found) return found;
    std::ranges::move(*found, std::back_inserter(rows));
    if (elsewhere->empty() || query.segments != Segments::part) continue;
    auto alone = part;
    alone.segments = Segments::none;
    auto more = file->find(alone);
    if (!more) return more;
    std::ranges::copy_if(*more, std::back_inserter(rows),
                         [&](const RunRow& row) { return elsewhere->contains(row.id); });
  }
  if (is_sorted_out) std::erase_if(rows, [&](const RunRow& row) { return elsewhere->contains(row.id); });
  take_part(rows, query);
  return rows;
}

Result<std::size_t> FilesStore::count(const RunQuery& query) const {
  if (query.segments != Segments::each) {
    const auto elsewhere = continued_elsewhere();
    if (!elsewhere) return propagate(elsewhere.error());
    if (!elsewhere->empty()) {
      auto all = query;
      all.limit.reset();
      all.offset = 0;
      const auto rows = find(all);
      return rows ? Result<std::size_t>(rows->size()) : propagate(rows.error());
    }
  }
  std::size_t sum = 0;
  for (const auto& file : files_) {
    const auto count = file->count(query);
    if (!count) return count;
    sum += *count;
  }
  return sum;
}

Result<RunSums> FilesStore::sums(const std::vector<std::string>& tags, const RunQuery& query) const {
  RunSums all;
  for (const auto& tag : tags) all.tags[tag];
  for (const auto& file : files_) {
    const auto found = file->sums(tags, query);
    if (!found) return found;
    add_sums(found->hosts, all.hosts);
    for (const auto& [tag, sums] : found->tags) add_sums(sums, all.tags[tag]);
  }
  return all;
}

/// Each file gives a job's runs one after the other, but all files together have to.
Status FilesStore::each_job_run(const JobQuery& query, const JobRunVisitor& visit) const {
  std::map<std::string, std::vector<JobRun>> by_job;
  for (const auto& file : files_)
    if (auto read = file->each_job_run(query, [&](const JobRun& run) { by_job[run.job].push_back(run); });
        !read)
      return read;
  for (auto& [job, runs] : by_job) {
    std::ranges::stable_sort(runs, {}, [](const JobRun& run) { return run.started.value_or(WallTime{}).ns; });
    for (const auto& run : runs) visit(run);
  }
  return {};
}

Result<SqlTable> FilesStore::query(const SqlRequest& request, std::span<const ComputedView> computed) const {
  auto table = files_.front()->query(request, computed);
  if (table)
    table->notes.push_back("runs in the files of nodes are not asked: name such a file with --store");
  return table;
}

Result<std::vector<std::string>> FilesStore::recover(bool even_if_silent) {
  std::vector<std::string> closed;
  for (const auto& file : files_) {
    auto some = file->recover(even_if_silent);
    if (!some) return some;
    std::ranges::move(*some, std::back_inserter(closed));
  }
  return closed;
}

/// Of this process.
class LeftOut {
 public:
  void add(const Error& error) {
    const std::lock_guard lock(mutex_);
    messages_.insert(to_string(error));
  }
  std::set<std::string> messages() {
    const std::lock_guard lock(mutex_);
    return messages_;
  }

 private:
  std::mutex mutex_;
  std::set<std::string> messages_;
};

LeftOut& left_out() {
  static auto& files = *new LeftOut;
  return files;
}

}  // namespace

std::set<std::string> left_out_files() {
  return left_out().messages();
}

std::string file_of_node(const std::string& url, const std::string& node) {
  auto name = node.empty() ? std::string("unnamed") : node;
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '_') c = '_';
  return url + std::string(infix) + name;
}

bool is_kept_by_node(const std::string& url) {
  if (url.find("://") != std::string::npos) return false;
  const char* said = std::getenv("JOULECAST_STORE_PER_NODE");
  if (said != nullptr && *said != '\0') return std::string_view(said) == "1";
  return is_on_network(url);
}

std::vector<std::string> node_files_of(const std::string& url) {
  std::vector<std::string> files;
  if (url.find("://") != std::string::npos) return files;
  const fs::path store(url);
  const auto beginning = store.filename().string() + std::string(infix);
  std::error_code error;
  const auto folder = store.has_parent_path() ? store.parent_path() : fs::path(".");
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const auto name = entry->path().filename().string();
    // A node's name has no dash there, so that what has one is a file beside that of a node: its log.
    if (name.starts_with(beginning) && name.find('-', beginning.size()) == std::string::npos)
      files.push_back(url + name.substr(store.filename().string().size()));
  }
  std::ranges::sort(files);
  return files;
}

Result<std::unique_ptr<RunStore>> open_with_node_files(const std::string& url, Access access,
                                                       OpenOptions options) {
  const auto nodes = node_files_of(url);
  auto own = RunStore::open(url, access, options);
  if (nodes.empty() || (!own && own.error().kind != ErrorKind::unavailable)) return own;
  std::vector<std::unique_ptr<RunStore>> files;
  if (own) files.push_back(std::move(*own));
  for (const auto& node : nodes) {
    auto file = RunStore::open(node, access, options);
    if (file)
      files.push_back(std::move(*file));
    else if (file.error().kind != ErrorKind::unavailable)  // one that its node is just making has no run
      left_out().add(file.error());
  }
  if (files.empty()) return RunStore::open(nodes.front(), access, options);  // and says why
  return std::make_unique<FilesStore>(url, std::move(files));
}

}  // namespace joulecast::store
