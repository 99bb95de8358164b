#include "session/forecast/micro_workload.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <thread>

#include "estimate/offline/training_step.hpp"

namespace joulecast::session {
namespace {

using Clock = std::chrono::steady_clock;
using Matrix = Eigen::MatrixXf;

// Sizes: the matrices of a product fit into the caches, the streams are larger than most caches.
constexpr Eigen::Index product_side = 384;
constexpr std::size_t stream_floats = std::size_t{4} << 20;
constexpr Eigen::Index channels = 32, side = 32, window = 3;

/// Runs one repetition and returns its FLOPs or bytes.
using Load = std::function<double()>;

Load copy() {
  return [from = std::vector<float>(stream_floats, 1.0F), to = std::vector<float>(stream_floats)]() mutable {
    std::memcpy(to.data(), from.data(), stream_floats * sizeof(float));
    std::swap(from, to);
    return 2.0 * stream_floats * sizeof(float);
  };
}

Load matmul() {
  const Matrix a = Matrix::Random(product_side, product_side), b = Matrix::Random(product_side, product_side);
  return [a, b, c = Matrix(product_side, product_side)]() mutable {
    c.noalias() = a * b;
    return 2.0 * product_side * product_side * product_side;
  };
}

/// Works like frameworks on CPUs: copies patches into columns, then computes a product.
Load convolution() {
  const Eigen::Index depth = channels * window * window, places = side * side;
  const Matrix weights = Matrix::Random(channels, depth), image = Matrix::Random(places, channels);
  return [=, columns = Matrix(depth, places), out = Matrix(channels, places)]() mutable {
    for (Eigen::Index place = 0; place < places; ++place)
      for (Eigen::Index k = 0; k < depth; ++k)
        columns(k, place) = image((place + k / channels) % places, k % channels);
    out.noalias() = weights * columns;
    return 2.0 * static_cast<double>(channels * depth * places);
  };
}

Load depthwise() {
  const Eigen::Index length = side * side * channels;
  const Eigen::ArrayXf image = Eigen::ArrayXf::Random(length + window * window);
  return [=, out = Eigen::ArrayXf(length)]() mutable {
    out.setZero();
    for (Eigen::Index tap = 0; tap < window * window; ++tap) out += 0.1F * image.segment(tap, length);
    // counted as bytes because it is bound by memory
    return 2.0 * static_cast<double>(length * sizeof(float));
  };
}

Load elementwise() {
  const auto size = static_cast<Eigen::Index>(stream_floats);
  return [in = Eigen::ArrayXf(Eigen::ArrayXf::Random(size)), out = Eigen::ArrayXf(size)]() mutable {
    out = (in + 0.5F).max(0.0F);
    return 2.0 * stream_floats * sizeof(float);
  };
}

struct Kind {
  std::string_view name, unit;
  Load (*make)();
  std::optional<estimate::Term> term;
};
const std::vector<Kind>& all_kinds() {
  using estimate::Term;
  static const std::vector<Kind> kinds{{idle_kind, "", nullptr, std::nullopt},
                                       {"copy", "byte", copy, Term::movement_bytes},
                                       {"matmul", "FLOP", matmul, Term::dense_flops},
                                       {"convolution", "FLOP", convolution, Term::convolution_flops},
                                       {"depthwise", "byte", depthwise, Term::depthwise_bytes},
                                       {"elementwise", "byte", elementwise, Term::elementwise_bytes}};
  return kinds;
}
const Kind* find_kind(std::string_view name) {
  for (const auto& kind : all_kinds())
    if (kind.name == name) return &kind;
  return nullptr;
}

}  // namespace

const std::vector<std::string>& micro_kinds() {
  static const auto names = [] {
    std::vector<std::string> result;
    for (const auto& kind : all_kinds()) result.emplace_back(kind.name);
    return result;
  }();
  return names;
}

std::string_view unit_of_micro(std::string_view name) {
  const auto* kind = find_kind(name);
  return kind ? kind->unit : std::string_view{};
}

Result<MicroDone> run_micro(std::string_view name, Seconds duration) {
  const auto* kind = find_kind(name);
  if (!kind) return fail(ErrorKind::invalid, "micro-workload", "there is none called '{}'", name);
  const std::chrono::duration<double> wanted(duration.value());
  if (!kind->make) {
    std::this_thread::sleep_for(wanted);
    return MicroDone{0, duration};
  }
  std::vector<MicroDone> done(std::max(1U, std::thread::hardware_concurrency()));
  {
    std::vector<std::jthread> threads;
    threads.reserve(done.size());
    for (auto& own : done)
      threads.emplace_back([&own, kind, wanted] {
        const auto load = kind->make();
        const auto begin = Clock::now();
        std::chrono::duration<double> spent{0};
        do {
          own.amount += load();
          spent = Clock::now() - begin;
        } while (spent < wanted);
        own.duration = Seconds{spent.count()};
      });
  }
  MicroDone total;
  for (const auto& own : done) {
    total.amount += own.amount;
    total.duration = std::max(total.duration, own.duration);
  }
  return total;
}

estimate::Sample micro_sample(const MicroResult& result, const hardware::Gpu& device,
                              const std::string& source, const std::string& framework) {
  using estimate::training_over_forward;  // the workload stands for a whole step
  // models idle as a device that waits for kernel launches nearly all the time
  constexpr double mostly_launches = 1e9;
  estimate::Sample sample;
  sample.source = source;
  sample.training.framework = framework;
  sample.training.dataset = "micro-workload";
  sample.training.architecture = result.kind;
  sample.training.train_samples = 1;
  sample.configuration = "micro-workload/" + device.name + "/" + result.kind;
  sample.gpu = device;
  estimate::NetworkWork work;
  work.kernels = mostly_launches;
  if (const auto* kind = find_kind(result.kind); kind && kind->term) {
    work.kernels = 1 / training_over_forward;
    work.terms[static_cast<std::size_t>(*kind->term)] = result.amount / training_over_forward;
    sample.measured.epoch_time_s = result.duration.value();
  }
  sample.work = work;
  if (result.power.value() > 0 && result.provenance == Provenance::measured)
    sample.measured.power_w = result.power.value();
  return sample;
}

}  // namespace joulecast::session
