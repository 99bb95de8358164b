#include "store/postgres/connection.hpp"

#include <endian.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/utf8.hpp"
#include "store/postgres/errors.hpp"
#include "store/postgres/postgres_store.hpp"

namespace joulecast::store::postgres {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// What an address does not say. libpq waits for a host without end otherwise, and for a network that
/// swallows packets in the middle of a connection for a quarter of an hour.
constexpr std::array<std::pair<const char*, const char*>, 4> defaults{{{"connect_timeout", "5"},
                                                                       {"tcp_user_timeout", "15000"},
                                                                       {"application_name", "joulecast"},
                                                                       {"client_encoding", "UTF8"}}};

// Object identifiers of types, from the server's catalogue pg_type.dat.
constexpr Oid oid_of_nothing = 0, oid_of_bytes = 17, oid_of_integer = 20, oid_of_text = 25, oid_of_real = 701;

/// Statements that are sent before their answers are read, which wait in memory on both sides.
constexpr int most_sent = 256;

/// JSON may say a zero byte as an escape, which the server's jsonb refuses. One such run would make every
/// question fail that looks into the documents of all.
std::string without_zero_escapes(std::string text) {
  constexpr std::string_view zero = "\\u0000", replacement = "\\ufffd";
  const bool is_document = text.starts_with('{') || text.starts_with('[');
  for (std::size_t at = 0; is_document && at < text.size(); ++at) {
    if (text[at] != '\\') continue;
    if (text.compare(at, zero.size(), zero) == 0) text.replace(at, zero.size(), replacement);
    ++at;  // what is escaped, as a backslash may be
  }
  return text;
}

/// Arguments in the form in which libpq takes them.
class Arguments {
 public:
  explicit Arguments(std::span<const sql::Value> values) {
    texts_.reserve(values.size());
    for (const auto& value : values) std::visit([this](const auto& given) { add(given); }, value);
  }
  [[nodiscard]] int count() const { return static_cast<int>(types_.size()); }
  [[nodiscard]] const Oid* types() const { return types_.data(); }
  [[nodiscard]] const char* const* data() const { return data_.data(); }
  [[nodiscard]] const int* lengths() const { return lengths_.data(); }
  [[nodiscard]] const int* formats() const { return formats_.data(); }

 private:
  static constexpr int as_binary = 1;

  void add(std::monostate) { add(oid_of_nothing, nullptr, 0); }
  void add(std::int64_t value) { add_number(oid_of_integer, static_cast<std::uint64_t>(value)); }
  void add(double value) {
    if (value != value) return add(std::monostate());  // as SQLite does with NaN
    add_number(oid_of_real, std::bit_cast<std::uint64_t>(value));
  }
  void add(std::string_view text) { add_kept(oid_of_text, without_zero_escapes(valid_utf8(text))); }
  void add(sql::Bytes bytes) {
    add(oid_of_bytes, bytes.empty() ? "" : reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void add_number(Oid type, std::uint64_t bits) {
    const auto sent = htobe64(bits);
    std::string text(sizeof sent, '\0');
    std::memcpy(text.data(), &sent, sizeof sent);
    add_kept(type, std::move(text));
  }
  void add_kept(Oid type, std::string text) {
    const auto& kept = texts_.emplace_back(std::move(text));
    add(type, kept.data(), kept.size());
  }
  void add(Oid type, const char* data, std::size_t size) {
    types_.push_back(type);
    data_.push_back(data);
    lengths_.push_back(static_cast<int>(size));
    formats_.push_back(as_binary);
  }

  std::vector<std::string> texts_;
  std::vector<Oid> types_;
  std::vector<const char*> data_;
  std::vector<int> lengths_, formats_;
};

using Options = std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)>;

Result<Options> parse(const Libpq& library, const std::string& url) {
  char* problem = nullptr;
  Options options(library.PQconninfoParse(url.c_str(), &problem), library.PQconninfoFree);
  if (options) return options;
  // libpq's message may repeat the address, and with it a password.
  library.PQfreemem(problem);
  return propagate(not_understood());
}

/// What an address says, and where it says nothing our own defaults, as libpq takes them.
class Parameters {
 public:
  static Result<Parameters> of(const Libpq& pq, const std::string& url) {
    auto given = parse(pq, url);
    if (!given) return propagate(given.error());
    Parameters parameters(std::move(*given));
    for (const auto& [name, value] : defaults) {
      const bool by_environment =
          std::strcmp(name, "connect_timeout") == 0 && ::getenv("PGCONNECT_TIMEOUT") != nullptr;
      if (!parameters.says(name) && !by_environment) parameters.add(name, value);
    }
    for (const auto* option = parameters.given_.get(); option->keyword != nullptr; ++option)
      if (option->val != nullptr) parameters.add(option->keyword, option->val);
    parameters.add(nullptr, nullptr);
    return parameters;
  }
  [[nodiscard]] const char* const* names() const { return names_.data(); }
  [[nodiscard]] const char* const* values() const { return values_.data(); }

