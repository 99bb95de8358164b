#include "store/journal_entry.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "store/documents.hpp"

namespace joulecast::store {
namespace {

/// Begins a head, and changes with the layout of heads and entries: other files are left alone.
constexpr std::string_view layout = "joulecast journal 1";

/// Both directions of the layout are written once: `visit` calls a Writer or a Reader with every part in
/// turn.
class Writer {
 public:
  void operator()(std::int64_t value) { put_zigzag(bytes, value); }
  void operator()(std::size_t value) { put_varint(bytes, value); }
  void operator()(int value) { put_zigzag(bytes, value); }
  void operator()(bool value) { put_varint(bytes, value ? 1 : 0); }
  void operator()(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<std::uint8_t>(bits >> shift));
  }
  void operator()(const std::string& text) {
    add({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  void operator()(const Buffer& data) { add(data); }
  template <class T>
  void document(const T& value) {
    (*this)(to_document(value));
  }
  template <class List, class Visit>
  void list(const List& items, Visit visit) {
    (*this)(items.size());
    for (const auto& item : items) visit(item);
  }
  template <class T, class Visit>
  void maybe(const std::optional<T>& value, Visit visit) {
    (*this)(value.has_value());
    if (value) visit(*value);
  }
  Buffer bytes;

 private:
  void add(std::span<const std::uint8_t> data) {
    put_varint(bytes, data.size());
    bytes.insert(bytes.end(), data.begin(), data.end());
  }
};

class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  void operator()(std::int64_t& value) { value = bytes_.zigzag(); }
  void operator()(std::size_t& value) { value = bytes_.varint(); }
  void operator()(int& value) { value = static_cast<int>(bytes_.zigzag()); }
  void operator()(bool& value) { value = bytes_.varint() != 0; }
  void operator()(double& value) {
    const auto data = bytes_.take(8);
    std::uint64_t bits = 0;
    for (std::size_t i = data.size(); i-- > 0;) bits = (bits << 8) | data[i];
    value = std::bit_cast<double>(bits);
  }
  void operator()(std::string& text) {
    const auto data = bytes_.take(bytes_.varint());
    text.assign(data.begin(), data.end());
  }
  void operator()(Buffer& out) {
    const auto data = bytes_.take(bytes_.varint());
    out.assign(data.begin(), data.end());
  }
  template <class T>
  void document(T& value) {
    std::string text;
    (*this)(text);
    from_document(text, value);
  }
  template <class List, class Visit>
  void list(List& items, Visit visit) {
    std::size_t size = 0;
    (*this)(size);
    for (std::size_t i = 0; i < size && bytes_.ok(); ++i) {
      MutableItem<typename List::value_type> item{};
      visit(item);
      items.insert(items.end(), std::move(item));
    }
  }
  template <class T, class Visit>
  void maybe(std::optional<T>& value, Visit visit) {
    bool there = false;
    (*this)(there);
    if (there && bytes_.ok()) visit(value.emplace());
  }
  [[nodiscard]] bool is_whole() const { return bytes_.ok() && bytes_.at_end(); }

 private:
  /// A map's items have keys that cannot be changed.
  template <class Item>
  struct Mutable {
    using Type = Item;
  };
  template <class Key, class Item>
  struct Mutable<std::pair<const Key, Item>> {
    using Type = std::pair<Key, Item>;
  };
  template <class Item>
  using MutableItem = typename Mutable<Item>::Type;

  ByteReader bytes_;
};

template <class Go, class Unit>
void visit_unit(Go& go, Unit& unit) {
  double value = unit.value();
  if constexpr (std::is_same_v<Go, Reader>) {
    go(value);
    unit = Unit{value};
  } else {
    go(value);
  }
}

template <class Go, class Span>
void visit_span(Go& go, Span& span) {
  visit_unit(go, span.begin);
  visit_unit(go, span.end);
}

template <class Go, class T>
void visit_numbers(Go& go, std::optional<T>& value) {
  go.maybe(value, [&](auto& number) { go(number); });
}
template <class Go, class T>
void visit_numbers(Go& go, const std::optional<T>& value) {
  go.maybe(value, [&](const auto& number) { go(number); });
}
template <class Go, class T>
void visit_units(Go& go, T& value) {
  go.maybe(value, [&](auto& unit) { visit_unit(go, unit); });
}

/// What a store keeps of a header.
template <class Go, class Run>
void visit_header(Go& go, Run& run) {
  go.document(run.info);
  go(run.info.id);
  go(run.info.name);
  go.maybe(run.started, [&](auto& time) { go(time.ns); });
  visit_span(go, run.span);
  go.document(run.command);
  go.document(run.host);
  go.document(run.place);
  go.document(run.notes);
  visit_units(go, run.idle_baseline);
  visit_unit(go, run.sampler_cpu);
  go.list(run.tags, [&](auto& tag) {
    go(tag.first);
    go(tag.second);
  });
  go.list(run.sensors, [&](auto& sensor) {
    go(sensor.sensor);
    go(sensor.used);
    go(sensor.reason);
    go(sensor.readings);
    go(sensor.failed_readings);
    visit_unit(go, sensor.mean_latency);
    visit_unit(go, sensor.max_latency);
  });
}

template <class Go, class Parts>
void visit_progress(Go& go, Parts& parts) {
  go.list(parts, [&](auto& part) {
    go(part.first.first);
    go(part.first.second);
    go.list(part.second.times, [&](auto& time) { go(time); });
    go.list(part.second.work, [&](auto& work) { go(work); });
  });
}

template <class Go, class T>
void visit_pending(Go& go, T& pending) {
  go.list(pending.channels, [&](auto& channel) {
    go(channel.first);
    go.document(channel.second);
  });
  go.list(pending.gaps, [&](auto& gap) {
    go(gap.first);
    visit_span(go, gap.second);
  });
  go.list(pending.epochs, [&](auto& epoch) {
    go(epoch.first);
    go(epoch.second.index);
    visit_span(go, epoch.second.span);
    visit_numbers(go, epoch.second.work);
    visit_units(go, epoch.second.energy);
    go.document(epoch.second.metrics);
    go(epoch.second.phase);
  });
  go.list(pending.phases, [&](auto& phase) {
    go(phase.first);
    go(phase.second.name);
    go(phase.second.unit);
    visit_span(go, phase.second.span);
    go(phase.second.work);
    visit_numbers(go, phase.second.total_work);
    visit_units(go, phase.second.energy);
    visit_numbers(go, phase.second.done_before);
  });
  visit_progress(go, pending.progress);
  go.list(pending.windows, [&](auto& window) {
    go(window.first);
    go(window.second.name);
    visit_span(go, window.second.span);
  });
  go.list(pending.metrics, [&](auto& point) {
    visit_unit(go, point.time);
    visit_numbers(go, point.epoch);
    go(point.name);
    go(point.value);
  });
  go.list(pending.projections, [&](auto& projection) {
    visit_unit(go, projection.time);
    go(projection.share);
    go(projection.method);
    visit_unit(go, projection.total);
    visit_units(go, projection.low);
    visit_units(go, projection.high);
    go(projection.ready);
  });
  go.maybe(pending.header, [&](auto& header) { visit_header(go, header); });
  visit_units(go, pending.latest);
}

template <class Go, class Status>
void visit_status(Go& go, Status& status) {
  std::string name(name_of(status));
  go(name);
  if constexpr (std::is_same_v<Go, Reader>)
    status = trace::run_status_from(name).value_or(trace::RunStatus::interrupted);
}

template <class Go, class Entry>
void visit_entry(Go& go, Entry& entry) {
  go(entry.number);
  go(entry.heartbeat.ns);
  go.maybe(entry.start, [&](auto& run) { visit_header(go, run); });
  visit_pending(go, entry.pending);
  go(entry.readings);
  go(entry.samples);
  go.maybe(entry.notes, [&](auto& notes) { go.document(notes); });
  go.maybe(entry.closing, [&](auto& closing) {
    visit_status(go, closing.status);
    visit_numbers(go, closing.exit_status);
    visit_units(go, closing.end);
    go(closing.note);
  });
}

template <class Go, class Head>
void visit_head(Go& go, Head& head) {
  go(head.store);
  go(head.run);
  go(head.token);
  go.document(head.owner);
}

}  // namespace

Buffer to_bytes(const JournalEntry& entry) {
  Writer writer;
  visit_entry(writer, entry);
  return std::move(writer.bytes);
}

Buffer to_bytes(const JournalHead& head) {
  Writer writer;
  writer(std::string(layout));
  visit_head(writer, head);
  return std::move(writer.bytes);
}

std::optional<JournalEntry> entry_of(std::span<const std::uint8_t> bytes) {
  Reader reader(bytes);
  JournalEntry entry;
  visit_entry(reader, entry);
  // Who reads the points relies on this.
  const bool has_pairs = std::ranges::all_of(entry.pending.progress, [](const auto& part) {
    return part.second.times.size() == part.second.work.size();
  });
  return reader.is_whole() && has_pairs ? std::optional(std::move(entry)) : std::nullopt;
}

std::optional<JournalHead> head_of(std::span<const std::uint8_t> bytes) {
  Reader reader(bytes);
  std::string found;
  reader(found);
  JournalHead head;
  if (found == layout) visit_head(reader, head);
  const bool is_sound = found == layout && reader.is_whole() && !head.token.empty();
  return is_sound ? std::optional(std::move(head)) : std::nullopt;
}

}  // namespace joulecast::store
