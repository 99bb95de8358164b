#include <chrono>
#include <joulecast/joulecast.hpp>
#include <thread>

int main() {
  joulecast::client::Training training(3);
  for (int epoch = 0; epoch < 3; ++epoch) {
    training.epoch(epoch);
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    training.metric("accuracy", 0.5 + 0.1 * epoch);
  }
}