 private:
  explicit Parameters(Options given) : given_(std::move(given)) {}

  [[nodiscard]] bool says(const char* name) const {
    for (const auto* option = given_.get(); option->keyword != nullptr; ++option)
      if (std::strcmp(option->keyword, name) == 0) return option->val != nullptr;
    return false;
  }
  void add(const char* name, const char* value) {
    names_.push_back(name);
    values_.push_back(value);
  }

  Options given_;
  std::vector<const char*> names_, values_;
};

}  // namespace

void Answer::Clear::operator()(PGresult* told) const {
  (*libpq())->PQclear(told);
}

Connection::Connection(PGconn* handle, std::string where, ConnectOptions options)
    : handle_(handle), process_(::getpid()), where_(std::move(where)), options_(std::move(options)) {}

Connection::Connection(Connection&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      process_(other.process_),
      where_(std::move(other.where_)),
      url_(std::move(other.url_)),
      role_(std::move(other.role_)),
      options_(std::move(other.options_)),
      sent_(std::exchange(other.sent_, 0)) {}

Connection& Connection::operator=(Connection&& other) noexcept {
  if (this == &other) return *this;
  close();
  handle_ = std::exchange(other.handle_, nullptr);
  process_ = other.process_;
  where_ = std::move(other.where_);
  url_ = std::move(other.url_);
  role_ = std::move(other.role_);
  options_ = std::move(other.options_);
  sent_ = std::exchange(other.sent_, 0);
  return *this;
}

Connection::~Connection() {
  close();
}

void Connection::close() {
  // In a forked child a farewell would end the parent's connection.
  if (handle_ != nullptr && process_ == ::getpid()) (*libpq())->PQfinish(handle_);
  handle_ = nullptr;
  sent_ = 0;
}

Result<Connection> Connection::open(const std::string& url, const std::string& where,
                                    ConnectOptions options) {
  const auto library = libpq();
  if (!library) return propagate(library.error());
  const auto& pq = **library;
  const auto parameters = Parameters::of(pq, url);
  if (!parameters) return propagate(parameters.error());
  constexpr int no_expansion = 0;
  Connection connection(pq.PQconnectdbParams(parameters->names(), parameters->values(), no_expansion), where,
                        std::move(options));
  if (connection.handle_ == nullptr)
    return fail(ErrorKind::retry, where, "not enough memory for a connection");
  if (pq.PQstatus(connection.handle_) != CONNECTION_OK)
    return propagate(describe_refusal(pq.PQerrorMessage(connection.handle_), where));
  const char* role = pq.PQuser(connection.handle_);
  connection.role_ = role != nullptr ? role : "";
  connection.url_ = url;
  pq.PQsetnonblocking(connection.handle_, 1);
  pq.PQsetNoticeProcessor(
      connection.handle_, [](void*, const char*) {}, nullptr);
  return connection;
}

/// Whether a new connection would be answered. A server that hangs answers none, one that works on a long
/// question does.
bool Connection::is_answered() const {
  const auto& pq = **libpq();
  const auto parameters = Parameters::of(pq, url_);
  return !parameters || pq.PQpingParams(parameters->names(), parameters->values(), 0) != PQPING_NO_RESPONSE;
}

bool Connection::is_usable() const {
  return handle_ != nullptr && process_ == ::getpid() && (*libpq())->PQstatus(handle_) == CONNECTION_OK;
}

Failure Connection::lost() {
  if (handle_ != nullptr && process_ != ::getpid())
    return fail(ErrorKind::retry, where_, "this connection belongs to the process that was forked");
  std::string message = handle_ != nullptr ? (*libpq())->PQerrorMessage(handle_) : "";
  close();
  return propagate(describe("", message, role_, where_));
}

Failure Connection::give_up() {
  close();
  return fail(ErrorKind::retry, where_, "the server does not answer");
}

/// Looks at the patience often enough for whoever ends it. Who has none is not to wait for a server that
/// hangs.
Status Connection::wait_for(short events, SteadyClock::time_point end) {
  constexpr int look_ms = 100;
  constexpr std::chrono::seconds between_probes{5};
  auto probe = SteadyClock::now() + between_probes;
  while (true) {
    if (!options_.patience && SteadyClock::now() >= probe) {
      if (!is_answered()) return give_up();
      probe = SteadyClock::now() + between_probes;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - SteadyClock::now()).count();
    if (left <= 0 || (options_.patience && options_.patience->is_over())) return give_up();
    pollfd wanted{(*libpq())->PQsocket(handle_), events, 0};
    const int ready = ::poll(&wanted, 1, static_cast<int>(std::min<std::int64_t>(left, look_ms)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return lost();
  }
}

SteadyClock::time_point Connection::end_of_wait() const {
  return SteadyClock::now() + std::chrono::duration_cast<SteadyClock::duration>(
                                  std::chrono::duration<double>(options_.answer_timeout.value()));
}

/// Takes in answers meanwhile, since a server whose answers nobody takes stops to read.
Status Connection::flush(SteadyClock::time_point end) {
  const auto& pq = **libpq();
  while (true) {
    const int unsent = pq.PQflush(handle_);
    if (unsent == 0) return {};
    if (unsent < 0) return lost();
    if (auto ready = wait_for(POLLIN | POLLOUT, end); !ready) return ready;
    if (pq.PQconsumeInput(handle_) != 1) return lost();
  }
}

/// Without a result at the end of a statement's answers.
Result<Answer> Connection::next_answer(SteadyClock::time_point end) {
  const auto& pq = **libpq();
  while (pq.PQisBusy(handle_) != 0) {
    if (auto ready = wait_for(POLLIN, end); !ready) return propagate(ready.error());
    if (pq.PQconsumeInput(handle_) != 1) return lost();
  }
  Answer answer;
  answer.result.reset(pq.PQgetResult(handle_));
  return answer;
}

Status Connection::status_of(const Answer& answer) const {
  const auto& pq = **libpq();
  const auto status = pq.PQresultStatus(answer.result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
  const auto field = [&](int code) {
    const char* text = pq.PQresultErrorField(answer.result.get(), code);
    return std::string(text != nullptr ? text : "");
  };
  return propagate(describe(field(PG_DIAG_SQLSTATE), field(PG_DIAG_MESSAGE_PRIMARY), role_, where_));
}

Result<Answer> Connection::finish(int sent) {
  const auto& pq = **libpq();
  if (sent != 1) return lost();
  const auto end = end_of_wait();
  if (auto flushed = flush(end); !flushed) return propagate(flushed.error());
  Answer last;
  while (true) {
    auto next = next_answer(end);
    if (!next) return next;
    if (!next->result) break;
    const bool failed_before = last.result && pq.PQresultStatus(last.result.get()) == PGRES_FATAL_ERROR;
    if (!failed_before) last = std::move(*next);
  }
  if (!last.result) return lost();
  if (auto status = status_of(last); !status) return propagate(status.error());
  return last;
}

Result<Answer> Connection::ask(const std::string& sql, std::span<const sql::Value> values, Format format) {
  if (!is_usable()) return lost();
  if (auto before = finish_sent(); !before) return propagate(before.error());
  const Arguments arguments(values);
  return finish((*libpq())->PQsendQueryParams(handle_, sql.c_str(), arguments.count(), arguments.types(),
                                              arguments.data(), arguments.lengths(), arguments.formats(),
                                              format == Format::binary ? 1 : 0));
}

Status Connection::send(const std::string& sql, std::span<const sql::Value> values) {
  if (!is_usable()) return lost();
  const auto& pq = **libpq();
  if (pq.PQenterPipelineMode == nullptr) {
    const auto answer = ask(sql, values, Format::binary);
    return answer ? Status() : propagate(answer.error());
  }
  if (sent_ == 0 && pq.PQenterPipelineMode(handle_) != 1) return lost();
  ++sent_;
  const Arguments arguments(values);
  if (pq.PQsendQueryParams(handle_, sql.c_str(), arguments.count(), arguments.types(), arguments.data(),
                           arguments.lengths(), arguments.formats(), 1) != 1)
    return lost();
  return sent_ < most_sent ? Status() : finish_sent();
}

Status Connection::finish_sent() {
  if (sent_ == 0) return {};
  if (!is_usable()) return lost();
  const auto& pq = **libpq();
  if (pq.PQpipelineSync(handle_) != 1) return lost();
  const auto end = end_of_wait();
  if (auto flushed = flush(end); !flushed) return flushed;
  auto done = read_sent(end);
  if (handle_ == nullptr) return done;
  sent_ = 0;
  if (pq.PQexitPipelineMode(handle_) != 1) return lost();
  return done;
}

Status Connection::read_sent(SteadyClock::time_point end) {
  const auto& pq = **libpq();
  Status first;
  while (true) {
    const auto answer = next_answer(end);
    if (!answer) return propagate(answer.error());
    if (!answer->result) {  // between two statements
      if (pq.PQstatus(handle_) != CONNECTION_OK) return lost();
      continue;
    }
    if (pq.PQresultStatus(answer->result.get()) == PGRES_PIPELINE_SYNC) return first;
    if (first) first = status_of(*answer);
  }
}

Result<Answer> Connection::script(const std::string& sql) {
  if (!is_usable()) return lost();
  if (auto before = finish_sent(); !before) return propagate(before.error());
  return finish((*libpq())->PQsendQuery(handle_, sql.c_str()));
}

}  // namespace joulecast::store::postgres
