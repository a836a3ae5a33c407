// What is costly to make, kept from one compilation to the next on whichever thread.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

namespace stator::cpu {

template <class T> class Waiting {
 public:
  /// The last that was given back of those that serve; null: none does.
  template <class Serves> std::unique_ptr<T> take(Serves&& serves) {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(all_.rbegin(), all_.rend(), [&](const auto& each) { return serves(*each); });
    if (found == all_.rend()) return nullptr;
    std::unique_ptr<T> taken = std::move(*found);
    all_.erase(std::prev(found.base()));
    return taken;
  }
  void give(std::unique_ptr<T> one) {
    const std::lock_guard lock(mutex_);
    all_.push_back(std::move(one));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> all_;
};

}  // namespace stator::cpu
